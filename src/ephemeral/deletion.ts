import type { CallFailure, Reply } from '../core/call.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { isGone, isRevoked, notGone, notListed, whyNotGone } from '../rotation/rules.ts';
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
  const first = await calls.call(() => keys.revoke(id));
  if (!first.ok || first.value === 'revoked') return first;
  const list = await calls.call(() => keys.newest());
  if (!list.ok) return { ok: false, failure: unknown(list.failure) };
  const failure = isNew && !isRevoked(id, list.value) ? stillThere(id, list.value) : whyNotGone(id, list);
  if (failure === undefined) return first;
  const again = await calls.call(() => keys.revoke(id));
  if (!again.ok) return { ok: false, failure: unknown(again.failure) };
  return again.value === 'gone' ? { ok: false, failure } : again;
}

function stillThere(id: string, list: readonly KeyRecord[]): CallFailure {
  return isGone(id, list) ? notListed(id) : notGone(id);
}

/** After a 404, a refusal of another call says nothing of the key either. */
function unknown(failure: CallFailure): CallFailure {
  return { ...failure, kind: 'unclear' };
}
