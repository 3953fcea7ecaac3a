import type { CallFailure, Reply } from '../core/call.ts';
import { CALL_PATIENCE } from '../core/limits.ts';
import {
  idempotent,
  notingUnclear,
  type Retrying,
  type RetryPolicy,
  Stopwatch,
  tryCall,
} from '../core/retry.ts';
import type { Clock, Duration, Instant } from '../core/time.ts';
import type { RevocationReason, RotationEvent, StepName, WarningCode } from './events.ts';
import type { KeysNow, Outcome, RotationFailure, TargetResult } from './outcome.ts';
import type { KeyService, KeySummary, Neighbour, RotationSettings, SecretTarget } from './ports.ts';
import type { Room } from './room.ts';
import { type SparedKey, whyNotGone } from './rules.ts';

/** When and with which `Date` the list of a look came, or the last of its pages. */
export interface SeenList {
  readonly date: Instant | undefined;
  /** Started so much after it was sent. */
  readonly since: Stopwatch;
  readonly lead: Duration;
  /** How long it was under way. */
  readonly took: Duration;
}

/** A key to be revoked, and why that is allowed. */
interface Wanted {
  readonly id: string;
  readonly reason: RevocationReason;
}

/** What became of a DELETE. `gone`: MUTX knows no such key, as it says. */
type Deletion = Wanted &
  (
    | { readonly kind: 'revoked' }
    /** `unclear`: an earlier try got no clear answer, so that it may be this run that revoked it. */
    | { readonly kind: 'gone'; readonly unclear: boolean }
    | { readonly kind: 'failed'; readonly unclear: boolean; readonly message: string }
  );

/** One run's collaborators and what it has done so far: the part of the state that every step shares. */
export class Run {
  readonly settings: RotationSettings;
  readonly ports: RotationPorts;
  readonly retrying: Retrying;
  readonly #revoked = new Set<string>();
  readonly #left = new Set<string>();
  readonly #held = new Set<string>();
  readonly #unclear = new Set<string>();
  #superseded: readonly string[] = [];
  #graceEnds: Instant | undefined;
  #spared: readonly SparedKey[] = [];
  /** A key was revoked before the new one was stored, or may have been. */
  madeRoom = false;
  /** A stored key was revoked for its place (`on-quota: replace`). */
  gaveUp = false;
  /** What was stored too late by an earlier round: still what the targets hold, whatever comes of the next. */
  late: { readonly minted: KeySummary; readonly results: readonly TargetResult[] } | undefined;
  #list: SeenList | undefined;
  #github: { readonly date: Instant; readonly since: Stopwatch } | undefined;

  constructor(settings: RotationSettings, ports: RotationPorts) {
    this.settings = settings;
    this.ports = ports;
    this.retrying = {
      clock: ports.clock,
      random: ports.random,
      onRetry: (failure, attempt, wait) => ports.report({ type: 'retrying', failure, attempt, wait }),
    };
  }

  /** Tells the start, the end and the duration of a step; `ok` says whether its result counts as done. */
  async step<T>(step: StepName, work: () => Promise<T>, ok: (result: T) => boolean): Promise<T> {
    this.ports.report({ type: 'step-started', step });
    const watch = new Stopwatch(this.ports.clock);
    const result = await work();
    this.ports.report({ type: 'step-ended', step, ok: ok(result), ms: watch.elapsed() });
    return result;
  }

  /** How long a call that starts now may still be tried again; never beyond the session's end. */
  patience(): () => Duration {
    const watch = new Stopwatch(this.ports.clock);
    return () => Math.min(CALL_PATIENCE - watch.elapsed(), this.sessionLeft());
  }

  sessionLeft(): Duration {
    const { sessionEndsAt, clock } = this.ports;
    return sessionEndsAt === undefined ? Number.POSITIVE_INFINITY : sessionEndsAt - clock.now();
  }

  /** An idempotent call, tried again as far as patience goes. */
  call<T>(
    attempt: () => Promise<Reply<T>>,
    policy: RetryPolicy = idempotent(this.patience()),
  ): Promise<Reply<T>> {
    return tryCall(attempt, policy, this.retrying);
  }

  /** A read of GitHub's, whose `Date` is noted the moment it comes. */
  async askGithub<T>(attempt: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const reply = await this.call(attempt);
    this.sawGithub(reply);
    return reply;
  }

  /**
   * GitHub's time now, at the least: its time in the last reply plus what has passed here since by the slower
   * of both clocks. What the late-write check counts from (protocol, step 7): a machine whose clocks stood
   * still makes a write look later than it was, never earlier.
   */
  githubTime(): Instant | undefined {
    return this.#github && this.#github.date + this.#github.since.leastElapsed();
  }

  sawGithub(reply: Reply<unknown>): void {
    if (!reply.ok || reply.date === undefined) return;
    if (reply.date >= (this.githubTime() ?? reply.date)) {
      this.#github = { date: reply.date, since: new Stopwatch(this.ports.clock) };
    }
  }

  /** The list of the look: what MUTX's later times are held against. */
  listed(list: SeenList): void {
    this.#list = list;
  }

  get list(): SeenList | undefined {
    return this.#list;
  }

  /**
   * Revokes keys, with retries. A failure is a warning: the next run takes it up.
   * @returns for each, whether it is revoked for certain
   */
  async revoke(wanted: readonly Wanted[]): Promise<readonly boolean[]> {
    const attempts = await eachOf(wanted, this.settings.concurrency, (one) => this.#delete(one));
    const settled = await this.#settle(attempts);
    return settled.map((attempt) => this.#note(attempt));
  }

  async #delete({ id, reason }: Wanted): Promise<Deletion> {
    this.ports.report({ type: 'revoking', id, reason });
    const { reply, unclear } = await notingUnclear(
      (attempt) => this.call(attempt),
      () => this.ports.keys.revoke(id),
    );
    if (reply.ok) return { id, reason, kind: reply.value, unclear };
    return { id, reason, kind: 'failed', unclear, message: reply.failure.message };
  }

  /**
   * A 404 is a gateway's or a replica's as well as that of a key that is gone: only a list read after it decides. A key
   * that it shows as active is revoked once more.
   */
  async #settle(attempts: readonly Deletion[]): Promise<readonly Deletion[]> {
    if (attempts.every(({ kind }) => kind !== 'gone')) return attempts;
    const list = await this.call(() => this.ports.keys.list());
    return eachOf(attempts, this.settings.concurrency, async (attempt) => {
      if (attempt.kind !== 'gone') return attempt;
      const unclear = { ...attempt, kind: 'failed', unclear: true } as const;
      if (!list.ok) {
        return {
          ...unclear,
          message: `MUTX does not know it, and could not be asked again: ${list.failure.message}`,
        };
      }
      const open = whyNotGone(attempt.id, list, attempt.reason === 'own');
      if (open === undefined) return attempt;
      const again = await this.#delete(attempt);
      if (again.kind === 'revoked') return again;
      const message = again.kind === 'failed' ? again.message : open.message;
      return { ...unclear, message };
    });
  }

  #note(attempt: Deletion): boolean {
    const { id, reason } = attempt;
    if (attempt.kind !== 'failed') {
      this.#revoked.add(id);
      for (const set of [this.#left, this.#held, this.#unclear]) set.delete(id);
      const gone = attempt.kind === 'gone' && !attempt.unclear;
      this.ports.report({ type: 'revoked', id, reason, gone });
      return true;
    }
    this.ports.report({ type: 'not-revoked', id, unclear: attempt.unclear });
    this.#left.add(id);
    if (attempt.unclear) this.#unclear.add(id);
    const key = reason === 'own' ? `the new key ${id}, which no secret holds,` : `key ${id}`;
    const what = attempt.unclear
      ? `it is not known whether ${key} was revoked`
      : `${key} could not be revoked`;
    this.warn('revocation-failed', `${what}: ${attempt.message}`);
    return false;
  }

  /** Superseded, and not revoked by this run. */
  leave(ids: readonly string[]): void {
    for (const id of ids) this.#left.add(id);
  }

  /** Too many to revoke: none of them is, and a person is told. */
  holdBack(ids: readonly string[]): void {
    const known = ids.every((id) => this.#held.has(id));
    this.leave(ids);
    for (const id of ids) this.#held.add(id);
    if (known) return;
    this.warn(
      'too-many-revocations',
      `${ids.length} keys would be revoked, more than max-revocations (${this.settings.maxRevocations}); none of them is: ${ids.join(', ')}`,
    );
  }

  /** @param graceEnds when their grace period is over */
  supersede(ids: readonly string[], graceEnds: Instant | undefined): void {
    this.#superseded = ids;
    this.#graceEnds = graceEnds;
  }

  /** Too young to be revoked. */
  spare(keys: readonly SparedKey[]): void {
    this.#spared = keys;
  }

  isRevoked(id: string): boolean {
    return this.#revoked.has(id);
  }

  isPerhapsRevoked(id: string): boolean {
    return this.#unclear.has(id);
  }

  warn(code: WarningCode, message: string): void {
    this.ports.report({ type: 'warning', code, message });
  }

  keysNow(): KeysNow {
    return {
      revoked: [...this.#revoked],
      superseded: this.#superseded,
      graceEnds: this.#superseded.length === 0 ? undefined : this.#graceEnds,
      left: [...this.#left],
      held: [...this.#held],
      unclear: [...this.#unclear],
      spared: this.#spared.filter(({ id }) => !this.#revoked.has(id) && !this.#left.has(id)),
    };
  }
}

/** Runs `work` for each item, at most `limit` at a time; results in the items' order. */
export async function eachOf<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** The values among replies, in order. */
export function valuesOf<T>(replies: readonly Reply<T>[]): readonly T[] {
  return replies.flatMap((reply) => (reply.ok ? [reply.value] : []));
}

/** The failures among replies, in order. */
export function failuresOf(replies: readonly Reply<unknown>[]): readonly CallFailure[] {
  return replies.flatMap((reply) => (reply.ok ? [] : [reply.failure]));
}

type Minted = Extract<Outcome, { kind: 'failed' }>['minted'];

/** MUTX says that it does not let the account itself in; a key of such an account is answered so too. */
export function isAccountRefused({ kind, status }: CallFailure): boolean {
  return kind === 'refused' && status === 403;
}

export function accountRefused(failure: CallFailure): RotationFailure {
  return {
    reason: 'look',
    code: 'account-refused',
    message: `MUTX does not let this account in, so no key was made: ${failure.message}`,
    failures: [failure],
  };
}

/** A failed outcome with the state of everything; targets that were not reached are `skipped`. */
export function failed(
  run: Run,
  failure: RotationFailure,
  minted: Minted = run.late && { ...run.late.minted, state: 'unknown' },
  targets: readonly TargetResult[] = run.late?.results ?? run.ports.targets.map(untouched),
): Outcome {
  // Waiting helps against none that was refused.
  const refused = failure.failures.some((one) => one.kind === 'refused');
  const retryAfter = refused ? 0 : Math.max(0, ...failure.failures.map((one) => one.retryAfter ?? 0));
  return {
    kind: 'failed',
    failure:
      failure.retryAt === undefined && retryAfter > 0
        ? { ...failure, retryAt: run.ports.clock.now() + retryAfter }
        : failure,
    minted,
    targets,
    keys: run.keysNow(),
  };
}

function untouched(target: SecretTarget): TargetResult {
  return { target: target.label, secret: target.secretName, status: 'skipped' };
}

/** No place for one more key: none was made. */
export function quotaFailure(room: Exclude<Room, { kind: 'fits' }>, because?: string): RotationFailure {
  const { code, what, at, keys } = explain(room);
  return {
    reason: 'quota',
    code,
    message: because === undefined ? what : `${what}; ${because}`,
    failures: [],
    inTheWay: keys,
    ...(at === undefined ? {} : { retryAt: at }),
  };
}

function explain(room: Exclude<Room, { kind: 'fits' }>) {
  const full = "the account's plan has no place for one more key";
  switch (room.kind) {
    case 'full':
      return { code: 'quota-full', what: full, at: room.at, keys: room.inTheWay };
    case 'replace':
      return { code: 'quota-full', what: full, at: undefined, keys: [room.victim] };
    case 'too-soon':
      return {
        code: 'quota-too-soon',
        what: `the new key would take the plan's last place while ${room.because}`,
        at: room.at,
        keys: room.inTheWay,
      };
  }
}

export interface RotationPorts {
  readonly keys: KeyService;
  readonly targets: readonly SecretTarget[];
  /** Looked at for a warning only, each in one attempt. */
  readonly neighbours?: readonly Neighbour[];
  readonly clock: Clock;
  /** Uniform in [0, 1); for jitter only. */
  readonly random: () => number;
  readonly report: (event: RotationEvent) => void;
  /** How many targets can be written in that time at the pace the store allows; absent: as many as there are. */
  readonly writesWithin?: (time: Duration) => number;
  /** By this process's wall clock; undefined: it does not end, or can be renewed. No wait may outlive it. */
  readonly sessionEndsAt?: Instant | undefined;
}
