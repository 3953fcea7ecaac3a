import { fileURLToPath } from 'node:url';

/** A program that the runner starts for a step. */
export interface Program {
  readonly action: string;
  readonly phase: 'main' | 'post';
}

/** Everything in dist/ that a job waits for; an action with a `post` has two rows, `main` first. */
export const PROGRAMS: readonly Program[] = [
  { action: 'action.yml', phase: 'main' },
  { action: 'ephemeral/action.yml', phase: 'main' },
  { action: 'ephemeral/action.yml', phase: 'post' },
];

export function actionFile(action: string): string {
  return fileURLToPath(new URL(`../../${action}`, import.meta.url));
}
