import { expect } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { leaksOf } from '../canary/step.ts';
import type { World } from './world.ts';

/** Entries of the runner's files in which a key is what the user asked for, by the file's name. */
export type HandedOut = Readonly<Partial<Record<'GITHUB_OUTPUT' | 'GITHUB_ENV', readonly string[]>>>;

/**
 * P5: no credential that took part in a run is in anything the run left, in any form. Every step is searched for
 * what emulators gave out anyway (test/canary); this adds what the world knows besides: what faults put into
 * replies, and what somebody stored by hand.
 */
export async function expectNoLeak(
  run: StepResult,
  { credentials }: Pick<World, 'credentials'>,
  handedOut: HandedOut = {},
): Promise<void> {
  const known = new Map([...credentials].map((text) => [text, 'api-key'] as const));
  const inputs = Object.fromEntries((handedOut.GITHUB_ENV ?? []).map((name) => ['env-name', name]));
  const step = { inputs, outputs: handedOut.GITHUB_OUTPUT ?? [], arguments: [], children: [], result: run };
  const leaks = leaksOf(step, known).map(({ channel, form }) => `${channel} holds a credential (${form})`);
  await expect(Promise.resolve(leaks), leaks.join('\n')).resolves.toEqual([]);
}

/** Masks this credential, in each of the forms the runner would otherwise show, before anything else is said. */
export function expectMasked(run: StepResult, credential: string): void {
  const bytes = Buffer.from(credential);
  expect(run.masks).toEqual(
    expect.arrayContaining([credential, bytes.toString('base64'), bytes.toString('base64url')]),
  );
}
