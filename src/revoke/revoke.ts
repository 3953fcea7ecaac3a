import type { CallFailure, Reply } from '../core/call.ts';
import { notingUnclear, type PatientCall, patientCalls, Stopwatch } from '../core/retry.ts';
import { type Duration, type Instant, instantText } from '../core/time.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import { isGone, notGone, notLookedFor } from '../rotation/rules.ts';
import { eachOf } from '../rotation/run.ts';
import {
  isDone,
  type KeyList,
  type KeyResult,
  type KeyToRevoke,
  type RevocationOutcome,
  type RevocationPorts,
  type RevocationRequest,
} from './request.ts';
import { byId, needsList, select } from './select.ts';

/** For how long a run may try anything again: a job that revokes a thousand keys still ends. */
const PATIENCE: Duration = 15 * 60_000;

const CONCURRENCY = 4;

/** One revocation at work: its collaborators, and what the list said. */
interface Work {
  readonly ports: RevocationPorts;
  readonly call: PatientCall;
  /** The keys of the account before anything was revoked; undefined: they were not read. */
  readonly list: KeyList | undefined;
}

/** Revokes the keys asked for, or none of them if they are more than `max-revocations`. */
export async function revokeKeys(
  request: RevocationRequest,
  ports: RevocationPorts,
): Promise<RevocationOutcome> {
  const call = patientCalls(ports, PATIENCE, (failure, attempt, wait) =>
    ports.report({ type: 'retrying', failure, attempt, wait }),
  );
  let list: KeyList | undefined;
  if (needsList(request, ports.mayRevokeItself)) {
    const reply = await listed(ports, call);
    if (!reply.ok) return unreadable(request, reply.failure);
    list = reply.value;
    const early = await tooEarly(request, reply.date, ports, call);
    if (early !== undefined) return early;
  }
  const { selection } = request;
  if (
    selection.by === 'name' &&
    request.ifNone === 'fail' &&
    list?.since === undefined &&
    !list?.keys.some(({ name }) => name === selection.name)
  ) {
    return noSuchName(selection.name, list?.keys ?? []);
  }
  const { keys, counted, done } = select(selection, list);
  if (counted > request.maxRevocations) return tooMany(request, counted, list, [...done, ...untouched(keys)]);
  if (request.dryRun) {
    const results = [...done, ...planned(keys, list, ports.keepsRecords())];
    return unread(request, list, results) ?? noSuchIds(request, results) ?? { kind: 'planned', results };
  }

  for (const result of done) ports.report({ type: 'result', result });
  const results = [...done, ...(await revokeAll(keys, { ports, call, list }))];
  const open = results.filter((result) => !isDone(result) && result.state !== 'none');
  const older = unread(request, list, results);
  if (open.length === 0) return older ?? noSuchIds(request, results) ?? { kind: 'done', results };
  const message = `of the keys asked for, ${open.length} could not be revoked for certain`;
  return {
    kind: 'failed',
    code: 'revoke-failed',
    message: selection.by === 'name' && older !== undefined ? `${message}; ${older.message}` : message,
    failures: open.flatMap(({ failure }) => failure ?? []),
    results,
  };
}

async function listed(ports: RevocationPorts, call: PatientCall): Promise<Reply<KeyList>> {
  const watch = new Stopwatch(ports.clock);
  const reply = await call(() => ports.keys.list(true));
  if (!reply.ok) return reply;
  const { value: keys, date, reading } = reply;
  const active = keys.filter((key) => key.isActive).length;
  ports.report({ type: 'listed', active, ms: watch.elapsed() });
  // A long list takes its time: the last page says what time it is now.
  return {
    ok: true,
    value: { keys, since: reading?.since },
    date: reading === undefined ? date : reading.lastDate,
  };
}

/** Only these say of a key that they do not show that there is none. */
function wholeList(list: KeyList | undefined): readonly KeyRecord[] | undefined {
  return list?.since === undefined ? list?.keys : undefined;
}

async function revokeAll(keys: readonly KeyToRevoke[], work: Work): Promise<readonly KeyResult[]> {
  const { ports, list } = work;
  // One after the other where one of them may be the credential, which has to go last.
  const first = await eachOf(keys, ports.mayRevokeItself ? 1 : CONCURRENCY, async (key) => {
    const result = await revokeOne(key, work);
    if (isCertain(result, list)) ports.report({ type: 'result', result });
    return result;
  });
  if (first.every((result) => isCertain(result, list))) return first;
  return settle(first, work);
}

async function revokeOne(key: KeyToRevoke, { ports, call, list }: Work): Promise<KeyResult> {
  const { reply, unclear } = await notingUnclear(call, () => ports.keys.revoke(key.id));
  if (reply.ok) {
    const whole = wholeList(list);
    const neverWas = whole !== undefined && ports.keepsRecords() && !byId(whole).has(key.id.toLowerCase());
    // An earlier try may have been done: what is not known then is settled by a list.
    if (reply.value === 'gone' && unclear && !neverWas) return { ...key, state: 'unknown' };
    return { ...key, state: reply.value === 'gone' && neverWas ? 'none' : reply.value };
  }
  return { ...key, state: unclear ? 'unknown' : 'alive', failure: reply.failure };
}

function isCertain({ id, state }: KeyResult, list: Work['list']): boolean {
  return state === 'revoked' || state === 'none' || (state === 'gone' && isGone(id, wholeList(list)));
}

/** Asks the list what became of the keys of which the replies left it open. */
async function settle(results: readonly KeyResult[], { ports, call, list }: Work): Promise<KeyResult[]> {
  const now = await listed(ports, call);
  const known = byId(list?.keys ?? []);
  const records = byId(now.ok ? now.value.keys : []);
  return results.map((result) => {
    if (isCertain(result, list)) return result;
    const was = known.get(result.id.toLowerCase());
    const record = records.get(result.id.toLowerCase());
    const since = now.ok && record === undefined ? now.value.since : undefined;
    const open = since === undefined ? undefined : notLookedFor(result.id, since);
    const failure = now.ok ? open : now.failure;
    const settled =
      failure === undefined ? seen(result, was, record, ports.keepsRecords()) : unseen(result, was, failure);
    ports.report({ type: 'result', result: settled });
    return settled;
  });
}

/** @param was before anything was revoked; undefined: not listed, or nobody has looked */
function seen(
  result: KeyResult,
  was: KeyRecord | undefined,
  record: KeyRecord | undefined,
  keepsRecords: boolean,
): KeyResult {
  const { id, state, failure } = result;
  const key = { id, name: record?.name ?? result.name, expiresAt: record?.expiresAt ?? result.expiresAt };
  if (record?.isActive === true) {
    // Only a refusal and the list together say so: a DELETE without an answer may have been done, and a list be old.
    return { ...key, state: state === 'alive' ? 'alive' : 'unknown', failure: failure ?? notGone(id) };
  }
  // A key that was never in the list may be of another account, and alive.
  if (state === 'unknown' && (was ?? record) !== undefined) return { ...key, state: 'revoked' };
  if (record !== undefined) return { ...key, state: 'already-revoked' };
  return { ...key, state: keepsRecords && was === undefined ? 'none' : 'gone' };
}

/** A refusal says that a key was not revoked by this, not that it is alive: that only the list knows. */
function unseen(result: KeyResult, was: KeyRecord | undefined, failure: CallFailure): KeyResult {
  if (result.state === 'alive' && was !== undefined) return result;
  return { ...result, state: 'unknown', failure: result.failure ?? failure };
}

function untouched(keys: readonly KeyToRevoke[]): readonly KeyResult[] {
  return keys.map((key) => ({ ...key, state: 'untouched' }));
}

function planned(
  keys: readonly KeyToRevoke[],
  list: KeyList | undefined,
  keepsRecords: boolean,
): readonly KeyResult[] {
  const known = byId(list?.keys ?? []);
  const absent = keepsRecords ? 'none' : 'gone';
  const unlisted = list?.since === undefined ? absent : 'unknown';
  return keys.map((key) => ({ ...key, state: known.has(key.id.toLowerCase()) ? 'untouched' : unlisted }));
}

/**
 * What a list that was not read to its end leaves open.
 * @returns undefined: nothing
 */
function unread(
  { selection }: RevocationRequest,
  list: KeyList | undefined,
  results: readonly KeyResult[],
): Extract<RevocationOutcome, { kind: 'failed' }> | undefined {
  if (list?.since === undefined) return undefined;
  const unknown = results.filter(({ state }) => state === 'unknown').length;
  if (selection.by === 'ids' && unknown === 0) return undefined;
  const open =
    selection.by === 'name'
      ? 'more keys have the name that was asked for'
      : `${unknown} of ${results.length} ids asked for ${unknown === 1 ? 'is of a key' : 'are of keys'} of this account`;
  return {
    kind: 'failed',
    code: 'keys-unread',
    message: `keys made before ${instantText(list.since)} were not read, so it is not known whether ${open}`,
    failures: [],
    results,
  };
}

function noSuchName(name: string, list: readonly KeyRecord[]): RevocationOutcome {
  return {
    kind: 'failed',
    code: 'no-such-key',
    message: 'no key of this account, active or revoked, has the name that was asked for: none was revoked',
    failures: [],
    results: [],
    missing: { name, names: [...new Set(list.map((key) => key.name))] },
  };
}

/** undefined: each id is of a key, or that does not matter */
function noSuchIds(
  { ifNone }: RevocationRequest,
  results: readonly KeyResult[],
): RevocationOutcome | undefined {
  const none = results.filter(({ state }) => state === 'none').length;
  if (none === 0 || ifNone === 'ignore') return undefined;
  return {
    kind: 'failed',
    code: 'no-such-key',
    message: `${none} of ${results.length} ids asked for ${none === 1 ? 'is' : 'are'} of no key that this account has or had`,
    failures: [],
    results,
  };
}

/** How far two times of MUTX may part beyond the time between them. */
const STEADY: Duration = 30_000;

/**
 * Why nothing is to be revoked yet; undefined: it is time. By MUTX's clock, because that of whatever this runs on may be
 * wrong, and by two of its replies, because a `Date` that is ahead once would take keys within their grace period.
 */
async function tooEarly(
  { notBefore, selection }: RevocationRequest,
  date: Instant | undefined,
  { keys, clock }: RevocationPorts,
  call: PatientCall,
): Promise<RevocationOutcome | undefined> {
  if (notBefore === undefined) return undefined;
  const early = (now: string): RevocationOutcome => ({
    kind: 'failed',
    code: 'too-early',
    message: `nothing is to be revoked before ${instantText(notBefore)}, and ${now}: none was revoked`,
    failures: [],
    results: selection.by === 'ids' ? untouched(selection.ids.map(unlooked)) : [],
  });
  const unsaid = 'MUTX does not say what time it is';
  if (date === undefined) return early(unsaid);
  if (date < notBefore) return early(`at MUTX it is ${instantText(date)}`);
  const watch = new Stopwatch(clock);
  const again = await call(() => keys.list());
  if (!again.ok) return early(`MUTX did not confirm its time (${again.failure.message})`);
  if (again.date === undefined) return early(unsaid);
  const isSteady = Math.abs(again.date - date - watch.elapsed()) <= STEADY;
  if (again.date >= notBefore && isSteady) return undefined;
  return early(`MUTX gives two times that do not agree, ${instantText(date)} and ${instantText(again.date)}`);
}

function unlooked(id: string): KeyToRevoke {
  return { id, name: undefined, expiresAt: undefined };
}

function tooMany(
  { maxRevocations, selection }: RevocationRequest,
  counted: number,
  list: KeyList | undefined,
  results: readonly KeyResult[],
): RevocationOutcome {
  const unsure = selection.by === 'name' ? 'are at least' : 'may be';
  const are = list?.since === undefined ? 'are' : unsure;
  return {
    kind: 'failed',
    code: 'revocations-exceeded',
    message: `the keys to revoke ${are} ${counted}, more than \`max-revocations\` (${maxRevocations}): none was revoked`,
    failures: [],
    results,
  };
}

function unreadable({ selection }: RevocationRequest, failure: CallFailure): RevocationOutcome {
  const ids = selection.by === 'ids' ? selection.ids : [];
  return {
    kind: 'failed',
    code: 'look-failed',
    message: 'the keys could not be listed, so none was revoked',
    failures: [failure],
    results: ids.map((id) => ({ id, name: undefined, expiresAt: undefined, state: 'untouched' })),
  };
}
