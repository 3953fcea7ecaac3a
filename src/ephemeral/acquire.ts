import type { CallFailure } from '../core/call.ts';
import { CREATES } from '../core/limits.ts';
import { isInternalError, onlyIfNotDone, Stopwatch } from '../core/retry.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { MintedKey } from '../rotation/ports.ts';
import type { KeyInTheWay } from '../rotation/room.ts';
import { Calls } from './calls.ts';
import type { EphemeralPorts } from './ports.ts';
import { revokeOrphans } from './release.ts';
import type { EphemeralSettings } from './settings.ts';
import { type Created, SWEEP_PATIENCE, sweepForRoom } from './sweep.ts';

/** Between two tries for a place; jobs of a matrix come at different times because of the jitter. */
const SHORTEST_WAIT: Duration = 2_000;
const LONGEST_WAIT: Duration = 10_000;

/** A list may have ten pages, MUTX takes a hundred requests a minute, and others wait, too. */
const BETWEEN_SWEEPS: Duration = 60_000;

/** After a create without a clear answer, before the next one. */
const AFTER_LOST: Duration = 2_000;

type Minting =
  | { readonly ok: true; readonly key: MintedKey }
  | { readonly ok: false; readonly failed: EphemeralFailure };

/**
 * Makes the key. Waits for a place where the plan has none. A create whose reply was lost is not repeated before
 * the key that it may have made was looked for under its name, which nobody else uses.
 * @param created called with what came of each create
 * @param sweepingBeside called once a create is on its way; what it sweeps may be the place that is missing
 */
export async function mint(
  settings: EphemeralSettings,
  ports: EphemeralPorts,
  calls: Calls,
  sweepingBeside: () => Promise<number> | undefined,
  created: (created?: Created) => void,
): Promise<Minting> {
  const { keys, keeper } = ports;
  const room = new WaitForRoom(settings, ports, calls, sweepingBeside);
  let lost = 0;
  /** Creates at which MUTX failed, and of which there is no key. */
  const inVain: CallFailure[] = [];
  for (;;) {
    await keeper.creating();
    const creating = calls.call(() => keys.create(settings.keyName, settings.expiresInDays), onlyIfNotDone);
    void sweepingBeside();
    const reply = await creating;
    created(
      reply.ok ? { id: reply.value.id, createdAt: reply.value.createdAt, date: reply.date } : undefined,
    );
    if (reply.ok) {
      keeper.created(reply.value);
      const { id, name, expiresAt } = reply.value;
      calls.report({ type: 'minted', id, name, expiresAt });
      return { ok: true, key: reply.value };
    }
    const { failure } = reply;
    if (failure.code === 'mutx-quota') {
      const full = await room.wait(failure, lost > 0);
      if (full !== undefined) return { ok: false, failed: { ...full, perhaps: lost > 0 } };
    } else if (failure.kind === 'unclear') {
      lost += 1;
      keeper.unconfirmed();
      const notMade = await lookForLost(settings, ports, calls, failure);
      inVain.push(...notMade);
      if (isLast(lost, failure)) return { ok: false, failed: lostForGood(ports, failure, inVain) };
      await pause(ports, calls, notMade, lost);
    } else {
      return { ok: false, failed: createFailed(ports, failure, lost > 0) };
    }
  }
}

/** @returns the failure, where MUTX failed at the create and there is no key of its name, which nobody else uses */
async function lookForLost(
  { keyName, unique }: EphemeralSettings,
  { keys }: EphemeralPorts,
  calls: Calls,
  failure: CallFailure,
): Promise<readonly CallFailure[]> {
  if (!unique) {
    calls.warn(
      'create-lost',
      `the create got no clear answer, so a key named ${keyName} may exist that nobody can use; which one, nobody can tell, because \`key-name\` is not this step's alone: it expires by itself`,
    );
    return [];
  }
  const found = await revokeOrphans(keys, calls, keyName);
  if (!found.ok) {
    calls.warn(
      'create-lost',
      `the create got no clear answer, and its key was not found out about: ${found.failure.message}`,
    );
  } else if (found.value.length === 0 && isInternalError(failure)) {
    return [failure];
  } else if (found.value.length === 0) {
    calls.warn(
      'create-lost',
      `the create got no clear answer (${failure.message}), and no key of its name is there so far; it is looked for again at the end`,
    );
  } else {
    calls.warn(
      'create-lost',
      `the reply to the create was lost (${failure.message}); its key, which nobody can use, was found by its name and revoked: ${found.value.join(', ')}`,
    );
  }
  return [];
}

/** @param failures told as a try that is made again, where nothing else was said of it */
async function pause(
  { clock, random }: EphemeralPorts,
  calls: Calls,
  failures: readonly CallFailure[],
  attempt: number,
): Promise<void> {
  const wait = AFTER_LOST * (0.5 + random());
  for (const failure of failures) calls.report({ type: 'retrying', failure, attempt, wait });
  await clock.sleep(wait);
}

function isLast(lost: number, { retryable }: CallFailure): boolean {
  return lost >= CREATES || !retryable;
}

function lostForGood(
  ports: EphemeralPorts,
  failure: CallFailure,
  failures: readonly CallFailure[],
): EphemeralFailure {
  if (failures.length < CREATES) return createFailed(ports, failure, true);
  return {
    kind: 'failed',
    code: 'create-unsupported',
    message: `MUTX failed ${failures.length} times at making the key, and made none`,
    failures: failures.map((one) => ({ ...one, code: 'create-unsupported' })),
    holders: [],
    minted: undefined,
    perhaps: false,
    retryAt: undefined,
  };
}

function createFailed({ clock }: EphemeralPorts, failure: CallFailure, perhaps: boolean): EphemeralFailure {
  const { retryAfter } = failure;
  return {
    kind: 'failed',
    code: perhaps ? 'create-lost' : 'create-failed',
    message: perhaps ? 'MUTX gave no clear answer to the create' : `MUTX made no key: ${failure.message}`,
    failures: [failure],
    holders: [],
    minted: undefined,
    perhaps,
    retryAt: retryAfter === undefined ? undefined : clock.now() + retryAfter,
  };
}

/** A sweep may free a place; otherwise time passes until somebody gives one back. */
class WaitForRoom {
  readonly #settings: EphemeralSettings;
  readonly #ports: EphemeralPorts;
  readonly #calls: Calls;
  readonly #sweepingBeside: () => Promise<number> | undefined;
  readonly #watch: Stopwatch;
  /** By the watch; before everything: not yet. */
  #sweptAt = Number.NEGATIVE_INFINITY;
  #named = false;

  constructor(
    settings: EphemeralSettings,
    ports: EphemeralPorts,
    calls: Calls,
    sweepingBeside: () => Promise<number> | undefined,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#calls = calls;
    this.#sweepingBeside = sweepingBeside;
    this.#watch = new Stopwatch(ports.clock);
  }

  /**
   * @param lost a create got no clear answer before
   * @returns why there is no point in waiting (any longer); undefined: try again
   */
  async wait(failure: CallFailure, lost: boolean): Promise<EphemeralFailure | undefined> {
    const { clock, random } = this.#ports;
    if (lost && (await this.#gaveUpLost())) return undefined;
    if (!Number.isFinite(this.#sweptAt) && (await this.#sweepFirst())) return undefined;
    const most = this.#left();
    const asked = failure.retryAfter ?? 0;
    if (most <= 0 || asked > most) return this.#full(failure, most > 0);
    const holders = this.#named ? undefined : await this.#holders();
    this.#named = true;
    const left = Math.max(0, this.#left());
    const jittered = SHORTEST_WAIT + (LONGEST_WAIT - SHORTEST_WAIT) * random();
    // What the server asks for goes before ours; the last try is at the end of the time there is.
    const wait = Math.max(asked, Math.min(jittered, left));
    this.#calls.report({ type: 'waiting', wait, left, ...(holders === undefined ? {} : { holders }) });
    await clock.sleep(wait);
    if (this.#watch.elapsed() - this.#sweptAt >= BETWEEN_SWEEPS) await this.#sweep();
    return undefined;
  }

  /** @returns whether a place is free now: what is swept beside may be enough */
  async #sweepFirst(): Promise<boolean> {
    const beside = (await this.#sweepingBeside()) ?? 0;
    return (await this.#sweep(beside)) > 0;
  }

  /** @param freed keys that have gone already: then there is nothing to be looked for */
  async #sweep(freed = 0): Promise<number> {
    const { sweep: settings } = this.#settings;
    this.#sweptAt = this.#watch.elapsed();
    if (settings === undefined || freed > 0) return freed;
    const sweep = { ...settings, own: this.#settings.keyName };
    return sweepForRoom(this.#inPassing(), this.#ports, sweep);
  }

  /** The place may be taken by a key of this step's own, whose create came true after it was looked for. */
  async #gaveUpLost(): Promise<boolean> {
    const { keyName, unique } = this.#settings;
    if (!unique) return false;
    const found = await revokeOrphans(this.#ports.keys, this.#inPassing(), keyName);
    return found.ok && found.value.length > 0;
  }

  #left(): Duration {
    return Math.min(this.#quotaLeft(), this.#calls.sessionLeft());
  }

  #quotaLeft(): Duration {
    return this.#settings.quotaWait - this.#watch.elapsed();
  }

  /** For what is not the errand: nothing of it is tried again beyond the end of the wait. */
  #inPassing(): Calls {
    return new Calls(this.#ports, this.#ports.clock.now() + this.#left(), SWEEP_PATIENCE);
  }

  /** The keys that hold the places; empty where they could not be read. */
  async #holders(): Promise<readonly KeyInTheWay[]> {
    const list = await this.#inPassing().call(() => this.#ports.keys.newest());
    const active = list.ok ? list.value.filter(({ isActive }) => isActive) : [];
    return active.map(({ id, name, expiresAt, lastUsed }) => ({ id, name, expiresAt, lastUsed }));
  }

  /** @param asked MUTX asks for a longer wait than there is time */
  async #full(failure: CallFailure, asked: boolean): Promise<EphemeralFailure> {
    const { clock } = this.#ports;
    const sessionEnds = this.#calls.sessionLeft() < this.#quotaLeft();
    const { retryAfter } = failure;
    return {
      kind: 'failed',
      code: 'quota-wait-over',
      message: `the account's plan had no place for one more key, ${endOfWait(asked, sessionEnds)}`,
      failures: [failure],
      holders: await this.#holders(),
      minted: undefined,
      perhaps: false,
      retryAt: retryAfter === undefined ? undefined : clock.now() + retryAfter,
    };
  }
}

function endOfWait(asked: boolean, sessionEnds: boolean): string {
  if (asked)
    return `and MUTX asks to wait longer than ${sessionEnds ? 'the credential lasts' : '`quota-wait` allows'}`;
  return sessionEnds ? 'before the credential ends' : 'for as long as `quota-wait` allows';
}

/** A key as it is told of; its name may be anybody's text. */
interface KeyNote {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: Instant | undefined;
}

export interface EphemeralFailure {
  readonly kind: 'failed';
  /** Stable identifier for the hint table and the docs. */
  readonly code: string;
  /** One line: what could not be done and why. */
  readonly message: string;
  /** The calls that failed for good. */
  readonly failures: readonly CallFailure[];
  /** Who holds the places of the plan, where there was none. */
  readonly holders: readonly KeyNote[];
  /** The key that was made all the same, and what became of it. */
  readonly minted: (KeyNote & { readonly state: 'revoked' | 'alive' | 'unknown' }) | undefined;
  /** A create got no clear answer: a key of the name may exist that nobody can use. */
  readonly perhaps: boolean;
  readonly retryAt: Instant | undefined;
}

/** What making a key for a job came to. */
export type EphemeralOutcome = { readonly kind: 'ready'; readonly key: MintedKey } | EphemeralFailure;
