import { afterEach, describe, expect, it } from 'vitest';
import { createOwnKeyService } from '../../src/mutx/own-key.ts';
import { type MutxUnderTest, NAME, startMutx } from './mutx.ts';

// Changes of meaning that no other test would see (docs/mutation-testing.md).

const yes = () => true;
const ALWAYS = { times: Number.POSITIVE_INFINITY };

let mutx: MutxUnderTest;
afterEach(() => mutx[Symbol.asyncDispose]());

describe('which API it is', () => {
  it.each([200, 403, 502])('is not learned from a page with status %i', async (status) => {
    mutx = await startMutx({ mutx: { generation: 'documented' } });
    mutx.emulator.fault({ server: 'mutx', what: 'html', status });
    expect(await mutx.keys.account()).toMatchObject({ ok: false, failure: { code: 'mutx-proxy-page' } });
    expect(mutx.api.generation).toBeUndefined();
    expect(await mutx.keys.list()).toMatchObject({ ok: true, value: [] });
    expect(mutx.api.generation).toBe('documented');
  });

  it('is not learned from a page in place of the list, and the create is not sent again for it', async () => {
    mutx = await startMutx();
    const { emulator } = mutx;
    emulator.fault({ server: 'mutx', path: /^\/v1\//u, what: 'html', status: 404, applied: true, ...ALWAYS });
    emulator.fault({ server: 'mutx', path: /^\/api-keys/u, method: 'GET', what: 'html', status: 200 });
    expect(await mutx.keys.create(NAME, 1)).toMatchObject({ ok: false, failure: { kind: 'unclear' } });
    expect(mutx.lines.filter((line) => line.startsWith('POST'))).toEqual(['POST /v1/api-keys 404']);
    expect(emulator.mutx.keys).toHaveLength(1);
  });
});

it.each([
  [402, { detail: 'upgrade your plan' }, 'mutx-payment-required'],
  [403, { detail: 'your plan is not active' }, 'mutx-forbidden'],
  [429, { detail: 'rate limit reached' }, 'mutx-rate-limited'],
])('a create refused with %i is not for want of a place, whatever it says', async (status, body, code) => {
  mutx = await startMutx();
  mutx.emulator.fault({ server: 'mutx', method: 'POST', what: 'refuse', status, body });
  expect(await mutx.keys.create(NAME, 1)).toMatchObject({ ok: false, failure: { code } });
});

describe('a key that was tried', () => {
  it.each([201, 202, 203])('is not known to work by a %i', async (status) => {
    mutx = await startMutx();
    const minted = await mutx.keys.create(NAME, 1);
    if (!minted.ok) throw new Error(minted.failure.message);
    const reply = {
      what: 'raw',
      status,
      body: '{"id":"x"}',
      headers: { 'content-type': 'application/json' },
    };
    mutx.emulator.fault({ server: 'mutx', path: /auth\/me/u, ...reply, what: 'raw' });
    expect(await mutx.keys.verify(minted.value.key, yes)).toMatchObject({ ok: false });
  });

  it('was tried where the documented API takes keys, which is not its account', async () => {
    mutx = await startMutx({ mutx: { generation: 'documented' } });
    const minted = await mutx.keys.create(NAME, 1);
    if (!minted.ok) throw new Error(minted.failure.message);
    await mutx.keys.verify(minted.value.key, yes);
    expect(mutx.lines.at(-1)).toBe('GET /agents 200');
  });

  it.each(['v1', 'documented'] as const)(
    'is not asked about once more after its time: %s',
    async (generation) => {
      mutx = await startMutx({ mutx: { generation } });
      const minted = await mutx.keys.create(NAME, 1);
      if (!minted.ok) throw new Error(minted.failure.message);
      await mutx.keys.revoke(minted.value.id);
      const { length } = mutx.lines;
      let asked = 0;
      await mutx.keys.verify(minted.value.key, () => asked++ === 0);
      expect(mutx.lines).toHaveLength(length + 1);
    },
  );

  it('is refused, and not unusable like every key, where a gateway answers the second question', async () => {
    mutx = await startMutx();
    const minted = await mutx.keys.create(NAME, 1);
    if (!minted.ok) throw new Error(minted.failure.message);
    await mutx.keys.revoke(minted.value.id);
    mutx.emulator.fault({ server: 'mutx', path: /auth\/me/u, skip: 1, what: 'html', status: 502 });
    expect(await mutx.keys.verify(minted.value.key, yes)).toMatchObject({
      failure: { kind: 'refused', code: 'mutx-key-refused' },
    });
  });
});

it('a refusal that is not about the session does not say that it has ended, however late it is', async () => {
  mutx = await startMutx({ endsAt: Date.now() - 3_600_000 });
  mutx.emulator.fault({ server: 'mutx', what: 'refuse', status: 403 });
  expect(await mutx.keys.list()).toMatchObject({ failure: { code: 'mutx-forbidden' } });
});

describe('a run whose credential is one of the keys', () => {
  const withOwnKey = async () => {
    mutx = await startMutx();
    const [own, other] = ['own', 'other'].map((name) => mutx.emulator.mutx.addKey(mutx.user, { name }));
    if (own === undefined || other === undefined) throw new Error('two were added');
    const bearer = async () =>
      ({ ok: true, value: mutx.secrets.admit(own.plaintext), date: undefined }) as const;
    const keys = createOwnKeyService(mutx.api, { bearer, endsAt: undefined }, mutx.reading);
    return { own, other, keys };
  };

  it('goes on with the last key that it made: the one before may be dead', async () => {
    const { own, other, keys } = await withOwnKey();
    const first = await keys.create(NAME, 1);
    const second = await keys.create(NAME, 1);
    if (!first.ok || !second.ok) throw new Error('two were made');
    for (const id of [first.value.id, own.id, other.id]) {
      expect(await keys.revoke(id)).toMatchObject({ ok: true, value: 'revoked' });
    }
    expect(mutx.emulator.mutx.accepts(second.value.key.expose())).toBe(true);
    expect(other.isActive).toBe(false);
  });

  it('reads with what it was given, and not with the key that it made', async () => {
    const { own, keys } = await withOwnKey();
    await keys.create(NAME, 1);
    for (const read of [() => keys.list(), () => keys.newest(), () => keys.page(0), () => keys.account()]) {
      expect(await read()).toMatchObject({ ok: true });
      expect(mutx.exchanges.at(-1)?.request.headers).toMatchObject({
        authorization: `Bearer ${own.plaintext}`,
      });
    }
  });
});

it.each(['upgrade-url', 'x-request-id', 'location'])(
  'a credential in the header %s is not told',
  async (name) => {
    const token = 'Opaque0123456789aa';
    mutx = await startMutx({ token });
    const status = name === 'location' ? 307 : 402;
    const headers = { [name]: `https://mutx.example/${token}`, 'content-type': 'application/json' };
    mutx.emulator.fault({ server: 'mutx', what: 'raw', status, headers, body: '{"detail":"pay"}' });
    const reply = await mutx.keys.list();
    expect(reply).toMatchObject({ ok: false, failure: { status } });
    expect(JSON.stringify(reply)).not.toContain(token);
    expect(JSON.stringify(reply)).toContain('withheld');
  },
);
