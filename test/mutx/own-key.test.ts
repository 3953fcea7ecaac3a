import { expect, test } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { createOwnKeyService } from '../../src/mutx/own-key.ts';
import { type MutxUnderTest, NAME, startMutx, type UnderTestOptions } from './mutx.ts';

/** The account with three keys, of which the second is what the run authenticates with. */
async function startWithOwnKey(options: UnderTestOptions = {}) {
  const mutx = await startMutx(options);
  const [before, own, after] = ['a', 'b', 'c'].map((name) => mutx.emulator.mutx.addKey(mutx.user, { name }));
  if (before === undefined || own === undefined || after === undefined) throw new Error('three were added');
  const token = mutx.secrets.admit(own.plaintext);
  const bearer = async () => ({ ok: true, value: token, date: undefined }) as const;
  const keys = createOwnKeyService(mutx.api, { bearer, endsAt: undefined }, mutx.reading);
  return { mutx, before, own, after, keys };
}

function minted<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(reply.failure.message);
  return reply.value;
}

const deletions = ({ lines }: MutxUnderTest) => lines.filter((line) => line.startsWith('DELETE'));

test('all else is as with any other credential', async () => {
  const { mutx, keys, own } = await startWithOwnKey({ mutx: { generation: 'v1' } });
  await using _ = mutx;
  expect(await keys.list()).toMatchObject({ ok: true });
  expect(await keys.newest()).toMatchObject({ ok: true });
  expect(await keys.page(0)).toMatchObject({ ok: true, value: { hasMore: false } });
  expect(await keys.account()).toMatchObject({ ok: true });
  const { key } = minted(await keys.create(NAME, 30));
  expect(await keys.verify(key, () => true)).toMatchObject({ ok: true });
  expect(await keys.verify(key, () => false)).toMatchObject({ ok: false, failure: { code: 'deadline' } });
  expect(mutx.emulator.mutx.accepts(own.plaintext)).toBe(true);
});

test('once it is gone, revocations go on with the key made in its place', async () => {
  const { mutx, keys, before, own, after } = await startWithOwnKey();
  await using _ = mutx;
  minted(await keys.create(NAME, 30));
  for (const { id } of [before, own, after]) {
    expect(await keys.revoke(id)).toMatchObject({ ok: true, value: 'revoked' });
  }
  expect(deletions(mutx)).toEqual([
    `DELETE /v1/api-keys/${before.id} 204`,
    `DELETE /v1/api-keys/${own.id} 204`,
    `DELETE /v1/api-keys/${after.id} 401`,
    `DELETE /v1/api-keys/${after.id} 204`,
  ]);
  expect([before, own, after].map(({ isActive }) => isActive)).toEqual([false, false, false]);
});

test('its own revocation without a reply is known to be done when it is asked again', async () => {
  const { mutx, keys, own } = await startWithOwnKey();
  await using _ = mutx;
  minted(await keys.create(NAME, 30));
  mutx.emulator.fault({ server: 'mutx', method: 'DELETE', what: 'reply-lost' });
  expect(await keys.revoke(own.id)).toMatchObject({ ok: false, failure: { kind: 'unclear' } });
  expect(await keys.revoke(own.id)).toMatchObject({ ok: true });
});

test('a credential that is dead with no key made is told as such', async () => {
  const { mutx, keys, own, after } = await startWithOwnKey();
  await using _ = mutx;
  own.isActive = false;
  expect(await keys.create(NAME, 30)).toMatchObject({ ok: false });
  expect(await keys.revoke(after.id)).toMatchObject({ ok: false, failure: { code: 'mutx-unauthorized' } });
  expect(deletions(mutx)).toHaveLength(1);
});

test('any other refusal is not asked again', async () => {
  const { mutx, keys, after } = await startWithOwnKey();
  await using _ = mutx;
  minted(await keys.create(NAME, 30));
  mutx.emulator.fault({ server: 'mutx', method: 'DELETE', what: 'refuse', status: 403 });
  expect(await keys.revoke(after.id)).toMatchObject({ ok: false, failure: { status: 403 } });
  expect(deletions(mutx)).toHaveLength(1);
});
