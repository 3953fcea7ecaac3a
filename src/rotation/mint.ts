import type { Duration, Instant, MintedKey, Reply } from './ports.ts';
import { onlyIfNotDone, Stopwatch } from './retry.ts';
import type { Run } from './run.ts';

export interface MintAttempt {
  readonly reply: Reply<MintedKey>;
  /** Started just before the create that gave this reply was sent; every write's deadline counts from it. */
  readonly since: Stopwatch;
  /** GitHub's time then, at the least. */
  readonly githubBefore: Instant | undefined;
  /** How long that create was under way. */
  readonly took: Duration;
}

/**
 * Protocol step 5. Tried again in place only when it is certain that no key was made; a lost reply is the
 * caller's business, who looks again before making another.
 */
export async function mint(run: Run): Promise<MintAttempt> {
  const { ports, settings } = run;
  let since = new Stopwatch(ports.clock);
  let githubBefore = run.githubTime();
  let took = 0;
  const reply = await run.call(async () => {
    since = new Stopwatch(ports.clock);
    githubBefore = run.githubTime();
    const created = await ports.keys.create(settings.keyName, settings.expiresInDays);
    took = since.elapsed();
    return created;
  }, onlyIfNotDone(run.patience()));
  if (reply.ok) {
    const { id, name, expiresAt } = reply.value;
    ports.report({ type: 'minted', id, name, expiresAt });
  }
  return { reply, since, githubBefore, took };
}
