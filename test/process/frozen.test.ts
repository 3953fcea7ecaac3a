import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { haltAt } from './halt.ts';
import { CREATE, REVOKE, STORE, VERIFY } from './requests.ts';
import { FREE, MINUTE, PRO, type Stage, setStage } from './stage.ts';

// Holds invariant 7 of docs/threat-model.md.

/**
 * A process that stands still between create and store while the servers' time goes on, as on a machine that is
 * suspended. Its own clocks saw nothing of it: only GitHub's `Date` can tell it that its write came late.
 */
interface Freeze {
  /** Stopped when the server has done this and before its reply is there. */
  readonly request: string;
  readonly minutes: number;
}

interface Thawed {
  readonly run: StepResult;
  /** What it sent after it went on. */
  readonly sent: readonly string[];
  /** The run that went from start to end one minute before. */
  readonly other: StepResult | undefined;
}

async function freeze(stage: Stage, { request, minutes }: Freeze, overtaken: boolean): Promise<Thawed> {
  const halt = haltAt(stage.world.emulator, request, 'after');
  await using frozen = stage.start();
  await frozen.reaches(halt);
  frozen.signal('SIGSTOP');
  halt.release();
  stage.world.advance((minutes - 1) * MINUTE);
  const other = overtaken ? await stage.run() : undefined;
  stage.world.advance(MINUTE);
  const record = stage.record();
  frozen.signal('SIGCONT');
  const run = await frozen.ended;
  return { run, sent: [...record], other };
}

const LATE = 'was stored too late to be relied on';

/** Its late write was followed by no revocation, but by another key, which it stored. */
function expectRotatedOnceMore({ run, sent }: Thawed): void {
  expect(run.exitCode, run.log.join('\n')).toBe(0);
  expect(run.log.join('\n')).toContain(LATE);
  const effects = sent.filter((request) => !request.startsWith('GET '));
  expect(effects.slice(0, 3)).toEqual([STORE, CREATE, `${STORE} (2)`]);
  expect(effects.slice(3).every((request) => request.startsWith(REVOKE))).toBe(true);
}

const BETWEEN = [CREATE, VERIFY];

describe('a rotation that is frozen between create and store', () => {
  it.concurrent.each(BETWEEN)(
    'for less than the deadline goes on as if nothing were: %s',
    async (request) => {
      await using stage = await setStage(PRO);
      const { run, sent } = await freeze(stage, { request, minutes: 9 }, false);
      expect(run.exitCode).toBe(0);
      expect(run.log.join('\n')).not.toContain(LATE);
      expect(sent.filter((name) => !name.startsWith('GET '))).toEqual([STORE, REVOKE]);
      expect(stage.world.active()).toHaveLength(1);
      stage.expectPromisesKept();
      stage.expectOneKeyStored();
    },
  );

  it.concurrent.each([12, 16, 20].flatMap((minutes) => BETWEEN.map((request) => ({ request, minutes }))))(
    'for $minutes minutes notices that its write was late, and rotates once more: $request',
    async (how) => {
      await using stage = await setStage(PRO);
      expectRotatedOnceMore(await freeze(stage, how, false));
      stage.expectOneKeyStored();
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );

  it.concurrent.each([12, 15].flatMap((minutes) => BETWEEN.map((request) => ({ request, minutes }))))(
    'for $minutes minutes, and overtaken, rotates once more; its key was young enough to be left alive: $request',
    async (how) => {
      await using stage = await setStage(PRO);
      const thawed = await freeze(stage, how, true);
      expect(thawed.other?.exitCode).toBe(0);
      expectRotatedOnceMore(thawed);
      stage.expectOneKeyStored();
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );

  /** Beyond what the protocol assumes (docs/protocol.md): a dead key is stored, and replaced at once. */
  it.concurrent.each([18, 20])(
    'for %i minutes, overtaken by a run that revoked its verified key, repairs what it wrote when it wakes',
    async (minutes) => {
      await using stage = await setStage(PRO);
      const thawed = await freeze(stage, { request: VERIFY, minutes }, true);
      expect(thawed.other?.exitCode).toBe(0);
      expectRotatedOnceMore(thawed);
      stage.expectOneKeyStored();
      expect(stage.broken.at(0)).toMatch(/^P1 after PUT /u);
      expect(stage.broken.at(-1)).toMatch(/^P1 before PUT /u);
      stage.broken.length = 0;
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );

  it.concurrent.each([18, 20])(
    'for %i minutes, overtaken by a run that revoked its key before it was verified, leaves the secret alone',
    async (minutes) => {
      await using stage = await setStage(PRO);
      const { run, sent, other } = await freeze(stage, { request: CREATE, minutes }, true);
      expect(other?.exitCode).toBe(0);
      expect(run.exitCode).toBe(1);
      expect(run.log.join('\n')).toContain('[verify-refused]');
      expect(sent.filter((name) => name.startsWith('PUT '))).toEqual([]);
      expect(stage.world.active().map(({ id }) => id)).toEqual([other?.outputs['key-id']]);
      stage.expectOneKeyStored();
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );
});

describe('on a plan of two keys, a rotation that is frozen between create and store', () => {
  it.concurrent.each(
    BETWEEN.flatMap((request) => [true, false].map((overtaken) => ({ request, overtaken }))),
  )(
    'for 12 minutes finds no room to rotate once more, and leaves it to the next: $request, overtaken: $overtaken',
    async ({ request, overtaken }) => {
      await using stage = await setStage(FREE);
      const { run, other } = await freeze(stage, { request, minutes: 12 }, overtaken);
      // Neither can the other: one place is the stored key's, and the one that waits has the other.
      expect(other?.exitCode).toBe(overtaken ? 1 : undefined);
      expect(run.exitCode).toBe(1);
      expect(run.log.join('\n')).toContain(LATE);
      expect(run.log.join('\n')).toContain('[quota-too-soon]');
      stage.expectOneKeyStored();
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );

  it.concurrent.each(BETWEEN)(
    'for 20 minutes leaves two keys that no rule tells apart, which replace does: %s',
    async (request) => {
      await using stage = await setStage(FREE);
      const { run } = await freeze(stage, { request, minutes: 20 }, false);
      expect(run.exitCode).toBe(1);
      expect(run.log.join('\n')).toContain('[quota-full]');
      for (const { id } of stage.world.active()) expect(run.log.join('\n')).toContain(id);
      stage.expectOneKeyStored();
      stage.expectPromisesKept();
      await stage.expectHealed({ 'on-quota': 'replace' });
    },
  );

  it.concurrent.each([12, 20])('for %i minutes tells what it has written', async (minutes) => {
    await using stage = await setStage(FREE);
    const { run } = await freeze(stage, { request: VERIFY, minutes }, false);
    expect(run.log.join('\n')).not.toContain('untouched');
    expect(run.outputs['key-id']).toBe(stage.world.emulator.mutx.keyOf(stage.world.stored() ?? '')?.id);
  });

  it.concurrent('for 20 minutes, overtaken by a run that revoked its verified key, repairs it', async () => {
    await using stage = await setStage(FREE);
    await freeze(stage, { request: VERIFY, minutes: 20 }, true);
    stage.expectOneKeyStored();
  });
});
