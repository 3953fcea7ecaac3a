import { credentialProblems } from '../inputs/expired-credential.ts';
import type { InputProblem } from '../inputs/loaded.ts';
import { durationText } from '../report/words.ts';
import { instantText } from '../rotation/instant.ts';
import type { Credential } from '../session/credential.ts';
import type { VerbContext } from './context.ts';
import { mutxTime } from './mutx-time.ts';

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
  context: Pick<VerbContext, 'gate' | 'clock' | 'secrets'>,
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
