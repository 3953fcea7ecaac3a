import { expect, it } from 'vitest';
import { type JobWorld, jobWorld, type Step, textOf } from './job.ts';

const JOBS = 20;
const PLACES = 10;

/** A step's main, some use of its key, and its post. */
async function wholeJob(world: JobWorld, step: Step): Promise<void> {
  const main = await step.main();
  expect(main.exitCode, textOf(main)).toBe(0);
  const used = await fetch(`${world.mutx.url}/v1/agents`, {
    headers: { 'x-api-key': main.env['MUTX_API_KEY'] ?? '' },
  });
  expect(used.status).toBe(200);
  const post = await step.post();
  expect(textOf(post)).toMatch(/^Revoked: /mu);
  expect(post.annotations).toEqual([]);
}

it('twenty jobs at once on a plan of ten keys all get theirs, never more than ten, and leave none', async () => {
  await using world = await jobWorld({ plan: 'STARTER' });
  let most = 0;
  let refused = 0;
  world.world.emulator.onRequest(({ point, entry }) => {
    most = Math.max(most, world.alive().length);
    if (point === 'after' && entry.method === 'POST' && world.alive().length === PLACES) refused += 1;
    return undefined;
  });
  const jobs = Array.from({ length: JOBS }, () => world.step({ inputs: { 'quota-wait': '30m' } }));
  await Promise.all(jobs.map((step) => wholeJob(world, step)));
  expect(most).toBe(PLACES);
  expect(refused).toBeGreaterThan(0);
  expect(world.alive()).toEqual([]);
  expect(new Set(world.mutx.keys.map(({ name }) => name)).size).toBe(JOBS);
}, 90_000);

it('waits as long as the server asks, and says who holds the places when the time is over', async () => {
  await using world = await jobWorld({ plan: 'FREE' });
  for (const name of ['laptop', 'staging']) world.mutx.addKey(world.world.user, { name });
  world.world.emulator.fault({
    server: 'mutx',
    method: 'POST',
    path: /api-keys$/u,
    what: 'refuse',
    status: 409,
    headers: { 'retry-after': '1' },
  });
  const step = world.step({ inputs: { 'quota-wait': '2s' } });
  const main = await step.main();
  expect(main.exitCode).toBe(1);
  const log = textOf(main);
  expect(log).toContain('the plan has no place left: waiting');
  expect(log).toContain('[quota-wait-over]');
  for (const name of ['laptop', 'staging'])
    expect(log).toMatch(new RegExp(`in the way: ${name} \\(\\S+\\), never expires`, 'u'));
  expect(world.requests().filter((line) => line.startsWith('POST')).length).toBeGreaterThan(1);
  expect(textOf(await step.post())).toContain('Nothing to revoke');
});

it('does not wait for longer than it may, and says when to come back', async () => {
  await using world = await jobWorld({ plan: 'FREE' });
  world.world.emulator.fault({
    server: 'mutx',
    method: 'POST',
    path: /api-keys$/u,
    what: 'refuse',
    status: 409,
    headers: { 'retry-after': '600' },
  });
  const main = await world.step().main();
  expect(main.exitCode).toBe(1);
  expect(textOf(main)).not.toContain('waiting');
  expect(textOf(main)).toMatch(/A run after \S+Z can work/u);
});

it('gets the place of a key that the sweep frees', async () => {
  await using world = await jobWorld({ plan: 'FREE' });
  const now = world.mutx.clock.now();
  const dead = { createdAt: now - 90_000_000, expiresAt: now - 3_600_000 };
  world.mutx.addKey(world.world.user, { name: 'gha/acme/web/run/17.1/test/0123456789ab', ...dead });
  world.mutx.addKey(world.world.user, { name: 'gha/acme/web/run/17.1/test/0123456789abc', ...dead });
  const step = world.step();
  const main = await step.main();
  expect(main.exitCode, textOf(main)).toBe(0);
  expect(textOf(main)).toMatch(/^swept: \S+, gha\/acme\/web\/run\/17\.1\/test\/0123456789ab \(expired\)$/mu);
  await step.post();
  expect(world.alive().map(({ name }) => name)).toEqual(['gha/acme/web/run/17.1/test/0123456789abc']);
});
