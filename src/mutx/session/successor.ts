import type { CallFailure, Reply } from '../../core/call.ts';
import { CALL_PATIENCE, WRITE_DEADLINE } from '../../core/limits.ts';
import { idempotent, type Retrying, Stopwatch, tryCall } from '../../core/retry.ts';
import type { SecretTarget } from '../../rotation/ports.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { SuccessorPlace } from './session.ts';

/**
 * Whether a successor could be stored, found out while there is nothing to lose yet: both steps change nothing,
 * so what gets no clear answer is asked again, and if it never gets one the token is kept.
 */
export async function writable(
  place: SuccessorPlace,
  unspent: Secret,
  retrying: Retrying,
): Promise<Reply<true>> {
  const watch = new Stopwatch(retrying.clock);
  return tryCall(
    async () => {
      const prepared = await place.prepare();
      return prepared.ok ? place.probe(unspent) : prepared;
    },
    idempotent(() => CALL_PATIENCE - watch.elapsed()),
    retrying,
  );
}

export type Stored =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly failure: CallFailure;
      /** An attempt got no clear answer: the successor may be there after all. */
      readonly perhaps: boolean;
    };

/**
 * Stores a refresh token whose predecessor is spent. Tried until D after the exchange, whatever the failure:
 * giving up costs the login, so even a refusal, which somebody may mend meanwhile, is asked again.
 */
export async function storeSuccessor(
  target: SecretTarget,
  successor: Secret,
  since: Stopwatch,
  retrying: Retrying,
): Promise<Stored> {
  const timeLeft = () => WRITE_DEADLINE - since.elapsed();
  let perhaps = false;
  const reply = await tryCall(
    async () => {
      const written = await target.write(successor, () => timeLeft() > 0);
      if (written.ok) return written;
      perhaps ||= written.failure.kind === 'unclear';
      return { ok: false, failure: { ...written.failure, retryable: true } };
    },
    { tries: Number.POSITIVE_INFINITY, again: () => true, timeLeft },
    retrying,
  );
  return reply.ok ? { ok: true } : { ok: false, failure: { ...reply.failure, retryable: false }, perhaps };
}
