import { MARGIN } from '../../src/core/limits.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';
import { couldHaveWritten } from '../../src/rotation/rules.ts';
import { type Clocks, EPOCH, type ServerClock, shown, wholeSeconds } from './clocks.ts';

const DAY = 86_400_000;

/** What was revoked no longer ago than this may still be active in the look of whoever acts now. */
const LOOK = 1_800_000;

export const NAME = 'gha/acme/shop/MUTX_API_KEY';
export const OTHER_NAME = 'gha/acme/shop/MUTX_API_KEY_2';

/** A value that no run made: somebody pasted it. */
export const FOREIGN = 'foreign';

export interface WorldKey {
  readonly id: string;
  readonly name: string;
  /** True time. */
  readonly madeAt: number;
  /** True time. */
  readonly endsAt: number;
  /** As MUTX shows it: by its own clock, in its own zone. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Who made it; undefined: it was there at the start. */
  readonly madeBy: string | undefined;
  lastUsed: number | undefined;
  isActive: boolean;
  /** True time. */
  revokedAt: number | undefined;
  revokedBy: string | undefined;
  /** Whoever revoked it could not know better: assumption A2 was broken. */
  excused: boolean;
  /** A person revoked it; what follows for the secret that holds it is theirs. */
  byHand: boolean;
}

/** What a secret held from a moment of true time on. */
export interface SecretVersion {
  readonly at: number;
  /** A key's id, FOREIGN, or undefined: there is no such secret. */
  readonly value: string | undefined;
  readonly updatedAt: number | undefined;
  /** How many writes there had been, with this one. */
  readonly number: number;
  /** The actor that wrote it; undefined: the start of the scenario. */
  readonly by: string | undefined;
}

/** Who made a version that no run wrote. */
export const PEOPLE = 'people';

export interface WorldSecret {
  readonly shared: boolean;
  /** Never empty; the last one holds. */
  readonly versions: SecretVersion[];
  /** Who may read it, where that is looked at: `all`, `selected:7,8`. */
  audience: string | undefined;
}

export interface WorldOptions {
  readonly targets: readonly { readonly shared: boolean }[];
  readonly places: number | undefined;
  readonly planKnown: boolean;
  readonly clocks: Clocks;
  /** How old what a read shows is: it is served by a replica. */
  readonly lag: { readonly mutx?: number; readonly github?: number };
  /** Whose replies carry no `Date`. */
  readonly dateless: readonly ('mutx' | 'github')[];
}

/**
 * Both servers, as far as the protocol can see them, and the true time that no participant knows. Everything
 * here is instantaneous; when it happens is the scheduler's choice.
 */
export class World {
  time = EPOCH;
  readonly keys = new Map<string, WorldKey>();
  readonly secrets: WorldSecret[];
  readonly places: number;
  readonly planKnown: boolean;
  readonly #options: WorldOptions;
  /** What a clock was set forward by during the schedule: summer time, a repaired server. */
  readonly #jumped: Record<ServerClock, number> = { created: 0, header: 0, github: 0 };
  /** True time at which a key was last overwritten in some target: its grace period starts there. */
  readonly supersededAt = new Map<string, number>();
  /** How often any secret was written or edited. */
  #writes = 0;
  readonly violations: string[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
    this.secrets = options.targets.map(({ shared }) => ({
      shared,
      versions: [{ at: 0, value: undefined, updatedAt: undefined, number: 0, by: undefined }],
      audience: shared ? 'selected:7,8' : undefined,
    }));
    this.places = options.places ?? Number.POSITIVE_INFINITY;
    this.planKnown = options.planKnown;
  }

  /** MUTX keeps microseconds. */
  mutxTime(time = this.time): number {
    return shown(this.#options.clocks.created, time) + this.#jumped.created;
  }

  mutxDate(time = this.time): number | undefined {
    if (this.#options.dateless.includes('mutx')) return undefined;
    return wholeSeconds(shown(this.#options.clocks.header, time) + this.#jumped.header);
  }

  githubTime(time = this.time): number {
    return wholeSeconds(shown(this.#options.clocks.github, time) + this.#jumped.github);
  }

  githubDate(): number | undefined {
    return this.#options.dateless.includes('github') ? undefined : this.githubTime();
  }

  /** Rule W rests: the two servers' times cannot be compared. */
  areClocksApart(): boolean {
    const mutx = this.mutxDate();
    const github = this.githubDate();
    return mutx === undefined || github === undefined || Math.abs(mutx - github) > MARGIN / 2;
  }

  /** True time of what GitHub's clock shows as `instant`. */
  trueTimeOf(instant: number): number {
    return instant - (this.githubTime() - this.time);
  }

  /** The clock by which MUTX says when a key was made was set during the schedule. */
  get hasMovedCreation(): boolean {
    return this.#jumped.created !== 0;
  }

  jump(clock: ServerClock, by: number): void {
    this.#jumped[clock] += by;
  }

  addKey(
    id: string,
    options: { name?: string; age?: number; days?: number; lastUsed?: number; madeBy?: string } = {},
  ): WorldKey {
    const madeAt = this.time - (options.age ?? 0);
    const lifetime = (options.days ?? 30) * DAY;
    const createdAt = this.mutxTime(madeAt);
    const key: WorldKey = {
      id,
      name: options.name ?? NAME,
      madeAt,
      endsAt: madeAt + lifetime,
      createdAt,
      expiresAt: createdAt + lifetime,
      madeBy: options.madeBy,
      lastUsed: options.lastUsed === undefined ? undefined : this.mutxTime(options.lastUsed),
      isActive: true,
      revokedAt: undefined,
      revokedBy: undefined,
      byHand: false,
      excused: false,
    };
    this.keys.set(id, key);
    return key;
  }

  /** The state of the start of a scenario: stored by a run `age` ago. */
  putStored(index: number, value: string, age: number): void {
    const at = this.time - age;
    this.#secret(index).versions.push({
      at,
      value,
      updatedAt: this.githubTime(at),
      number: 0,
      by: undefined,
    });
  }

  /** The keys as a read that is answered now shows them. */
  listed(withoutRevoked: boolean, asOf = this.time - (this.#options.lag.mutx ?? 0)): KeyRecord[] {
    const records: KeyRecord[] = [];
    for (const key of this.keys.values()) {
      if (key.madeAt > asOf) continue;
      const isActive = key.isActive || (key.revokedAt !== undefined && key.revokedAt > asOf);
      if (!isActive && withoutRevoked) continue;
      const { id, name, createdAt, expiresAt, lastUsed } = key;
      records.push({ id, name, createdAt, expiresAt, lastUsed, isActive });
    }
    return records;
  }

  /** As they were before the last thing that happened to them. */
  listedBefore(withoutRevoked: boolean): KeyRecord[] {
    const changes = [...this.keys.values()].flatMap(({ madeAt, revokedAt = 0 }) => [madeAt, revokedAt]);
    return this.listed(withoutRevoked, Math.max(...changes) - 1);
  }

  /** A secret's date as a read that is answered now shows it; undefined: no such secret. */
  dateOf(index: number): number | undefined {
    const asOf = this.time - (this.#options.lag.github ?? 0);
    return this.#secret(index).versions.findLast(({ at }) => at <= asOf)?.updatedAt;
  }

  /** As it was before it was last written or edited. */
  dateBefore(index: number): number | undefined {
    return this.#secret(index).versions.at(-2)?.updatedAt;
  }

  /** The last write that a read which is answered now can know of. */
  get lastSeenWrite(): number {
    const asOf = this.time - (this.#options.lag.github ?? 0);
    const seen = this.secrets.flatMap(({ versions }) =>
      versions.filter(({ at }) => at <= asOf).map(({ number }) => number),
    );
    return Math.max(0, ...seen);
  }

  valueOf(index: number): string | undefined {
    return this.latest(index).value;
  }

  latest(index: number): SecretVersion {
    return this.#secret(index).versions.at(-1) as SecretVersion;
  }

  hasRoom(): boolean {
    let active = 0;
    for (const key of this.keys.values()) if (key.isActive) active += 1;
    return active < this.places;
  }

  isWorking(id: string): boolean {
    const key = this.keys.get(id);
    return key?.isActive === true && key.endsAt > this.time;
  }

  use(id: string): void {
    const key = this.keys.get(id);
    if (key !== undefined) key.lastUsed = this.mutxTime();
  }

  write(index: number, value: string | undefined, by: string): 'created' | 'updated' {
    const before = this.valueOf(index);
    // With A2 broken nobody could know that it was there until now.
    const isKnown = before !== undefined && before !== FOREIGN && !this.looksWrittenByAnother(index);
    if (isKnown && before !== value) {
      this.supersededAt.set(before, this.time);
    }
    const updatedAt = value === undefined ? undefined : this.githubTime();
    this.#writes += 1;
    this.#secret(index).versions.push({ at: this.time, value, updatedAt, number: this.#writes, by });
    return before === undefined ? 'created' : 'updated';
  }

  /** A value saved again, or a visibility edited: only `updated_at` moves. */
  touch(index: number): void {
    const value = this.valueOf(index);
    if (value !== undefined) this.write(index, value, PEOPLE);
  }

  revoke(id: string, by: string, gracePeriod: number): 'revoked' | 'gone' {
    const key = this.keys.get(id);
    if (key === undefined) return 'gone';
    if (key.isActive) {
      if (by === PEOPLE) key.byHand = true;
      else this.#checkRevocation(key, by, gracePeriod);
      key.excused = this.secrets.some(
        (_, index) => this.valueOf(index) === id && this.looksWrittenByAnother(index),
      );
      key.isActive = false;
      key.revokedAt = this.time;
      key.revokedBy = by;
    }
    return 'revoked';
  }

  #checkRevocation({ id, name, endsAt }: WorldKey, by: string, gracePeriod: number): void {
    if (name !== NAME) this.violations.push(`P2: ${by} revoked ${id} of another name`);
    const superseded = this.supersededAt.get(id);
    const inGrace = superseded !== undefined && this.time < superseded + gracePeriod;
    if (inGrace && endsAt > this.time)
      this.violations.push(`P2: ${by} revoked ${id} inside its grace period`);
  }

  /** P1 at this moment: what each secret holds works. Expiry is the schedule's business, not the protocol's. */
  checkStored(): void {
    for (const index of this.secrets.keys()) {
      const dead = this.deadIn(index);
      if (dead !== undefined) this.violations.push(`P1: target ${index} holds ${dead}, which is revoked`);
    }
  }

  /** The revoked key that a secret holds through no fault of a person. */
  deadIn(index: number): string | undefined {
    const { value } = this.latest(index);
    if (value === undefined || value === FOREIGN) return undefined;
    const key = this.keys.get(value);
    if (key === undefined) return value;
    if (key.isActive || key.byHand || key.excused || key.endsAt < this.time) return undefined;
    return this.#restored(index, key) ? undefined : value;
  }

  /**
   * A person put back a value that a run had replaced, and that was to be revoked by then, by rule R or by the
   * order that the run gave: nothing that anybody can look at would have shown it in time.
   */
  #restored(index: number, { id, revokedBy }: WorldKey): boolean {
    const { versions } = this.#secret(index);
    if (versions.at(-1)?.by !== PEOPLE) return false;
    const replaced = versions.findIndex(
      ({ by, value }, at) =>
        by !== undefined && by !== PEOPLE && value !== id && versions[at - 1]?.value === id,
    );
    if (replaced < 0) return false;
    return revokedBy?.startsWith('job') === true || versions.some(({ by }) => by === revokedBy);
  }

  /**
   * Assumption A2 of docs/protocol.md, broken: a person saved the old value again at the very time at which a
   * run that then died could have written its key. No metadata can tell the two apart.
   */
  looksWrittenByAnother(index: number): boolean {
    const { value, updatedAt, by } = this.latest(index);
    if (by !== PEOPLE || this.#secret(index).shared || updatedAt === undefined) return false;
    return [...this.keys.values()].some(
      (key) =>
        key.name === NAME &&
        key.id !== value &&
        (key.isActive || key.byHand || (key.revokedAt ?? 0) > this.time - LOOK) &&
        couldHaveWritten(key, updatedAt),
    );
  }

  activeOfName(): string[] {
    return [...this.keys.values()].filter((key) => key.isActive && key.name === NAME).map((key) => key.id);
  }

  /** Everything that the future can depend on, in a fixed order. */
  digest(): string {
    const { created, header, github } = this.#jumped;
    let text = `${this.time},${created},${header},${github}`;
    for (const id of [...this.keys.keys()].sort()) {
      const key = this.keys.get(id) as WorldKey;
      text += `;${id},${key.createdAt},${key.isActive ? 1 : 0}${key.byHand ? 1 : 0}${key.excused ? 1 : 0},${key.lastUsed ?? ''},${key.revokedAt ?? ''}${key.revokedBy ?? ''}`;
    }
    for (const { versions, audience } of this.secrets) {
      text += `;${audience ?? ''}`;
      for (const { value, at, by } of versions) text += `;${value}@${at}${by}`;
      text += '/';
    }
    for (const id of [...this.supersededAt.keys()].sort()) text += `;${id}@${this.supersededAt.get(id)}`;
    return text;
  }

  #secret(index: number): WorldSecret {
    const secret = this.secrets[index];
    if (secret === undefined) throw new Error(`no target ${index}`);
    return secret;
  }
}
