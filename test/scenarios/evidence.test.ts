import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../packages/emulator/src/index.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { DAY, KEY_NAME, startWorld, type World } from './world.ts';

// Holds invariants 7 and 39 of docs/threat-model.md: through dist/, one wrong answer each.

const ACTIVE = { hurry: true } as const;
const GET_SECRET = { server: 'github', method: 'GET', path: /\/secrets\/MUTX_API_KEY$/u } as const;
const HOUR = 3_600_000;

function plant(world: World, ...rules: readonly FaultRule[]): void {
  for (const rule of rules) world.emulator.fault(rule);
}

const creates503: FaultRule = {
  server: 'mutx',
  method: 'POST',
  path: /\/api-keys$/u,
  what: 'refuse',
  status: 503,
  times: Number.POSITIVE_INFINITY,
};

describe('one wrong answer costs no stored key', () => {
  it.each([
    { 'renew-before': '30d' },
    { 'grace-period': '1d' },
    { 'renew-before': '7d', 'grace-period': '6h' },
  ])('a passing 404 for the secret, while MUTX makes no key: %j', async (inputs) => {
    await using world = await startWorld({ plan: 'STARTER' });
    await world.withStoredKey();
    const before = asItStands(world);
    plant(world, { ...GET_SECRET, what: 'refuse', status: 404 }, creates503);
    await world.rotate({ ...ACTIVE, inputs });
    expectPromisesKept(world, before);
  });

  it('a Date three days ahead of a key that has two days left', async () => {
    await using world = await startWorld();
    await world.withStoredKey({ 'expires-in-days': '4' });
    const before = asItStands(world);
    world.emulator.mutx.dateLag = -3 * DAY;
    plant(world, creates503);
    const run = await world.rotate(ACTIVE);
    expect(run.exitCode).toBe(1);
    expectPromisesKept(world, before);
  });

  it('local time without a zone, two hours east', async () => {
    await using world = await startWorld();
    const { mutx } = world.emulator;
    mutx.clock.advance(2 * HOUR);
    mutx.dateLag = 2 * HOUR;
    const first = await world.rotate(ACTIVE);
    expect(first.log.join('\n')).toContain('times-contradict');
    expect(world.stored()).toBeUndefined();
    expect(world.active()).toEqual([]);
  });

  it('a 409 that is not the quota’s, with on-quota: replace', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const before = asItStands(world);
    plant(world, { ...creates503, status: 409, body: { detail: 'Conflict' } });
    const run = await world.rotate({ ...ACTIVE, inputs: { 'on-quota': 'replace' } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('create-failed');
    expectPromisesKept(world, before);
  });
});

describe('a 404 for a DELETE', () => {
  const notFound: FaultRule = { server: 'mutx', method: 'DELETE', what: 'refuse', status: 404 };

  it('that passes leaves no key alive that the run calls revoked', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    plant(world, notFound);
    const run = await world.rotate(ACTIVE);
    expect(run.exitCode).toBe(0);
    expect(world.active()).toHaveLength(1);
    expect(JSON.parse(run.outputs['revoked-key-ids'] ?? '')).toHaveLength(1);
  });

  it('that stays is not told as revoked, neither by a rotation nor by the panic button', async () => {
    await using world = await startWorld();
    const old = await world.withStoredKey();
    const [leaked] = world.active();
    plant(world, { ...notFound, times: Number.POSITIVE_INFINITY });
    const run = await world.rotate(ACTIVE);
    expect(JSON.parse(run.outputs['revoked-key-ids'] ?? '')).toEqual([]);
    expect(run.log.join('\n')).toContain(`it is not known whether key ${leaked?.id} was revoked`);
    const panic = await world.use('revoke/action.yml', { ...ACTIVE, inputs: { 'key-name': KEY_NAME } });
    expect(panic.exitCode).toBe(1);
    expect(world.emulator.mutx.accepts(old)).toBe(true);
  });
});
