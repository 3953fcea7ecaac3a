import type { CallFailure } from '../core/call.ts';
import { MARGIN, WRITE_DEADLINE } from '../core/limits.ts';
import { idempotent, type Stopwatch, tryCall } from '../core/retry.ts';
import type { Instant } from '../core/time.ts';
import type { TargetResult } from './outcome.ts';
import type { MintedKey, SecretTarget } from './ports.ts';
import { eachOf, type Run } from './run.ts';

export interface Stored {
  readonly results: readonly TargetResult[];
  readonly failures: readonly CallFailure[];
  /** Every attempt on every target was refused or never left: the value is nowhere, and nothing is in flight. */
  readonly certainlyNowhere: boolean;
  /** By GitHub's own clock a write landed after the deadline: the process was frozen in between. */
  readonly late: boolean;
  /** No PUT's reply carried GitHub's time, so lateness has to be asked for in another way. */
  readonly undated: boolean;
  /** GitHub's time of the last write, as the replies of the PUTs have it. */
  readonly lastWrite: Instant | undefined;
}

/**
 * Protocol step 7: the new key into every target, each its own result. Every write starts before D.
 * @param since just before the create that yielded the key was sent
 * @param githubBefore GitHub's time then, at the least
 */
export async function storeEverywhere(
  run: Run,
  minted: MintedKey,
  since: Stopwatch,
  githubBefore: Instant | undefined,
): Promise<Stored> {
  const { targets } = run.ports;
  const failures: CallFailure[] = [];
  let certainlyNowhere = true;
  let late = false;
  let undated = githubBefore === undefined;
  let lastWrite: Instant | undefined;
  let done = 0;

  const write = async (target: SecretTarget): Promise<TargetResult> => {
    let perhapsWritten = false;
    const reply = await tryCall(
      async () => {
        const attempt = await target.write(minted.key, since.beforeDeadline);
        if (attempt.ok || !isDefinite(attempt.failure)) certainlyNowhere = false;
        if (!attempt.ok && !isDefinite(attempt.failure)) perhapsWritten = true;
        return attempt;
      },
      idempotent(() => WRITE_DEADLINE - since.elapsed()),
      run.retrying,
    );
    const named = { target: target.label, secret: target.secretName };
    if (!reply.ok) {
      failures.push(reply.failure);
      return { ...named, status: 'failed', failure: reply.failure, perhapsWritten };
    }
    if (reply.date === undefined) undated = true;
    else {
      lastWrite = Math.max(lastWrite ?? reply.date, reply.date);
      if (githubBefore !== undefined && reply.date - githubBefore > WRITE_DEADLINE + MARGIN) late = true;
    }
    run.sawGithub(reply);
    if (target.contradiction !== undefined) run.warn('secret-contradiction', target.contradiction);
    return { ...named, status: reply.value };
  };

  const results = await eachOf(targets, run.settings.concurrency, async (target) => {
    const result = await write(target);
    done += 1;
    run.ports.report({ type: 'target-written', result, done, of: targets.length });
    return result;
  });
  return { results, failures, certainlyNowhere, late, undated, lastWrite };
}

/** Only the service's own refusal, or bytes that never left, prove that a write did not happen. */
function isDefinite(failure: CallFailure): boolean {
  return failure.kind === 'refused' || failure.kind === 'not-sent';
}
