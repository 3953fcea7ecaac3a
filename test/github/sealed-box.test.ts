import sodium from 'libsodium-wrappers';
import { beforeAll, describe, expect, it } from 'vitest';
import { isPublicKey, loadSeal, type Seal } from '../../src/github/targets/sealed-box.ts';
import { Secret } from '../../src/secrets/secret.ts';

const { ORIGINAL } = sodium.base64_variants;

describe('a sealed box', () => {
  let seal: Seal;
  let pair: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  let key: string;

  beforeAll(async () => {
    seal = await loadSeal();
    await sodium.ready;
    pair = sodium.crypto_box_keypair();
    key = sodium.to_base64(pair.publicKey, ORIGINAL);
  });

  const open = (box: string) =>
    sodium.crypto_box_seal_open(sodium.from_base64(box, ORIGINAL), pair.publicKey, pair.privateKey, 'text');

  it.each(['', 'mutx_live_abc', 'ключ ☃ \n', 'x'.repeat(48 * 1_024)])(
    'opens to what was sealed (%#)',
    (text) => {
      const sealed = seal(new Secret(text), { keyId: '1', key });
      if (!sealed.ok) expect.fail(sealed.code);
      expect(sealed.box).toMatch(
        /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/,
      );
      expect(open(sealed.box)).toBe(text);
    },
  );

  it('is another one every time', () => {
    const boxes = [1, 2].map(() => seal(new Secret('same'), { keyId: '1', key }));
    expect(boxes[0]).not.toEqual(boxes[1]);
  });

  it('takes 48 KB of bytes, not of characters', () => {
    expect(seal(new Secret('é'.repeat(24 * 1_024 + 1)), { keyId: '1', key })).toEqual({
      ok: false,
      code: 'github-value-too-large',
    });
  });

  it.each([
    '',
    'not base64',
    'AAAA',
    Buffer.alloc(32).toString('base64'),
    Buffer.alloc(31).toString('base64'),
  ])('is not made with the key %j', (bad) => {
    expect(seal(new Secret('x'), { keyId: '1', key: bad })).toEqual({
      ok: false,
      code: 'github-bad-public-key',
    });
  });

  it('knows what can be a public key before anything is sealed', () => {
    expect(isPublicKey(key)).toBe(true);
    expect(
      [Buffer.alloc(31), Buffer.alloc(33)].map((bytes) => isPublicKey(bytes.toString('base64'))),
    ).toEqual([false, false]);
  });
});
