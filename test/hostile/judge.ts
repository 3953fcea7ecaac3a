import { expect } from 'vitest';
import { pairsOf } from '../../scripts/runner.ts';
import { hintOf } from '../../src/messages/catalogue/catalogue.ts';
import { leaksIn } from '../canary/search.ts';
import { withoutMasks } from '../canary/step.ts';
import { expectPromisesKept } from '../scenarios/promises.ts';
import { KEY_NAME } from '../scenarios/world.ts';
import type { Tried } from './trial.ts';

const HOUR = 3_600_000;

/** Of what a server sends without end, this much may be on its way, over all tries, when the client hangs up. */
const MOST_BYTES = 64 * 1_048_576;

/** What has to hold after any reply whatsoever. */
export function expectJudged(tried: Tried): void {
  expectEnded(tried);
  expectNothingObeyed(tried);
  expectNothingLeaked(tried);
  expectPromisesKept(tried.world, tried.before);
  expectTruth(tried);
}

/** Within its time and memory, in what was asked for or in an error that says what to do. */
function expectEnded({ step, machine, fronts }: Tried): void {
  expect(machine.slept.reduce((sum, one) => sum + one, 0)).toBeLessThan(HOUR);
  expect(fronts.mutx.bytesOut() + fronts.github.bytesOut()).toBeLessThan(MOST_BYTES);
  const { failure } = step;
  if (failure === undefined) return;
  for (const code of [failure.code, ...failure.calls.map((call) => call.failure.code)]) {
    expect(hintOf(code), `a hint for ${code}`).toBeDefined();
  }
  expect(step.stdout).toMatch(/^ {2}fix: {3}\S/mu);
  expect(failure.state).not.toEqual([]);
  expect(step.log.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(failure.message.length).toBeLessThan(1_000);
}

/** The runner gets the commands that we give it, and no other; nor does a terminal, or a file of outputs. */
function expectNothingObeyed({ step }: Tried): void {
  const lines = step.stdout.split(/\r\n|\n|\r/u);
  expect(lines.filter((line) => line.trimStart().startsWith('::'))).toHaveLength(step.commands);
  expect(withoutMasks(step.stdout).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(pairsOf(step.outputFile)).toEqual(step.outputs);
  // Markdown that was not ours is escaped: no tag, no link.
  expect(step.summary).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(javascript/u);
}

/** No credential is in anything that was written, nor with anybody that it is not for. */
function expectNothingLeaked({ step, world, fronts }: Tried): void {
  const { mutx } = world.emulator;
  const mutxs = new Map<string, string>();
  for (const text of world.credentials) mutxs.set(text, 'a credential of MUTX');
  for (const { plaintext } of mutx.keys) mutxs.set(plaintext, 'a key');
  mutxs.delete(world.token);
  const githubs = new Map([[world.token, "GitHub's token"]]);
  const channels = [
    ['stdout', withoutMasks(step.stdout)],
    ['log', step.log.lines.join('\n')],
    ['annotations', JSON.stringify(step.log.annotations)],
    ['outputs', step.outputFile],
    ['summary', step.summary],
    ['failure', JSON.stringify(step.failure) ?? ''],
  ] as const;
  expect(leaksIn(channels, new Map([...mutxs, ...githubs]))).toEqual([]);
  expect(leaksIn([['GitHub', fronts.github.received.join('\n')]], mutxs)).toEqual([]);
  expect(leaksIn([['MUTX', fronts.mutx.received.join('\n')]], githubs)).toEqual([]);
  expect(fronts.elsewhere.received).toEqual([]);
}

/** What is told of keys and secrets is how they are. */
function expectTruth({ step, world, old }: Tried): void {
  const { mutx } = world.emulator;
  const stored = world.stored();
  const made = mutx.keys.filter((key) => key.name === KEY_NAME && key !== old);
  const { failure, outputs } = step;
  const isActive = (id: string) => mutx.keys.find((key) => key.id === id)?.isActive;
  for (const id of JSON.parse(outputs['revoked-key-ids'] ?? '[]') as string[]) {
    expect(isActive(id), `revoked: ${id}`).toBe(false);
  }
  if (outputs['rotated'] === 'true') {
    expect(failure).toBeUndefined();
    expect(mutx.keyOf(stored ?? '')?.id).toBe(outputs['key-id']);
    expect(stored).not.toBe(old.plaintext);
    return;
  }
  if (step.log.lines.some((line) => line.startsWith('Not due when this run looked: '))) {
    expect(made).toEqual([]);
    expect(stored).toBe(old.plaintext);
    return;
  }
  expect(failure, `not rotated, and not an error\n${withoutMasks(step.stdout)}`).toBeDefined();
  const told = [...(failure?.state ?? []), ...(failure?.details ?? [])].join('\n');
  if (/nothing was changed|no key was made or revoked/u.test(told)) {
    expect(made).toEqual([]);
    expect(old.isActive).toBe(true);
    expect(stored).toBe(old.plaintext);
  }
  if (told.includes('no new key is known to exist') && made.length > 0) {
    expect(failure?.code, 'a key was made, and it is not told').toBe('create-lost');
  }
  const [, id = '', state] = /^new key (\S+): (alive|revoked|stored)/mu.exec(told) ?? [];
  if (state === 'alive') expect(isActive(id)).toBe(true);
  if (state === 'revoked') expect(isActive(id)).toBe(false);
  if (/: untouched|holds what it held before/u.test(told)) expect(stored).toBe(old.plaintext);
  if (/: holds the new key$/mu.test(told)) expect(mutx.keyOf(stored ?? '')?.id).toBe(id);
}
