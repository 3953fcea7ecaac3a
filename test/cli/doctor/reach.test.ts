import { describe, expect, it } from 'vitest';
import { clockChecks } from '../../../src/cli/doctor/checks/clocks.ts';
import { isLoopback, isOutOfReach } from '../../../src/cli/doctor/checks/reach.ts';

describe('a runner that GitHub hosts', () => {
  it.each([
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
    'https://0.0.0.0',
    'https://10.1.2.3',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://100.64.0.1',
    'https://[fd12:3456::1]',
    'https://[fe80::1]',
    'https://[febf::1]',
    'https://[fc00::1]',
    'https://[::]',
    'https://[::ffff:10.1.2.3]',
    'https://[::ffff:7f00:1]',
    'https://192.168.1.1.',
    'https://mutx',
    'https://mutx.local',
    'https://mutx.INTERNAL.',
    'https://mutx.home.arpa',
    'https://0x7f.1',
  ])('cannot reach %s', (url) => {
    expect(isOutOfReach(new URL(url))).toBe(true);
  });

  it.each([
    'https://api.mutx.dev',
    'https://mutx.example.com:8443/base',
    'https://172.15.0.1',
    'https://172.32.0.1',
    'https://100.128.0.1',
    'https://110.1.2.3',
    'https://192.169.1.1',
    'https://[2001:db8::1]',
    'https://[::2]',
    'https://[fec0::1]',
    'https://[fbff::1]',
    'https://[::ffff:93.184.216.34]',
    'https://1.0.0.1',
    'https://100.63.255.255',
    'https://10.1.2.3.example.com',
    'https://local.example.com',
  ])('may reach %s', (url) => {
    expect(isOutOfReach(new URL(url))).toBe(false);
  });
});

describe('a clock of this machine that is wrong', () => {
  const seen = { service: Date.UTC(2026, 11, 1), machine: Date.UTC(2026, 10, 1) };

  it.each([
    [true, /^nothing, if the clocks of `mutx-api-key emulate` were advanced/u],
    [false, /^set the clock of this machine/u],
  ])('where both services are on it: %s', (isEmulated, fix) => {
    expect(clockChecks(seen, seen, isEmulated)).toMatchObject([
      { verdict: 'warning', fix: expect.stringMatching(fix) },
    ]);
  });

  it.each([
    ['http://127.0.0.1:4000', true],
    ['http://localhost:4000/api', true],
    ['http://[::1]:4000', true],
    ['https://10.0.0.1', false],
    ['https://127.0.0.1.example.com', false],
    ['https://api.mutx.dev', false],
  ])('%s is this machine: %s', (url, itIs) => {
    expect(isLoopback(new URL(url))).toBe(itIs);
  });
});
