import { describe, expect, it } from 'vitest';
import { MINUTE, START, startWorld } from './session-under-test.ts';

// Changes of meaning that no other test would see (docs/mutation-testing.md).

const of = (lines: readonly string[], path: string) => lines.filter((line) => line.includes(path));

describe.each([408, 500, 502, 503, 504])('what was done, and answered with %i', (status) => {
  const applied = { server: 'mutx', what: 'refuse', status, applied: true } as const;

  it('is no log-in to be made once more', async () => {
    await using world = await startWorld();
    world.emulator.fault({ ...applied, path: /login/u });
    const { failure } = await world.open(world.password());
    expect(failure).toMatchObject({ code: 'session-login-failed', state: [expect.any(String)] });
    expect(world.emulator.mutx.sessions).toHaveLength(1);
    expect(of(world.lines, '/auth/login')).toHaveLength(1);
  });

  it('is no exchange to be made once more: a spent token ends its login', async () => {
    await using world = await startWorld();
    world.emulator.fault({ ...applied, path: /refresh/u });
    const token = world.emulator.mutx.issueRefreshToken(world.user);
    const { failure } = await world.open(world.refreshToken(token));
    expect(failure).toMatchObject({ code: 'session-refresh-lost' });
    expect(of(world.lines, '/auth/refresh')).toHaveLength(1);
    expect(world.emulator.mutx.sessions).toMatchObject([{ ended: 'no' }]);
  });
});

it('an access token is as old as the log-in that gave it, not as the first one that was tried', async () => {
  await using world = await startWorld();
  world.emulator.fault({ server: 'mutx', path: /login/u, what: 'rate-limit', retryAfter: 60 });
  const { keys, session } = await world.open(world.password());
  world.time.advance(27.5 * MINUTE);
  expect(await keys.list()).toMatchObject({ ok: true });
  await session.close();
  expect(of(world.lines, '/auth/login')).toHaveLength(2);
});

it('a page in place of the answer logs nobody out', async () => {
  await using world = await startWorld();
  const { session, events } = await world.open(world.password());
  const times = Number.POSITIVE_INFINITY;
  world.emulator.fault({ server: 'mutx', path: /logout/u, what: 'html', status: 200, times });
  await session.close();
  expect(events).not.toContainEqual({ type: 'logged-out' });
  expect(events.at(-1)).toMatchObject({ code: 'logout-failed' });
});

it('an access token is as old as its request, however late the answer came', async () => {
  await using world = await startWorld();
  const held = world.emulator.fault({ server: 'mutx', path: /login/u, what: 'slow', point: 'after' });
  const { session } = world.prepare(world.password());
  const opening = session.open();
  await held.met();
  world.time.advance(3 * MINUTE);
  held.release();
  await opening;
  world.time.advance(26 * MINUTE);
  await session.bearer();
  expect(of(world.lines, '/auth/login')).toHaveLength(2);
});

describe('a successor that could not be stored', () => {
  const put = { server: 'github', method: 'PUT' } as const;
  const ALWAYS = { times: Number.POSITIVE_INFINITY };

  it('may be there where one of the writes got no clear answer, whatever came of the later ones', async () => {
    await using world = await startWorld();
    world.emulator.fault({ ...put, skip: 1, what: 'reply-lost' });
    world.emulator.fault({ ...put, skip: 1, what: 'refuse', status: 403, ...ALWAYS });
    const token = world.emulator.mutx.issueRefreshToken(world.user);
    const { failure } = await world.open(world.refreshToken(token));
    expect(failure).toMatchObject({ code: 'session-successor-lost' });
    expect(failure?.state[1]).toMatch(/may hold its successor/u);
    expect(world.stored).not.toBe(token);
  });

  it('is given up ten minutes after it was asked for, not after it came', async () => {
    await using world = await startWorld();
    world.emulator.fault({ ...put, skip: 1, what: 'refuse', status: 403, ...ALWAYS });
    const held = world.emulator.fault({ server: 'mutx', path: /refresh/u, what: 'slow', point: 'after' });
    const token = world.emulator.mutx.issueRefreshToken(world.user);
    const { session } = world.prepare(world.refreshToken(token));
    const opening = session.open();
    await held.met();
    world.time.advance(5 * MINUTE);
    held.release();
    expect(await opening).toMatchObject({ code: 'session-successor-lost' });
    expect(world.time.now() - START).toBeLessThanOrEqual(10 * MINUTE);
  });
});

it('that a refresh token is about to be spent is told before it may be', async () => {
  await using world = await startWorld();
  const held = world.emulator.fault({ server: 'mutx', path: /refresh/u, what: 'slow' });
  const token = world.emulator.mutx.issueRefreshToken(world.user);
  const { session, events } = world.prepare(world.refreshToken(token));
  const opening = session.open();
  await held.met();
  expect(events).toMatchObject([{ type: 'exchanging' }]);
  held.release();
  await opening;
});
