import { afterEach, describe, expect, it, vi } from 'vitest';
import { openShell } from './shell.ts';

// Holds invariant 22 of docs/threat-model.md.

afterEach(() => vi.unstubAllEnvs());

const PLACES = [
  ['mutx', { MUTX_API_URL: 'https://mutx.invalid' }],
  ['github', { GITHUB_API_URL: 'https://github.invalid' }],
] as const;

describe.each(PLACES)('a setting that keeps %s from being reached', (service, env) => {
  it.each([
    'http://user:12#hunter2@proxy.invalid:3128',
    'http://user:12/hunter2@proxy.invalid:3128',
    'user:hunter2?@proxy.invalid:3128',
  ])('is tried once, named, and not shown: HTTPS_PROXY=%s', async (proxy) => {
    vi.stubEnv('HTTPS_PROXY', proxy);
    vi.stubEnv('NO_PROXY', '');
    await using shell = await openShell();
    const { code, stdout, stderr } = await shell.run(['rotate'], env);
    const said = stdout + stderr;
    expect(code).toBe(1);
    expect(said).toContain(`[${service}-proxy-setting]`);
    expect(said).toContain('percent-encode the user name and the password');
    expect(said).not.toMatch(/hunter2|proxy\.invalid/u);
    expect(said).not.toMatch(/again in/u);
    expect(shell.emulator.mutx.keys).toEqual([]);
  });
});
