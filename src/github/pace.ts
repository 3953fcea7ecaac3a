import type { CallFailure, Reply } from '../core/call.ts';
import type { Instant } from '../core/time.ts';
import type { SecretTarget } from '../rotation/ports.ts';
import type { Limiter } from './limiter.ts';

/**
 * The same targets, whose writes keep GitHub's pace together, first come, first served. A write waits before
 * its `mayStart` is asked for the bytes, and gives up as soon as `mayStart` says no. One target alone never
 * waits.
 */
export function paced(targets: readonly SecretTarget[], limiter: Limiter): readonly SecretTarget[] {
  return targets.map((target) => ({
    label: target.label,
    secretName: target.secretName,
    shared: target.shared,
    get puts() {
      return target.puts ?? 1;
    },
    get contradiction() {
      return target.contradiction;
    },
    prepare: () => target.prepare(),
    metadata: () => target.metadata(),
    listed: () => target.listed(),
    write: async (value, mayStart) => {
      let turns = target.puts ?? 1;
      let start = await limiter.takeTurn(mayStart);
      for (let more = turns - 1; more > 0 && start !== undefined; more--)
        start = await limiter.takeTurn(mayStart);
      if (start === undefined) return tooLate(target);
      let latest = start;
      const reply = await target.write(value, (ahead) => {
        if (ahead !== undefined) return mayStart(ahead);
        if (!mayStart()) return false;
        turns -= 1;
        if (turns < 0) {
          // GitHub refused the last one for its stale public key. The writes to come wait for this one, too.
          limiter.releaseWrite(latest);
          latest = limiter.startWrite();
        }
        return true;
      });
      if (!reply.ok) learn(limiter, latest, reply.failure);
      return reply;
    },
  }));
}

function learn(limiter: Limiter, start: Instant, { kind, status, retryAfter }: CallFailure): void {
  // An error reply created nothing; silence may have.
  if (kind !== 'unclear' || status !== undefined) limiter.releaseWrite(start);
  if (retryAfter !== undefined) limiter.pauseWrites(retryAfter);
}

function tooLate(target: SecretTarget): Reply<never> {
  return {
    ok: false,
    failure: {
      kind: 'not-sent',
      service: 'github',
      call: `writing ${target.secretName} to ${target.label}`,
      target: target.label,
      status: undefined,
      code: 'github-write-deadline',
      message: `the time for writing to ${target.label} was over before GitHub's pace allowed it`,
      hint: 'Fewer targets at once: an organisation secret, or several runs, an hour apart or each with a token of its own.',
      retryable: false,
    },
  };
}
