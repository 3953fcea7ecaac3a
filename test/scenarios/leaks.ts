import { expect } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { leaksOf } from '../canary/step.ts';
import type { World } from './world.ts';

/**
 * P5: no credential that took part in a run is in anything the run left, in any form. Every step is searched for
 * what emulators gave out anyway (test/canary); this adds what the world knows besides: what faults put into
 * replies, and what somebody stored by hand.
 */
export async function expectNoLeak(run: StepResult, world: World): Promise<void> {
  const credentials = new Map([...world.credentials].map((text) => [text, 'known to the world'] as const));
  const step = { inputs: {}, outputs: [], arguments: [], children: [], result: run };
  await expect(Promise.resolve(leaksOf(step, credentials))).resolves.toEqual([]);
}

/** Masks this credential, in each of the forms the runner would otherwise show, before anything else is said. */
export function expectMasked(run: StepResult, credential: string): void {
  const bytes = Buffer.from(credential);
  expect(run.masks).toEqual(
    expect.arrayContaining([credential, bytes.toString('base64'), bytes.toString('base64url')]),
  );
}
