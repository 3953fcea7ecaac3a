import { fileURLToPath } from 'node:url';

/** A program that the runner starts for a step. */
export interface Program {
  readonly action: string;
  readonly phase: 'main' | 'post';
  /** Its file in dist/. */
  readonly launcher: string;
}

/** Everything in dist/ that a job waits for; an action with a `post` has two rows, `main` first. */
export const PROGRAMS: readonly Program[] = [
  { action: 'action.yml', phase: 'main', launcher: 'rotate.js' },
  { action: 'ephemeral/action.yml', phase: 'main', launcher: 'ephemeral.js' },
  { action: 'ephemeral/action.yml', phase: 'post', launcher: 'ephemeral-post.js' },
];

export function actionFile(action: string): string {
  return fileURLToPath(new URL(`../../${action}`, import.meta.url));
}
