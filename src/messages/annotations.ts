import type { Annotation } from './sink.ts';

/** Something is wrong with the inputs that does not stop the run: an unknown name, a near miss. */
export function inputWarning(message: string): Annotation {
  return { title: 'Check the inputs', message };
}

/** Something about a credential that does not stop this run, but a later one. */
export function credentialWarning(message: string): Annotation {
  return { title: 'Check the credentials', message };
}
