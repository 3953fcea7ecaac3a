import type { KeyRecord } from '../rotation/ports.ts';
import type { KeyList, KeyResult, KeyToRevoke, RevocationRequest, Selection } from './request.ts';

/**
 * Whether the account's list has to be read before anything is revoked. A name needs it. Ids do not, so that
 * the button for an emergency is one request a key; except to leave out of the count what is revoked already, to
 * say in a dry run what is alive, to learn what time it is, and to find out which key may be the credential itself.
 */
export function needsList(request: RevocationRequest, mayRevokeItself: boolean): boolean {
  const { selection, maxRevocations, dryRun, notBefore } = request;
  if (selection.by === 'name' || (notBefore !== undefined && selection.ids.length > 0)) return true;
  const { length } = selection.ids;
  return length > 0 && (dryRun || length > maxRevocations || (mayRevokeItself && length > 1));
}

interface Selected {
  /** To be revoked, in this order. */
  readonly keys: readonly KeyToRevoke[];
  /** How many of them `max-revocations` counts. */
  readonly counted: number;
  /** Nothing to do for these. */
  readonly done: readonly KeyResult[];
}

/**
 * The keys that are to go.
 * @param list undefined where it was not read
 */
export function select(selection: Selection, list: KeyList | undefined): Selected {
  if (selection.by === 'name') {
    const named = (list?.keys ?? []).filter((key) => key.isActive && key.name === selection.name);
    const keys = usedLast(named.map((record) => ({ id: record.id, record })));
    return { keys, counted: keys.length, done: [] };
  }
  const known = byId(list?.keys ?? []);
  const asked = selection.ids.map((id) => ({ id, record: known.get(id.toLowerCase()) }));
  // A list may be a moment old: what is not in it is asked for all the same.
  const open = asked.filter(({ record }) => record?.isActive !== false);
  const isWhole = list !== undefined && list.since === undefined;
  const counted = isWhole ? open.filter(({ record }) => record !== undefined) : open;
  const done = asked.filter(({ record }) => record?.isActive === false);
  return {
    keys: usedLast(open),
    counted: counted.length,
    done: done.map((key) => ({ ...described(key), state: 'already-revoked' })),
  };
}

/** Ids are UUIDs, in which case means nothing. */
export function byId(list: readonly KeyRecord[]): ReadonlyMap<string, KeyRecord> {
  return new Map(list.map((key) => [key.id.toLowerCase(), key]));
}

interface Asked {
  readonly id: string;
  /** undefined: not in the list, or the list was not read */
  readonly record: KeyRecord | undefined;
}

/**
 * The one that was used last goes last: where the credential is a key itself, it has been used a moment ago, for
 * the list.
 */
function usedLast(keys: readonly Asked[]): readonly KeyToRevoke[] {
  return keys.toSorted((a, b) => usedAt(a) - usedAt(b)).map(described);
}

function usedAt({ record }: Asked): number {
  return record?.lastUsed ?? 0;
}

function described({ id, record }: Asked): KeyToRevoke {
  return { id, name: record?.name, expiresAt: record?.expiresAt };
}
