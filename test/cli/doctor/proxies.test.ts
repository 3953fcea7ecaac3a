import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noProxyChecks } from '../../../src/cli/doctor/checks/proxies.ts';
import { wayTo } from '../../../src/http/proxy.ts';

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'NO_PROXY'])
    vi.stubEnv(name, '');
  vi.stubEnv('HTTPS_PROXY', 'http://proxy.corp:3128');
});
afterEach(() => vi.unstubAllEnvs());

describe('an entry of NO_PROXY', () => {
  it.each([
    ['https://api.mutx.dev', 'is a URL', 'https://api.mutx.dev'],
    ['10.0.0.0/8', 'is a range of addresses', 'https://10.0.0.1'],
    ['fd00::/8', 'is a range of addresses', 'https://[fd00::1]'],
    ['api.mutx.dev/v1', 'has a path', 'https://api.mutx.dev'],
    ['*.mutx.dev', 'has a `*` within it', 'https://api.mutx.dev'],
    ['mutx.*', 'has a `*` within it', 'https://mutx.dev'],
    ['a.test api.mutx.dev', 'has white space within it', 'https://api.mutx.dev'],
    ['fd00::1', 'is an IPv6 address without brackets', 'https://[fd00::1]'],
    ['api.mutx.dev:https', 'has a port that is no number', 'https://api.mutx.dev'],
  ])('that matches nothing is named: %s', (entry, why, host) => {
    vi.stubEnv('NO_PROXY', `localhost, ${entry}`);
    expect(wayTo(new URL(host)).kind).toBe('proxy');
    expect(noProxyChecks(process.env)).toMatchObject([
      { verdict: 'warning', text: `NO_PROXY: \`${entry}\` ${why} and matches no host` },
    ]);
  });

  it.each([
    ['api.mutx.dev', 'https://api.mutx.dev'],
    ['API.mutx.dev', 'https://api.mutx.dev'],
    ['.mutx.dev', 'https://api.mutx.dev'],
    ['mutx.dev', 'https://api.mutx.dev'],
    ['mutx.dev:443', 'https://api.mutx.dev'],
    ['*', 'https://api.mutx.dev'],
    ['10.0.0.1', 'https://10.0.0.1'],
    ['[fd00::1]', 'https://[fd00::1]'],
    ['[fd00::1]:443', 'https://[fd00::1]'],
  ])('that matches is not: %s', (entry, host) => {
    vi.stubEnv('no_proxy', `${entry},,`);
    expect(wayTo(new URL(host)).kind).toBe('direct');
    expect(noProxyChecks(process.env)).toEqual([]);
  });

  it('is shown without a password', () => {
    const [check] = noProxyChecks({ no_proxy: 'http://user:hunter2@proxy.corp' });
    expect(check?.text).toBe('no_proxy: `proxy.corp` is a URL and matches no host');
  });

  it('is none where the variable is not set', () => {
    expect(noProxyChecks({})).toEqual([]);
  });
});
