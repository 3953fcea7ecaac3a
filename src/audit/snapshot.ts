import type { CallFailure, Reply } from '../core/call.ts';
import { MARGIN } from '../core/limits.ts';
import { type PatientCall, type PatientPorts, patientCalls, Stopwatch } from '../core/retry.ts';
import type { Clock, Duration, Instant } from '../core/time.ts';
import type { KeyRecord, KeyService, SecretTarget } from '../rotation/ports.ts';
import { placesOf } from '../rotation/room.ts';
import type { StoredSecret } from '../rotation/rules.ts';
import { eachOf, failuresOf, valuesOf } from '../rotation/run.ts';
import type { SecretName } from './finding.ts';

/** One secret among the targets, and the name of the keys that belong in it. */
export interface AuditedSecret extends StoredSecret {
  readonly place: SecretName;
  readonly keyName: string;
}

/** What an audit saw; everything it finds, it finds from this alone. */
export interface AuditSnapshot {
  /** MUTX's time of the list; where it sent none, this machine's. */
  readonly date: Instant;
  /** Every key of the account. */
  readonly keys: readonly KeyRecord[];
  /** undefined: not known */
  readonly plan: string | undefined;
  /** Places in the plan; undefined: no limit is known. */
  readonly places: number | undefined;
  /** Names of keys that this tool makes by itself: each is of a place or of a run, and not the name of any other. */
  readonly namesMadeHere?: ReadonlySet<string>;
  /** Empty where no targets were given. */
  readonly secrets: readonly AuditedSecret[];
  /** The two servers' times cannot be compared, so nothing is said about secrets. */
  readonly clocksApart: boolean;
  /** When the writer token ends; undefined: there is none, or it does not say. */
  readonly tokenExpiresAt: Instant | undefined;
}

/**
 * Whether MUTX's times can be compared with GitHub's: their clocks may differ by half of the margin that the rules
 * allow. What passes here between two replies is no difference, but how much of it passed between the moments in
 * which their dates were written is known only within bounds: both have to be near.
 */
class ClockComparison {
  readonly #clock: Clock;
  #listing: Stopwatch;
  #listed: Stopwatch;
  #mutx: Instant | undefined;
  /** How long before the list was there its date was asked for. */
  #lead: Duration | undefined;
  #areApart = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#listing = new Stopwatch(clock);
    this.#listed = this.#listing;
  }

  /** One attempt to read the list of MUTX. */
  async ofMutx<T>(attempt: () => Promise<Reply<T>>): Promise<Reply<T>> {
    this.#listing = new Stopwatch(this.#clock);
    const reply = await attempt();
    this.#listed = new Stopwatch(this.#clock);
    // A list of many pages takes minutes: what can be compared is the date of the last of them.
    const reading = reply.ok ? reply.reading : undefined;
    this.#lead = reading?.lastAsked;
    this.#mutx = reading === undefined ? dateOf(reply) : reading.lastDate;
    return reply;
  }

  /** One attempt to read something of GitHub, after the list. */
  async ofGithub<T>(attempt: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const least = this.#listed.leastElapsed();
    const reply = await attempt();
    const most = this.#lead === undefined ? this.#listing.elapsed() : this.#lead + this.#listed.elapsed();
    if (reply.ok && this.#isApart(reply.date, least, most)) this.#areApart = true;
    return reply;
  }

  /** Also where either server does not say what time it is. */
  get areApart(): boolean {
    return this.#mutx === undefined || this.#areApart;
  }

  /** For how long the list has been known, from before it was asked for. */
  elapsed(): Duration {
    return this.#listing.elapsed();
  }

  #isApart(github: Instant | undefined, least: Duration, most: Duration): boolean {
    if (github === undefined || this.#mutx === undefined) return true;
    const apart = github - this.#mutx;
    return [least, most].some((passed) => Math.abs(apart - passed) > MARGIN / 2);
  }
}

function dateOf(reply: Reply<unknown>): Instant | undefined {
  return reply.ok ? reply.date : undefined;
}

/** For how long an audit may try anything again. */
const PATIENCE: Duration = 15 * 60_000;

const CONCURRENCY = 4;

/** A secret to look at, and the name of the keys that belong in it. */
interface AuditTarget {
  readonly keyName: string;
  readonly target: Pick<SecretTarget, 'label' | 'secretName' | 'shared' | 'metadata'>;
}

/** Reads only: there is nothing here that could change anything. */
export interface AuditPorts extends PatientPorts {
  readonly keys: Pick<KeyService, 'list' | 'account'>;
  readonly targets: readonly AuditTarget[];
  /** When the writer token ends, as far as GitHub has said by now. */
  readonly tokenExpiresAt: () => Instant | undefined;
  readonly report: (event: AuditEvent) => void;
}

export type AuditNote = 'clocks-apart' | 'no-date' | 'account-unreadable' | 'older-unread';

/** What an audit tells while it works; nothing in here is a credential. */
export type AuditEvent =
  | { readonly type: 'listed'; readonly active: number; readonly ms: Duration }
  | { readonly type: 'secrets-read'; readonly secrets: number; readonly ms: Duration }
  | { readonly type: 'note'; readonly note: AuditNote; readonly failure?: CallFailure }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    };

type AuditSnapshotResult =
  | { readonly ok: true; readonly look: AuditSnapshot }
  | { readonly ok: false; readonly failures: readonly CallFailure[] };

/**
 * Reads the keys and the plan, and only then the secrets' dates: in the other order a secret written in between
 * would make the key that it holds look like an orphan (docs/protocol.md, "A run").
 */
export async function readAuditSnapshot(ports: AuditPorts): Promise<AuditSnapshotResult> {
  const call = patientCalls(ports, PATIENCE, (failure, attempt, wait) =>
    ports.report({ type: 'retrying', failure, attempt, wait }),
  );
  const clocks = new ClockComparison(ports.clock);
  const [list, plan] = await Promise.all([
    // All of them: what never expires, or has been kept for years, is what an audit looks for.
    call(() => clocks.ofMutx(() => ports.keys.list(true))),
    readPlan(ports, call),
  ]);
  if (!list.ok) return { ok: false, failures: [list.failure] };
  const active = list.value.filter((key) => key.isActive).length;
  ports.report({ type: 'listed', active, ms: clocks.elapsed() });
  if (list.reading?.since !== undefined) ports.report({ type: 'note', note: 'older-unread' });

  const reading = new Stopwatch(ports.clock);
  const secrets = await eachOf(ports.targets, CONCURRENCY, (target) => readSecret(target, call, clocks));
  const failures = failuresOf(secrets);
  if (failures.length > 0) return { ok: false, failures };
  if (secrets.length > 0) {
    ports.report({ type: 'secrets-read', secrets: secrets.length, ms: reading.elapsed() });
  }
  const clocksApart = clocks.areApart;
  if (list.date === undefined) ports.report({ type: 'note', note: 'no-date' });
  else if (clocksApart) ports.report({ type: 'note', note: 'clocks-apart' });
  return {
    ok: true,
    look: {
      date: list.date ?? ports.clock.now(),
      keys: list.value,
      plan,
      places: placesOf(plan),
      secrets: valuesOf(secrets),
      clocksApart,
      tokenExpiresAt: ports.tokenExpiresAt(),
    },
  };
}

async function readSecret(
  { keyName, target }: AuditTarget,
  call: PatientCall,
  clocks: ClockComparison,
): Promise<Reply<AuditedSecret>> {
  const reply = await call(() => clocks.ofGithub(() => target.metadata()));
  if (!reply.ok) return reply;
  const place = { target: target.label, secret: target.secretName };
  return { ...reply, value: { updatedAt: reply.value?.updatedAt, shared: target.shared, place, keyName } };
}

/** Only for one finding of many; without it the audit goes on. */
async function readPlan({ keys, report }: AuditPorts, call: PatientCall): Promise<string | undefined> {
  const reply = await call(() => keys.account());
  if (reply.ok) return reply.value.plan;
  report({ type: 'note', note: 'account-unreadable', failure: reply.failure });
  return undefined;
}
