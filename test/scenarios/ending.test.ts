import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { startWorld } from './world.ts';

// Holds invariant 5 of docs/threat-model.md.

describe('a cancelled job', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('with %s says in which state things are, and the next run heals it', async (signal, code) => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    const fault = world.emulator.fault({ server: 'github', method: 'PUT', what: 'never' });
    const run = await world.rotate({
      onLine: (line) => (line.includes('Store the new key') ? signal : undefined),
    });
    expect(run.exitCode).toBe(code);
    expect(run.log.join('\n')).toContain('[cancelled]');
    expect(run.log.join('\n')).toMatch(/the new key \S+ is alive/u);
    expect(run.summary).toContain('the run was cancelled');
    expectPromisesKept(world, was);
    await expectNoLeak(run, world);

    fault.cancel();
    world.advance(60 * 60 * 1_000);
    expect((await world.rotate()).exitCode).toBe(0);
    expect(world.active().map((key) => key.plaintext)).toEqual([world.stored()]);
  });
});

/** A module that makes the beginning of the first step throw, as a bug in the middle of a run would. */
const BUG = `data:text/javascript,${encodeURIComponent(`
  const { write } = process.stdout;
  let thrown = false;
  process.stdout.write = function (text, ...more) {
    if (!thrown && String(text).startsWith('::group::')) {
      thrown = true;
      throw new Error('a bug');
    }
    return write.call(this, text, ...more);
  };
`)}`;

describe('a bug', () => {
  it('is told without any credential, with the state and how to be sure of it', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    const run = await world.rotate({ env: { NODE_OPTIONS: `--import=${BUG}` } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[internal-error]');
    expect(run.log.join('\n')).toContain('to be sure, compare');
    expect(run.rawStderr).toBe('');
    expectPromisesKept(world, was);
    await expectNoLeak(run, world);
  });
});

describe('debug logging', () => {
  it('shows each request, never a header or a body', async () => {
    await using world = await startWorld();
    const run = await world.rotate({ debug: true });
    expect(run.exitCode).toBe(0);
    const requests = run.log.filter((line) => line.startsWith('##[debug]'));
    expect(requests).toContainEqual(
      expect.stringMatching(/^##\[debug\]MUTX: POST \/v1\/api-keys → 201 in \d+ ms$/u),
    );
    expect(requests).toHaveLength(world.emulator.ledger.entries.length);
    await expectNoLeak(run, world);
  });

  it('is silent where nobody asked for it', async () => {
    await using world = await startWorld();
    const run = await world.rotate();
    expect(run.rawStdout).not.toContain('::debug::');
  });
});

describe('a job summary that cannot be written', () => {
  it('is a warning: the key was rotated all the same', async () => {
    await using world = await startWorld();
    const run = await world.rotate({ env: { GITHUB_STEP_SUMMARY: '/nonexistent/summary' } });
    expect(run.exitCode).toBe(0);
    expect(run.annotations.map(({ title }) => title)).toEqual(['Summary not written']);
    expect(run.outputs['rotated']).toBe('true');
  });
});
