import type { CallFailure, Reply } from '../core/call.ts';
import { notingUnclear } from '../core/retry.ts';
import { whyNotGone } from '../rotation/rules.ts';
import type { Calls } from './calls.ts';
import type { ReleaseKeys } from './ports.ts';

/**
 * Revokes a key, and believes a 404 for its DELETE only together with a list that is read after it: any server has a 404
 * for what it does not know. A key that the list shows as active is revoked once more.
 * @param isNew the key was made a moment ago, so that a list without it may be older than the key
 * @returns a failure of the kind `unclear` where it is not known what became of the key
 */
export async function revokeKey(
  id: string,
  keys: ReleaseKeys,
  calls: Calls,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<Reply<'revoked' | 'gone'>> {
  const { reply: first, unclear } = await notingUnclear(
    (attempt) => calls.call(attempt),
    () => keys.revoke(id),
  );
  if (!first.ok) return unclear ? { ok: false, failure: unknown(first.failure) } : first;
  if (first.value === 'revoked') return first;
  const list = await calls.call(() => keys.newest());
  if (!list.ok) return { ok: false, failure: unknown(list.failure) };
  const failure = whyNotGone(id, list, isNew);
  if (failure === undefined) return first;
  const again = await calls.call(() => keys.revoke(id));
  if (!again.ok) return { ok: false, failure: unknown(again.failure) };
  return again.value === 'gone' ? { ok: false, failure } : again;
}

/** Refused now, and perhaps done before: by a try that got no clear answer, or because a 404 said so. */
function unknown(failure: CallFailure): CallFailure {
  return { ...failure, kind: 'unclear' };
}
