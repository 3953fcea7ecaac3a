import { describe, expect, it } from 'vitest';
import type { Generation } from '../../packages/emulator/src/index.ts';
import { haltAt } from '../process/halt.ts';
import { jobWorld, textOf } from './job.ts';

// Holds invariant 29 of docs/threat-model.md.

const CREATE = 'POST /v1/api-keys';
/** What makes a key: on the documented API a 404 is the answer to the other one. */
const CREATES: Readonly<Record<Generation, string>> = { v1: CREATE, documented: 'POST /api-keys' };
const V1 = ['GET /v1/api-keys', CREATE, 'GET /v1/auth/me'];
/** Each call finds out by asking, until one has found out. */
const DOCUMENTED = ['GET /v1/api-keys', CREATE, 'GET /api-keys', 'POST /api-keys', 'GET /agents'];
const LOGGED_IN = ['POST /v1/auth/login', ...V1, 'POST /v1/auth/logout'];

interface Case {
  readonly generation: Generation;
  readonly credential: 'jwt' | 'password';
  readonly request: string;
  readonly nested: boolean;
}

const CASES: readonly Case[] = [
  ...V1.map((request) => ({ generation: 'v1', credential: 'jwt', request, nested: true }) as const),
  ...DOCUMENTED.map(
    (request) => ({ generation: 'documented', credential: 'jwt', request, nested: true }) as const,
  ),
  ...LOGGED_IN.map(
    (request) => ({ generation: 'v1', credential: 'password', request, nested: false }) as const,
  ),
];

describe('the first step', () => {
  it.each([
    ['v1', 'jwt', V1],
    ['documented', 'jwt', DOCUMENTED],
    ['v1', 'password', LOGGED_IN],
  ] as const)('sends these requests and no other: %s, %s', async (generation, credential, requests) => {
    await using job = await jobWorld({ mutx: { generation } });
    expect((await job.step({ credential }).main()).exitCode).toBe(0);
    // The sweep beside the create goes on a connection of its own: which of the two arrives first is chance.
    expect(
      job
        .requests()
        .map((line) => line.replace(/ \d+$/u, ''))
        .toSorted(),
    ).toEqual(requests.toSorted());
  });
});

describe.each(['before', 'after'] as const)('killed, %s MUTX has done it', (point) => {
  it.concurrent.each(CASES)(
    'leaves no key behind once the post step has run: $request ($generation, $credential, nested: $nested)',
    async ({ generation, credential, request, nested }) => {
      await using job = await jobWorld({ mutx: { generation } });
      const step = job.step({ credential });
      const halt = haltAt(job.world.emulator, request, point);
      await using doomed = step.start();
      await doomed.reaches(halt);
      doomed.signal('SIGKILL');
      const main = await doomed.ended;
      expect(main.exitCode).toBeUndefined();
      if (point === 'before') halt.drop();
      else halt.release();
      step.finished(main);
      const post = await step.post(nested ? { inputs: undefined } : {});
      expect(post.annotations).toEqual([]);
      expect(job.alive()).toEqual([]);
      if (point === 'after' && request === CREATES[generation]) {
        // Its reply nobody saw: found by its name.
        const [key] = job.mutx.keys;
        expect(textOf(post)).toContain(`Revoked: ${key?.id}`);
      }
      await job.expectNoLeak(post);
      await job.expectNoLeak(main);
    },
  );
});

describe('a key that comes to be after the post step has looked', () => {
  it('is told of, and the sweep of a later run takes it', async () => {
    await using job = await jobWorld();
    const step = job.step();
    const halt = haltAt(job.world.emulator, CREATE, 'before');
    await using doomed = step.start();
    await doomed.reaches(halt);
    doomed.signal('SIGKILL');
    step.finished(await doomed.ended);
    expect(textOf(await step.post())).toMatch(/a create got no clear answer, and no active key named gha\//u);
    halt.release();
    await halt.applied;
    expect(job.alive()).toHaveLength(1);
    job.world.advance(25 * 60 * 60 * 1_000);
    const next = job.step();
    await next.main();
    await next.post();
    expect(job.alive()).toEqual([]);
  });

  it('is told of where the post step cannot look either', async () => {
    await using job = await jobWorld();
    const step = job.step({ credential: 'key' });
    const halt = haltAt(job.world.emulator, CREATE, 'after');
    await using doomed = step.start();
    await doomed.reaches(halt);
    doomed.signal('SIGKILL');
    step.finished(await doomed.ended);
    halt.release();
    const post = await step.post({ inputs: undefined });
    expect(post.annotations[0]?.message).toContain('may exist that nobody can use');
    expect(job.alive()).toHaveLength(1);
  });
});

/** Loaded first: says that a signal is there, in the very step in which the action hears of it. */
const TELLING = `process.on('SIGTERM', () => console.log('signalled'));`;

describe('a cancelled first step', () => {
  it('says that the post step revokes the key, which it does', async () => {
    await using job = await jobWorld();
    const step = job.step();
    const halt = haltAt(job.world.emulator, 'GET /v1/auth/me', 'after');
    await using doomed = step.start({
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELLING)}` },
      onLine: (line) => {
        if (line === 'signalled') halt.release();
        return undefined;
      },
    });
    await doomed.reaches(halt);
    doomed.signal('SIGTERM');
    const main = await doomed.ended;
    expect(main.exitCode).toBe(143);
    expect(textOf(main)).toMatch(/the new key \S+ is alive .*; the post step revokes it/u);
    expect(main.outputs['api-key']).toBeUndefined();
    step.finished(main);
    await step.post();
    expect(job.alive()).toEqual([]);
  });
});
