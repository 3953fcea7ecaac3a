import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { isAsItWas, networkTo } from '../../src/commands/ephemeral/post-step-state.ts';

// Holds invariant 38 of docs/threat-model.md.

const MUTX = new URL('https://api.mutx.dev/');

function network(env: Readonly<Record<string, string>>, url = MUTX) {
  vi.unstubAllEnvs();
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, env[name] ?? '');
  return networkTo(url, env, 'secret');
}

afterEach(() => void vi.unstubAllEnvs());

const PROXY = { HTTPS_PROXY: 'http://user:pass@proxy.example:8080' };

it.each([
  ['no proxy, and one later', {}, PROXY, false],
  ['the same proxy', PROXY, PROXY, true],
  ['the same proxy in small letters', PROXY, { https_proxy: PROXY.HTTPS_PROXY }, true],
  ['another proxy', PROXY, { HTTPS_PROXY: 'http://evil.example' }, false],
  ['another password of it', PROXY, { HTTPS_PROXY: 'http://user:other@proxy.example:8080' }, false],
  ['one in small letters that goes first', PROXY, { ...PROXY, https_proxy: 'http://evil.example' }, false],
  ['a proxy, and none later', PROXY, {}, false],
  ['a proxy that is not for this host', {}, { ...PROXY, NO_PROXY: 'api.mutx.dev' }, true],
  ['a proxy that cannot be used', {}, { HTTPS_PROXY: 'socks5://evil.example' }, false],
  ['an authority later', {}, { NODE_EXTRA_CA_CERTS: '/tmp/evil.pem' }, false],
  ['the authorities of the system later', {}, { NODE_USE_SYSTEM_CA: '1' }, false],
  ['a file of OpenSSL later', {}, { SSL_CERT_FILE: '/tmp/evil.pem' }, false],
  ['a folder of OpenSSL later', {}, { SSL_CERT_DIR: '/tmp/evil' }, false],
  ['an authority, and none later', { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, {}, true],
  [
    'the same authority',
    { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' },
    { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' },
    true,
  ],
  ['another one', { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }, { NODE_EXTRA_CA_CERTS: '/tmp/evil.pem' }, false],
  ['variables about something else', {}, { HTTP_PROXY: 'http://evil.example', LANG: 'C' }, true],
])('%s', (_, first, later, same) => {
  const then = network(first);
  expect(isAsItWas(then, network(later))).toBe(same);
  expect(JSON.stringify(then)).not.toMatch(/pass|proxy\.example|ca\.pem/u);
});

it('sees that the file of an authority is another one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  try {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, 'one');
    const then = network({ NODE_EXTRA_CA_CERTS: file });
    expect(isAsItWas(then, network({ NODE_EXTRA_CA_CERTS: file }))).toBe(true);
    writeFileSync(file, 'another');
    expect(isAsItWas(then, network({ NODE_EXTRA_CA_CERTS: file }))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a secret of its own makes another note of the same proxy', () => {
  vi.stubEnv('HTTPS_PROXY', PROXY.HTTPS_PROXY);
  expect(networkTo(MUTX, PROXY, 'a').proxy).not.toBe(networkTo(MUTX, PROXY, 'b').proxy);
});
