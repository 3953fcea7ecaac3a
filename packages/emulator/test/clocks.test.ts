import { expect, test } from 'vitest';
import { EmulatorClock } from '../src/clock.ts';
import { startEmulator } from '../src/index.ts';
import { github, mutx } from './wire.ts';

test('a clock runs with the machine’s, on top of what it was moved by', () => {
  let machine = 1_000;
  const clock = new EmulatorClock(() => machine);
  clock.advance(500);
  machine += 100;
  expect(clock.now()).toBe(1_600);
  clock.stop();
  machine += 100;
  expect(clock.now()).toBe(1_600);
  clock.advance(-600);
  expect(clock.now()).toBe(1_000);
  clock.run();
  machine += 7;
  expect(clock.now()).toBe(1_007);
  expect(() => clock.set(Number.NaN)).toThrow(TypeError);
});

test('each server’s Date header comes from its own clock, and can be left out', async () => {
  await using emulator = await startEmulator({
    mutx: { stillAt: Date.parse('2026-03-12T12:00:00.999Z') },
    github: { stillAt: Date.parse('2031-01-01T00:00:00Z') },
  });
  const dates = async () => [
    (await mutx(emulator, undefined, 'GET', '/v1/agents')).headers['date'],
    (await github(emulator, 'any', 'GET', '/repos/a/b')).headers['date'],
  ];
  expect(await dates()).toEqual(['Thu, 12 Mar 2026 12:00:00 GMT', 'Wed, 01 Jan 2031 00:00:00 GMT']);
  emulator.mutx.clock.advance(1);
  emulator.github.sendsDate = false;
  expect(await dates()).toEqual(['Thu, 12 Mar 2026 12:00:01 GMT', undefined]);
  emulator.mutx.dateLag = 3_500;
  expect((await dates())[0]).toBe('Thu, 12 Mar 2026 11:59:57 GMT');
});

test('request ids: of each server’s kind, one a request', async () => {
  await using emulator = await startEmulator();
  // MUTX has no header for it, only a field in the bodies of 422 and 500.
  const refused = await mutx(emulator, undefined, 'POST', '/v1/auth/login', {});
  const first = (JSON.parse(refused.text) as { readonly request_id: string }).request_id;
  const second = (await github(emulator, 'any', 'GET', '/repos/a/b')).headers['x-github-request-id'];
  expect([first, second]).toEqual(['00000000-0000-4000-8000-000000000001', 'E000:000002']);
});
