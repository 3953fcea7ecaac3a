import { subscribe } from 'node:diagnostics_channel';
import { ISSUED, type IssuedCredential } from '../../packages/emulator/src/issued.ts';
import { type FinishedStep, STEPS } from '../../scripts/runner-steps.ts';
import { type Leak, leaksIn } from './search.ts';
import { leaksOf, withoutMasks } from './step.ts';

const issued = new Map<string, string>();
const leaks: Leak[] = [];
let searched = 0;

subscribe(ISSUED, (message) => {
  const { kind, text } = message as IssuedCredential;
  // What is stored by hand in a secret is often a key that is known already.
  if (!issued.has(text)) issued.set(text, kind);
});
subscribe(STEPS, (message) => {
  searched += 1;
  leaks.push(...leaksOf(message as FinishedStep, issued));
});

/** A command of the command line has ended: nothing that it said to people holds a credential. */
export function searchSaid(stderr: string): void {
  searched += 1;
  leaks.push(...leaksIn([['stderr', withoutMasks(stderr)]], issued));
}

/** What the steps and commands since the last call left behind, and how many were searched so far. */
export function takeLeaks(): { readonly leaks: readonly Leak[]; readonly searched: number } {
  return { leaks: leaks.splice(0), searched };
}
