import { credentialProblems } from '../config/credential/expired.ts';
import type { Access } from '../config/load/access.ts';
import type { InputProblem, Loaded } from '../config/problem.ts';
import { instantText } from '../core/time.ts';
import { inputWarning } from '../messages/annotations.ts';
import { inputFailure } from '../messages/failure.ts';
import { durationText } from '../messages/words.ts';
import type { Credential } from '../mutx/session/credential.ts';
import type { CommandContext } from './context.ts';
import { mutxTime } from './mutx-time.ts';

/**
 * What was loaded, if a run can go on with it; otherwise every problem there is has been told, that the
 * credential has expired among them, and nothing has been called but MUTX for its time.
 * @param others problems with what is no input of an action, to be told with them
 */
export async function usableInputs<T extends Pick<Access, 'credential' | 'apiUrl'>>(
  loaded: Loaded<T>,
  context: Pick<CommandContext, 'sink' | 'clock' | 'gate' | 'secrets' | 'fail'>,
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

interface Judged {
  /** As it was given; an end that this machine's clock misjudges is put in terms of that clock. */
  readonly credential: Credential;
  /** It has expired. */
  readonly problems: readonly InputProblem[];
  /** A line each. */
  readonly warnings: readonly string[];
}

/**
 * Whether a credential has expired. This machine's clock may be wrong, so what it calls expired is judged by MUTX's
 * time, which is asked for without any credential.
 * @param apiUrl undefined: MUTX cannot be asked
 */
export async function judgeExpiry(
  credential: Credential,
  apiUrl: URL | undefined,
  context: Pick<CommandContext, 'gate' | 'clock' | 'secrets'>,
): Promise<Judged> {
  const machine = context.clock.now();
  const good: Judged = { credential, problems: [], warnings: [] };
  const byMachine = credentialProblems(
    credential,
    machine,
    ` by this machine's clock, which says ${instantText(machine)}`,
  );
  if (byMachine.length === 0) return good;
  const mutx = apiUrl && (await mutxTime(apiUrl, context));
  if (mutx === undefined) return { ...good, problems: byMachine };
  const problems = credentialProblems(credential, mutx);
  if (problems.length > 0) return { ...good, problems };
  const ahead = context.clock.now() - mutx;
  const warning = `this machine's clock is ${durationText(ahead)} ahead of MUTX's, which says that the credential has not expired; set the clock of this machine (NTP)`;
  return { credential: shifted(credential, ahead), problems, warnings: [warning] };
}

/** With its end by this machine's clock, which waits and retries are measured with. */
function shifted(credential: Credential, ahead: number): Credential {
  if (credential.kind !== 'access-jwt' || credential.expiresAt === undefined) return credential;
  return { ...credential, expiresAt: credential.expiresAt + ahead };
}
