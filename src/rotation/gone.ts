import { instantText } from './instant.ts';
import type { CallFailure, Instant, KeyRecord } from './ports.ts';

/**
 * Whether a 404 for a key's DELETE means that the key is gone: any server, a gateway before all, has a 404 for what it
 * does not know, so it takes a list of the account, read before the DELETE or after it, that does not show the key as
 * active. Otherwise what became of the key is not known (docs/protocol.md, step 8).
 * @param lists undefined: not read
 */
export function isGone(id: string, ...lists: readonly (readonly KeyRecord[] | undefined)[]): boolean {
  return lists.some((list) => list !== undefined && !showsActive(list, id));
}

/** Ids are UUIDs, in which case means nothing. */
function showsActive(list: readonly KeyRecord[], id: string): boolean {
  return list.some((key) => key.isActive && key.id.toLowerCase() === id.toLowerCase());
}

/** Why it is not known what became of a key: a 404 for its DELETE, and lists that show it as active. */
export function notGone(id: string): CallFailure {
  return notConfirmed(id, 'lists it as active');
}

/** The same where the list does not show the key, and keys made before that instant were not read. */
export function notLookedFor(id: string, since: Instant): CallFailure {
  return notConfirmed(id, `keys made before ${instantText(since)} were not read`);
}

function notConfirmed(id: string, list: string): CallFailure {
  return {
    kind: 'unclear',
    service: 'mutx',
    call: `the revocation of ${id}`,
    status: 404,
    code: 'mutx-not-found',
    message: `MUTX answers that there is no key ${id}, and ${list}`,
    hint: 'Run it again; if it ends like this again, revoke the key at MUTX by hand.',
    retryable: false,
  };
}
