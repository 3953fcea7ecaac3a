import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { takeNotes } from '../../packages/emulator/test/noted.ts';
import { loadSeal } from '../../src/github/targets/sealed-box.ts';
import { Secret } from '../../src/secrets/secret.ts';

afterEach(() => {
  takeNotes();
});

const isThere = spawnSync('python3', ['-c', 'import nacl.public']).status === 0;
const skipped = isThere ? '' : ' (skipped: there is no Python with PyNaCl here)';

/** What these lines of Python print, with `given` as their arguments. */
async function python(lines: readonly string[], ...given: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('python3', ['-c', lines.join('\n'), ...given]);
  return stdout;
}

/** As GitHub's documentation shows it, with a request around it. */
const SET = [
  'import base64, json, sys, urllib.request',
  'from nacl import encoding, public',
  'url, token, value = sys.argv[1:]',
  'def ask(path, method="GET", body=None):',
  '    request = urllib.request.Request(url + path, method=method, headers={"Authorization": "Bearer " + token})',
  '    request.data = None if body is None else json.dumps(body).encode()',
  '    return urllib.request.urlopen(request)',
  'key = json.load(ask("/public-key"))',
  'box = public.SealedBox(public.PublicKey(key["key"].encode(), encoding.Base64Encoder()))',
  'sealed = base64.b64encode(box.encrypt(value.encode())).decode()',
  'print(ask("/KEY", "PUT", {"encrypted_value": sealed, "key_id": key["key_id"]}).status)',
];

const OPEN = [
  'import base64, sys',
  'from nacl import encoding, public',
  'key = public.PrivateKey(sys.argv[1].encode(), encoding.Base64Encoder())',
  'sys.stdout.write(public.SealedBox(key).decrypt(base64.b64decode(sys.argv[2])).decode())',
];

const VALUES = [
  ['a key', 'mutx_live_value'],
  ['what is not ASCII', 'ümläut 🔑'],
  ['a long text', 'x'.repeat(10_000)],
] as const;

test.skipIf(!isThere).each(VALUES)(`opens what PyNaCl seals: %s${skipped}`, async (_what, value) => {
  await using emulator = await startEmulator();
  emulator.github.addRepository('acme/web');
  const server = `${emulator.github.url}/repos/acme/web/actions/secrets`;
  expect(await python(SET, server, emulator.github.issueToken(), value)).toBe('201\n');
  expect(emulator.github.openSecret('acme/web', 'KEY')).toBe(value);
});

test.skipIf(!isThere).each(VALUES)(`seals what PyNaCl opens: %s${skipped}`, async (_what, value) => {
  await using emulator = await startEmulator();
  emulator.github.addRepository('acme/web');
  const { keyId, publicKey, privateKey } = emulator.github.keyPair('acme/web');
  const seal = await loadSeal();
  const sealed = seal(new Secret(value), { keyId, key: publicKey });
  expect(await python(OPEN, privateKey, sealed.ok ? sealed.box : '')).toBe(value);
});
