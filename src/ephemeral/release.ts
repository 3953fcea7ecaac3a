import type { CallFailure, Reply } from '../core/call.ts';
import { RATE_LIMIT_WAIT } from '../core/limits.ts';
import type { Duration, Instant } from '../core/time.ts';
import { notListed } from '../rotation/rules.ts';
import { Calls } from './calls.ts';
import { revokeKey } from './deletion.ts';
import type { CallPorts, ReleaseKeys } from './ports.ts';
import type { Remains } from './remains.ts';

/** What is over does not stay for long: how long one call may be tried again; one wait at MUTX's limit fits. */
const PATIENCE: Duration = RATE_LIMIT_WAIT + 30_000;

/** How far this machine's clock may be ahead of MUTX's. */
const LEEWAY: Duration = 60_000;

/**
 * A way to authenticate when a key is given back.
 * - `key`: the key itself, which may revoke itself where MUTX takes API keys for that
 * - `token`: the access token that the first step of an action had
 * - `inputs`: the credential in the inputs; in a post step where the runner hands them over again
 */
export interface Revoker {
  readonly kind: 'key' | 'token' | 'inputs';
  /** @returns why it is not open */
  open(): Promise<CallFailure | undefined>;
  readonly keys: ReleaseKeys;
  /** Of the key itself: whether it still works; one attempt. */
  readonly works?: () => Promise<Reply<true>>;
}

/** What became of the key when what it was made for is over. */
export type ReleaseResult =
  /** The first step left no word: it never began, or was stopped before it did. */
  | { readonly kind: 'unset' }
  /** There was nothing to give back. */
  | { readonly kind: 'skipped' }
  /** `ids`: all that were revoked; those of lost creates too. `expired`: it had ended before. */
  | { readonly kind: 'revoked'; readonly ids: readonly string[]; readonly expired: boolean }
  /** Somebody else revoked it before, or it does not work any more for a reason that MUTX does not tell. */
  | { readonly kind: 'gone'; readonly id: string }
  /** It ended by itself; its place in the plan is taken until somebody revokes it. */
  | { readonly kind: 'expired'; readonly id: string; readonly expiresAt: Instant }
  /** A create got no clear answer, and there is no active key of its name. */
  | { readonly kind: 'none-found'; readonly name: string }
  | {
      readonly kind: 'failed';
      /** undefined: it is not known, only its name. */
      readonly id: string | undefined;
      readonly name: string;
      readonly expiresAt: Instant | undefined;
      /** Nobody else uses the name; otherwise a key is not looked for by it. */
      readonly unique: boolean;
      /** What each way came to; empty: there was none. */
      readonly failures: readonly CallFailure[];
    };

/**
 * Revokes the key that may be there, by the first way that works. Whatever happens is a result; a second run
 * of it would do no harm.
 * @param remains undefined: the first step left no word
 * @param ways in the order in which they are to be tried
 */
export async function releaseKey(
  remains: Remains | undefined,
  ways: readonly Revoker[],
  ports: CallPorts,
): Promise<ReleaseResult> {
  if (remains === undefined) return { kind: 'unset' };
  const calls = new Calls(ports, undefined, PATIENCE);
  switch (remains.stage) {
    case 'nothing':
      return { kind: 'skipped' };
    case 'asked':
      return lookForIt(remains, ways, calls);
    case 'minted':
      return revokeIt(remains, ways, calls, ports);
  }
}

async function lookForIt(
  { name, unique }: Extract<Remains, { stage: 'asked' }>,
  ways: readonly Revoker[],
  calls: Calls,
): Promise<ReleaseResult> {
  const failures: CallFailure[] = [];
  // Under a name that others use, too, nobody could tell which key it is.
  for await (const { reply } of tried(unique ? ways : [], (keys) => revokeOrphans(keys, calls, name))) {
    if (!reply.ok) failures.push(reply.failure);
    else if (reply.value.length === 0) return { kind: 'none-found', name };
    else return { kind: 'revoked', ids: reply.value, expired: false };
  }
  return { kind: 'failed', id: undefined, name, expiresAt: undefined, unique, failures };
}

async function revokeIt(
  remains: Extract<Remains, { stage: 'minted' }>,
  ways: readonly Revoker[],
  calls: Calls,
  { clock }: CallPorts,
): Promise<ReleaseResult> {
  const { id, name, expiresAt, unique } = remains;
  const expired = expiresAt !== undefined && clock.now() > expiresAt + LEEWAY;
  const failures: CallFailure[] = [];
  for await (const { by, reply } of tried(ways, (keys) => revokeBoth(keys, remains, calls))) {
    if (!reply.ok) failures.push(reply.failure);
    else if (reply.value === 'gone') {
      // A list without the key may be older than the key, so the key has the last word where it is at hand.
      if (!(await isTaken(ways, calls))) return { kind: 'gone', id };
      failures.push(notListed(id));
      break;
    } else return { kind: 'revoked', ids: reply.value, expired: expired && by !== 'key' };
  }
  // The clock of this machine may be wrong, so the key has the last word where it is at hand.
  const dead = await isDead(ways, failures, calls);
  if (expired && dead !== false) return { kind: 'expired', id, expiresAt };
  if (dead === true) return { kind: 'gone', id };
  return { kind: 'failed', id, name, expiresAt, unique, failures };
}

/** What lost creates left first: a key that revokes itself can do nothing afterwards. */
async function revokeBoth(
  keys: ReleaseKeys,
  { id, name, unique, strays }: Extract<Remains, { stage: 'minted' }>,
  calls: Calls,
): Promise<Reply<readonly string[] | 'gone'>> {
  const others = strays && unique ? await revokeOrphans(keys, calls, name, id) : undefined;
  const own = await revokeKey(id, keys, calls);
  if (!own.ok) return own;
  if (others?.ok === false) {
    calls.warn(
      'revocation-failed',
      `another key named ${name} may exist, made by a create whose reply was lost: ${others.failure.message}`,
    );
  }
  const ids = others?.ok === true ? others.value : [];
  return own.value === 'gone' && ids.length === 0
    ? { ...own, value: 'gone' }
    : { ...own, value: [...ids, id] };
}

/** Whether MUTX takes the key; false where it is not at hand. */
async function isTaken(ways: readonly Revoker[], calls: Calls): Promise<boolean> {
  const ask = ways.find(({ kind }) => kind === 'key')?.works;
  return ask !== undefined && (await calls.call(ask)).ok;
}

/**
 * Whether what every way was refused for is that the key does not exist any more: then it does not work either.
 * @returns undefined where the key is not at hand to be asked
 */
async function isDead(
  ways: readonly Revoker[],
  failures: readonly CallFailure[],
  calls: Calls,
): Promise<boolean | undefined> {
  const works = ways.find(({ kind }) => kind === 'key')?.works;
  if (works === undefined) return undefined;
  if (!failures.every(isAboutCredential)) return false;
  const reply = await calls.call(works);
  // 403 is said of a key that exists, or by something in front of MUTX.
  return !reply.ok && reply.failure.kind === 'refused' && reply.failure.status === 401;
}

/** Each way in turn, until the caller has what it wants, or it is not the way that fails. */
async function* tried<T>(
  ways: readonly Revoker[],
  work: (keys: ReleaseKeys) => Promise<Reply<T>>,
): AsyncGenerator<{ readonly by: Revoker['kind']; readonly reply: Reply<T> }> {
  for (const way of ways) {
    const shut = await way.open();
    const reply: Reply<T> = shut === undefined ? await work(way.keys) : { ok: false, failure: shut };
    yield { by: way.kind, reply };
    if (!reply.ok && !isAboutCredential(reply.failure)) return;
  }
}

/** MUTX does not take this credential, and may take another. */
function isAboutCredential({ status }: CallFailure): boolean {
  return status === 401 || status === 403;
}

/**
 * Revokes every active key of exactly this name but one. Only for a name that nobody else uses: what bears it was
 * made by a create whose reply was lost.
 * @returns the ids of those that were revoked here
 */
export async function revokeOrphans(
  keys: ReleaseKeys,
  calls: Calls,
  name: string,
  but?: string,
): Promise<Reply<readonly string[]>> {
  const list = await calls.call(() => keys.newest());
  if (!list.ok) return list;
  const strays = list.value.filter((key) => key.isActive && key.name === name && key.id !== but);
  const revoked: string[] = [];
  for (const { id } of strays) {
    const reply = await revokeKey(id, keys, calls);
    if (!reply.ok) return reply;
    // Gone: somebody else revoked it.
    if (reply.value === 'gone') continue;
    calls.report({ type: 'revoked', id, because: 'reply-lost' });
    revoked.push(id);
  }
  return { ...list, value: revoked };
}
