import { expect, test } from 'vitest';
import { createSession } from '../../../src/mutx/session/create-session.ts';
import { MINUTE, START, startWorld } from './session-under-test.ts';

test('an access JWT is sent as it is, and calls nothing of its own', async () => {
  await using world = await startWorld();
  const token = world.secrets.admit(world.emulator.mutx.issueAccessJwt(world.user));
  const expiresAt = START + 30 * MINUTE;
  const credential = { kind: 'access-jwt', input: 'bootstrap-jwt', token, expiresAt } as const;
  const { session, keys, failure, events } = await world.open(credential);
  expect(failure).toBeUndefined();
  expect(session.endsAt).toBe(expiresAt);
  expect(await keys.list()).toMatchObject({ ok: true });
  await session.close();
  expect(world.lines).toEqual(['GET /v1/api-keys 200']);
  expect(events).toEqual([]);
});

test('anything else is sent as it is too: an API key, where the server takes it', async () => {
  await using world = await startWorld();
  const { plaintext } = world.emulator.mutx.addKey(world.user, { name: 'bootstrap' });
  const token = world.secrets.admit(plaintext);
  const { session, keys } = await world.open({ kind: 'opaque', input: 'bootstrap-jwt', token });
  expect(session.endsAt).toBeUndefined();
  expect(await keys.list()).toMatchObject({ ok: true, value: [{ name: 'bootstrap' }] });
  await session.close();
  expect(world.lines).toEqual(['GET /v1/api-keys 200']);
});

test('a refresh token without a place for its successor is a bug, found before it is spent', async () => {
  await using world = await startWorld();
  const credential = world.refreshToken(world.emulator.mutx.issueRefreshToken(world.user));
  const dependencies = { api: {} as never, clock: world.time, random: () => 0, report: () => {} };
  expect(() => createSession(credential, dependencies)).toThrow('place for its successor');
});
