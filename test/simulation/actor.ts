import type { CallFailure, FailureKind, Reply } from '../../src/core/call.ts';
import type { RevocationOutcome } from '../../src/revoke/request.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import type { Lie } from './scenario.ts';
import type { System } from './system.ts';

export type Service = 'mutx' | 'github';

/** Where a secret stands in time, and whether a key is alive: each is known by two replies. */
export type Evidence = 'secrets' | 'keys';

/** A wrong answer that a call can get. */
export interface WrongAnswer {
  readonly lie: Lie;
  /** Beside the lie's own name, where there are several of it. */
  readonly detail?: string;
  /** What a revocation, or a sentence about one, may rest on; undefined: nothing does. */
  readonly evidence?: Evidence;
  readonly answer: () => Reply<unknown>;
}

/** A call that waits for the scheduler to say what becomes of it. */
export interface Call {
  readonly label: string;
  readonly service: Service;
  readonly mutates: boolean;
  /** Done at the server, now. `sentAt` is the true time at which it reached what stands in front. */
  readonly apply: (sentAt: number) => Reply<unknown>;
  readonly answer: (reply: Reply<unknown>) => void;
  /** The engine's deadline check, asked when the bytes leave. */
  readonly mayStart: (() => boolean) | undefined;
  readonly wrong: readonly WrongAnswer[];
}

interface Sleeper {
  readonly number: number;
  readonly until: number;
  readonly wake: () => void;
}

/** Key ids that somebody has been told to revoke, and from when on (true time). */
export interface Order {
  readonly ids: readonly string[];
  readonly from: number;
}

export type ActorKind = 'run' | 'job' | 'plan' | 'audit' | 'button';

/** One process that works with the servers. */
export interface Actor {
  /** A rotation's is its number. */
  readonly name: string;
  readonly kind: ActorKind;
  /** One of the runs at the end of a schedule, with which nothing goes wrong. */
  readonly isClean: boolean;
  status: 'idle' | 'running' | 'done' | 'dead';
  readonly calls: Map<string, Call>;
  readonly sleepers: Set<Sleeper>;
  /** Everything it has been told, in order; with it, its state is determined. */
  history: number;
  faultsLeft: number;
  liesLeft: number;
  /** What it was lied to about. */
  readonly misled: Set<Evidence>;
  /** How far its clocks are behind what they should be: a suspended machine's stand still. */
  readonly behind: { wall: number; monotonic: number };
  made: number;
  counter: number;
  /** The last write that it could know of when it was last given the list of keys. */
  listedAfter: number;
  hasSentDelete: boolean;
  /** A rotation's key while it may still write it, and the true time at which its create was sent. */
  holds: { readonly id: string; readonly since: number } | undefined;
  /** Keys whose text it has been given. */
  readonly given: string[];
  progress: InstanceType<System['Progress']> | undefined;
  outcome: Outcome | undefined;
  revocation: RevocationOutcome | undefined;
  /** What it has named as superseded. */
  order: Order | undefined;
}

export function freshActor(
  name: string,
  kind: ActorKind,
  faultsLeft: number,
  liesLeft: number,
  isClean = false,
): Actor {
  return {
    name,
    kind,
    isClean,
    status: 'idle',
    calls: new Map(),
    sleepers: new Set(),
    history: 0,
    faultsLeft,
    liesLeft,
    misled: new Set(),
    behind: { wall: 0, monotonic: 0 },
    made: 0,
    counter: 0,
    listedAfter: 0,
    hasSentDelete: false,
    holds: undefined,
    given: [],
    progress: undefined,
    outcome: undefined,
    revocation: undefined,
    order: undefined,
  };
}

export function failure(
  call: Pick<Call, 'label' | 'service'>,
  kind: FailureKind,
  status: number | undefined,
  more: Partial<CallFailure> = {},
): { ok: false; failure: CallFailure } {
  return {
    ok: false,
    failure: {
      kind,
      service: call.service,
      call: call.label,
      status,
      code: 'simulated',
      message: kind,
      retryable: kind === 'unclear' || kind === 'throttled',
      ...more,
    },
  };
}

export function notSent(call: Pick<Call, 'label' | 'service'>): { ok: false; failure: CallFailure } {
  return failure(call, 'not-sent', undefined, { code: 'deadline' });
}
