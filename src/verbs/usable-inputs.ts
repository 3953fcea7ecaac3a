import type { Access } from '../inputs/access.ts';
import type { InputProblem, Loaded } from '../inputs/loaded.ts';
import { inputWarning } from '../report/annotations.ts';
import { inputFailure } from '../report/input-failure.ts';
import type { VerbContext } from './context.ts';
import { judgeExpiry } from './expiry.ts';

/**
 * What was loaded, if a run can go on with it; otherwise every problem there is has been told, that the
 * credential has expired among them, and nothing has been called but MUTX for its time.
 * @param others problems with what is no input of an action, to be told with them
 */
export async function usableInputs<T extends Pick<Access, 'credential' | 'apiUrl'>>(
  loaded: Loaded<T>,
  context: Pick<VerbContext, 'sink' | 'clock' | 'gate' | 'secrets' | 'fail'>,
  others: readonly InputProblem[] = [],
): Promise<T | undefined> {
  const { sink, fail } = context;
  for (const warning of loaded.warnings) sink.warning(inputWarning(warning));
  const wrong = [...(loaded.ok ? [] : loaded.problems), ...others];
  const { credential } = loaded.ok ? loaded.value : loaded;
  const apiUrl = loaded.ok && wrong.length === 0 ? loaded.value.apiUrl : undefined;
  const judged = credential && (await judgeExpiry(credential, apiUrl, context));
  for (const warning of judged?.warnings ?? []) sink.warning(inputWarning(warning));
  const problems = [...(judged?.problems ?? []), ...wrong];
  if (loaded.ok && problems.length === 0) {
    return judged === undefined ? loaded.value : { ...loaded.value, credential: judged.credential };
  }
  fail(inputFailure(problems));
  return undefined;
}
