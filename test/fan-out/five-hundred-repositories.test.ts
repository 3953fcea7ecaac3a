import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../packages/emulator/src/index.ts';
import { WRITE_DEADLINE } from '../../src/core/limits.ts';
import { failureAnnotation, failureLines, failureOf } from '../../src/messages/failure.ts';
import { RotationLog } from '../../src/messages/log.ts';
import { outputsOf } from '../../src/messages/rotation/result.ts';
import { summaryOf } from '../../src/messages/summary.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import { RecordingSink } from '../messages/recording-sink.ts';
import {
  type Fleet,
  HOUR,
  KEY_NAME,
  MINUTE,
  type RunResult,
  SECRET,
  startFleet,
  statusesOf,
  unevenWay,
} from './fleet.ts';

const COUNT = 500;
const MIB = 1_048_576;

/** One in twenty. */
const isBad = (index: number) => index % 20 === 3;
/** Half of the bad ones; the other half is not there any more. */
const isForbidden = (index: number) => index % 40 === 3;
/** One in ten. */
const isShaky = (index: number) => index % 10 === 5;

/** From the create on, how long the writes of a run took. */
function storing({ events }: RunResult): number {
  const ended = events.find((event) => event.type === 'step-ended' && event.step === 'store');
  return ended?.type === 'step-ended' ? ended.ms : Number.NaN;
}

function put(
  index: number,
  fault: { what: 'refuse' | 'html'; status: number } | { what: 'drop' },
  times = 1,
) {
  return { server: 'github', method: 'PUT', path: new RegExp(`/r${index}/`), times, ...fault } as FaultRule;
}

/** What everybody can hold against a fan-out, however it ended. */
function expectTold(fleet: Fleet, targets: readonly string[], { outcome, events }: RunResult): void {
  expect(outcome.targets.map(({ target }) => target)).toEqual(targets);
  const told = events.flatMap((event) => (event.type === 'target-written' ? [event] : []));
  expect(told.map(({ done }) => done)).toEqual(targets.map((_, index) => index + 1));
  const sorted = told.map(({ result }) => result).sort((one, other) => order(one) - order(other));
  expect(sorted).toEqual(outcome.targets);
  expect(fleet.emulator.github.limited).toBe(0);
  expect(fleet.mostWritesWithin(MINUTE)).toBeLessThanOrEqual(80);
}

/** A key of the name, made and stored a day ago. */
function plantedEverywhere({ emulator, user, time }: Fleet, targets: readonly string[]): string {
  const { id, plaintext } = emulator.mutx.addKey(user, { name: KEY_NAME });
  for (const target of targets) emulator.github.setSecret(target, SECRET, plaintext);
  time.pass(24 * HOUR);
  return id;
}

function order({ target }: { readonly target: string }): number {
  return Number(target.replace('acme/r', ''));
}

/** Writes to the bad ones are refused, and first writes to the shaky ones go wrong. */
function spoilSome({ emulator }: Fleet): void {
  for (let index = 0; index < COUNT; index++) {
    if (isBad(index)) {
      const status = isForbidden(index) ? 403 : 404;
      emulator.fault(put(index, { what: 'refuse', status }, Number.POSITIVE_INFINITY));
    }
    if (isShaky(index)) {
      emulator.fault(put(index, { what: index % 20 === 5 ? 'refuse' : 'html', status: 502 }));
    }
  }
}

/** Each bad target failed for its own reason and holds the old key; each other one holds the new key. */
function expectEachIts(
  fleet: Fleet,
  { targets }: Outcome,
  { old, minted }: { readonly old: string; readonly minted: string | undefined },
): void {
  for (const [index, result] of targets.entries()) {
    const { target, status, failure } = result;
    const code = isForbidden(index) ? 'github-missing-permission' : 'github-not-found';
    const expected = isBad(index) ? ['failed', code, old] : ['updated', undefined, minted];
    expect([status, failure?.code, fleet.held(target)], target).toEqual(expected);
  }
}

/** The log, the annotation and the state stay short; the summary names every target that failed. */
function expectReadable(outcome: Outcome, bad: readonly string[]): void {
  if (outcome.kind !== 'failed') throw new Error('it did not fail');
  const report = failureOf(outcome);
  const lines = failureLines(FAILURE_TITLE.rotate, report);
  expect(lines.length).toBeLessThan(30);
  for (const line of lines) expect(line.length).toBeLessThan(1_000);
  expect(failureAnnotation(FAILURE_TITLE.rotate, report).message.length).toBeLessThan(2_000);
  const summary = summaryOf(outcome, KEY_NAME);
  for (const target of bad) expect(summary).toContain(`- ${target} \\(`);
}

function outputTargets(outcome: Outcome): readonly { target: string; status: string; error?: string }[] {
  return JSON.parse(outputsOf(outcome, KEY_NAME).get('targets')?.text ?? '') as [];
}

describe('500 repositories', () => {
  it("are all written, within GitHub's limits and the write deadline, however uneven the network", async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(COUNT);
    const sink = new RecordingSink();
    const log = new RotationLog(sink, KEY_NAME);
    const run = await fleet.run(targets, { onTheWay: unevenWay(), onEvent: (event) => log.event(event) });

    expect(run.outcome).toMatchObject({ kind: 'rotated' });
    expect(statusesOf(run.outcome)).toEqual({ created: COUNT });
    expect(storing(run)).toBeLessThan(WRITE_DEADLINE);
    expectTold(fleet, targets, run);
    expect(run.events.filter(({ type }) => type === 'retrying')).toEqual([]);
    const [key, ...others] = fleet.alive();
    expect(others).toEqual([]);
    expect(new Set(targets.map((target) => fleet.held(target)))).toEqual(new Set([key]));

    // A public key, the repository, a PUT: nothing is asked twice.
    const { entries } = fleet.emulator.ledger;
    expect(entries.filter(({ server }) => server === 'github')).toHaveLength(3 * COUNT);
    // A progress line for each, which a person can read.
    const lines = sink.calls.filter((line) => line.startsWith('['));
    expect(lines).toHaveLength(COUNT);
    expect(lines[41]).toMatch(/^\[42\/500\] MUTX_API_KEY in acme\/r\d+ created$/);
    // What the runner takes: 1 MiB of summary, 1 MiB of outputs.
    expect(Buffer.byteLength(summaryOf(run.outcome, KEY_NAME))).toBeLessThan(MIB / 10);
    expect(Buffer.byteLength(outputsOf(run.outcome, KEY_NAME).get('targets')?.text ?? '')).toBeLessThan(
      MIB / 10,
    );
  });

  it('of which one in twenty fails for good and one in ten once: the rest is written, nothing revoked, and the next run heals it', async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(COUNT);
    const old = plantedEverywhere(fleet, targets);
    spoilSome(fleet);

    const run = await fleet.run(targets, { onTheWay: unevenWay() });
    expect(run.outcome).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'store-failed',
        message: 'the new key could not be stored in 25 of 500 targets',
      },
      minted: { state: 'alive' },
      keys: { revoked: [], superseded: [], left: [] },
    });
    expect(storing(run)).toBeLessThan(WRITE_DEADLINE);
    expectTold(fleet, targets, run);
    const minted = run.outcome.kind === 'failed' ? run.outcome.minted?.id : undefined;
    expectEachIts(fleet, run.outcome, { old, minted });
    expect(outputTargets(run.outcome).filter(({ error }) => error !== undefined)).toHaveLength(25);
    expect(run.events.filter(({ type }) => type === 'retrying')).toHaveLength(COUNT / 10);
    expect(new Set(fleet.alive())).toEqual(new Set([old, minted]));

    fleet.emulator.clearFaults();
    fleet.emulator.ledger.clear();
    fleet.time.pass(HOUR);
    const healed = await fleet.run(targets, { onTheWay: unevenWay() });
    expect(healed.outcome).toMatchObject({ kind: 'rotated' });
    expect(statusesOf(healed.outcome)).toEqual({ updated: COUNT });
    const [key, ...others] = fleet.alive();
    expect(others).toEqual([]);
    expect(new Set(targets.map((target) => fleet.held(target)))).toEqual(new Set([key]));
    expectTold(fleet, targets, healed);
  });

  it('one of which cannot be written at all are left alone, all of them, and every such one is named', async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(COUNT);
    for (const [index, target] of targets.entries()) {
      if (isBad(index)) fleet.emulator.github.repository(target).archived = true;
    }
    const { outcome, events } = await fleet.run(targets);
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'preflight-failed' },
      minted: undefined,
    });
    const failures = outcome.kind === 'failed' ? outcome.failure.failures : [];
    expect(failures.map(({ code }) => code)).toEqual(Array.from({ length: 25 }, () => 'github-archived'));
    const bad = targets.filter((_, index) => isBad(index));
    expect(new Set(failures.map(({ target }) => target))).toEqual(new Set(bad));
    expect(events.some((event) => event.type === 'minted')).toBe(false);
    expect(fleet.emulator.ledger.effects()).toEqual([]);
    expectReadable(outcome, bad);
  });

  it('half of which are not there are told in a few lines', async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(COUNT / 2);
    const gone = Array.from({ length: COUNT / 2 }, (_, index) => `acme/gone${index}`);
    const { outcome } = await fleet.run([...targets, ...gone]);
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'preflight-failed' } });
    expectReadable(outcome, gone);
  });
});

/**
 * GitHub counts up to 500 requests an hour that create content. A write whose reply never came may be one of
 * them, so it takes a place, and its repetition another.
 */
describe('writes of which nobody knows whether they were done', () => {
  const spoil = (fleet: Fleet, count: number) => {
    for (let index = 5; index < count; index += 10) fleet.emulator.fault(put(index, { what: 'drop' }));
  };

  it('one in ten of 450 fit into the hour', async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(450);
    spoil(fleet, 450);
    const run = await fleet.run(targets, { onTheWay: unevenWay() });
    expect(run.outcome.kind).toBe('rotated');
    expectTold(fleet, targets, run);
  });

  it('one in ten of 500 do not: the last ones keep what they hold, and no key is revoked', async () => {
    await using fleet = await startFleet();
    const targets = fleet.repositories(COUNT);
    const old = plantedEverywhere(fleet, targets);
    spoil(fleet, COUNT);
    const run = await fleet.run(targets, { onTheWay: unevenWay() });
    expect(run.outcome).toMatchObject({
      kind: 'failed',
      failure: { reason: 'store' },
      minted: { state: 'alive' },
      keys: { revoked: [] },
    });
    expectTold(fleet, targets, run);
    const failed = run.outcome.targets.filter(({ status }) => status === 'failed');
    // 500 starts: 45 of them without a reply, 455 that wrote.
    expect(failed).toHaveLength(45);
    for (const { target, failure } of failed) {
      expect(failure).toMatchObject({ kind: 'not-sent', code: 'github-write-deadline' });
      expect(fleet.held(target)).toBe(old);
    }
    expect(fleet.alive()).toContain(old);
  });
});

describe('a second rotation within the hour', () => {
  const SMALL = 30;
  const twice = async (fleet: Fleet) => {
    const targets = fleet.repositories(SMALL);
    await fleet.run(targets);
    return fleet.run(targets);
  };
  const limited = () => startFleet({ limits: { contentPerHour: SMALL } });

  it("meets GitHub's limit: nothing is revoked, every secret keeps a working key, and it says when it can work", async () => {
    await using fleet = await limited();
    const { outcome } = await twice(fleet);
    expect(outcome).toMatchObject({ kind: 'failed', keys: { revoked: [] } });
    expect(statusesOf(outcome)).toEqual({ failed: SMALL });
    const [first] = fleet.alive();
    expect(new Set(outcome.targets.map(({ target }) => fleet.held(target)))).toEqual(new Set([first]));
    const retryAt = outcome.kind === 'failed' ? (outcome.failure.retryAt ?? 0) : 0;
    expect(retryAt).toBeGreaterThan(fleet.time.now());
    // Four writes go at a time; once one is told to wait, none that has not left does.
    expect(fleet.emulator.github.limited).toBeLessThanOrEqual(4);
  });

  // paced() naps until the write deadline, although GitHub has asked for a rest that ends after it.
  it('does not wait for a moment that comes too late', async () => {
    await using fleet = await limited();
    const run = await twice(fleet);
    expect(storing(run)).toBeLessThan(MINUTE);
  });
});
