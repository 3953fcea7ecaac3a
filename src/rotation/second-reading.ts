import { READS } from './constants.ts';
import type { Look } from './look.ts';
import type { Instant, SecretTarget } from './ports.ts';
import type { StoredSecret } from './rules.ts';
import { eachOf, type Run } from './run.ts';

/**
 * Reads every target's secret a second time, from the list of the place it is in, before something is done that
 * cannot be undone: one reply may be a replica's, a gateway's or a passing error. Where the two readings differ for
 * any target, or the second cannot be had, the look is contradicted, and rule W rests for this run.
 */
export async function readAgain(run: Run, look: Look, secrets: readonly StoredSecret[]): Promise<Look> {
  const doubts = await run.step(
    'second-reading',
    () =>
      eachOf(run.ports.targets, READS, (target, index) => doubtOf(run, target, secrets[index]?.updatedAt)),
    (found) => found.every((doubt) => doubt === undefined),
  );
  const known = doubts.filter((doubt) => doubt !== undefined);
  const [first] = known;
  if (first === undefined) return look;
  run.warn(
    'readings-differ',
    `${first.what}: this run revokes no key for being in no secret, and names none as superseded`,
  );
  return { ...look, contradicted: true, readingsDiffer: known.some(({ differs }) => differs) };
}

/** Why the second reading does not confirm the first. */
interface Doubt {
  readonly what: string;
  /** It was had, and says something else. */
  readonly differs: boolean;
}

async function doubtOf(
  run: Run,
  target: SecretTarget,
  updatedAt: Instant | undefined,
): Promise<Doubt | undefined> {
  const reply = await run.askGithub(() => target.listed());
  if (!reply.ok) {
    const { code, message } = reply.failure;
    const what = `the secrets of ${target.label} could not be listed (${code}: ${message})`;
    return { what, differs: false };
  }
  if (reply.value?.updatedAt === updatedAt) return undefined;
  const what = `GitHub gives two different answers about ${target.secretName} of ${target.label}`;
  return { what, differs: true };
}
