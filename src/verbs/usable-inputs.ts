import { credentialProblems } from '../inputs/expired-credential.ts';
import type { InputProblem, Loaded } from '../inputs/loaded.ts';
import { inputWarning } from '../report/annotations.ts';
import { inputFailure } from '../report/input-failure.ts';
import type { Credential } from '../session/credential.ts';
import type { VerbContext } from './context.ts';

/**
 * What was loaded, if a run can go on with it; otherwise every problem there is has been told, that the
 * credential has expired among them, and nothing has been called.
 * @param others problems with what is no input of an action, to be told with them
 */
export function usableInputs<T extends { readonly credential: Credential }>(
  loaded: Loaded<T>,
  { sink, clock, fail }: Pick<VerbContext, 'sink' | 'clock' | 'fail'>,
  others: readonly InputProblem[] = [],
): T | undefined {
  for (const warning of loaded.warnings) sink.warning(inputWarning(warning));
  const { credential } = loaded.ok ? loaded.value : loaded;
  const expired = credential === undefined ? [] : credentialProblems(credential, clock.now());
  const problems = [...expired, ...(loaded.ok ? [] : loaded.problems), ...others];
  if (loaded.ok && problems.length === 0) return loaded.value;
  fail(inputFailure(problems));
  return undefined;
}
