import { inspect } from 'node:util';
import type { Reply } from '../../src/core/call.ts';
import type { Clock, Duration, Instant } from '../../src/core/time.ts';
import { rotate } from '../../src/rotation/engine.ts';
import type { RotationEvent } from '../../src/rotation/events.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import type { KeyRecord, KeyService, RotationSettings, SecretTarget } from '../../src/rotation/ports.ts';
import type { RotationPorts } from '../../src/rotation/run.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { DAY, key, SECOND, START, settings } from './records.ts';
import { failing, refuses, type Script, type ScriptedCall, works } from './scripts.ts';

/** True time, which passes only while someone sleeps or a script says so. */
class MovingClock implements Clock {
  time: Instant = START;
  /** How far this process's clocks are behind it. */
  behind: Duration = 0;
  /** How far the wall clock was set forward, which the monotonic one does not know. */
  corrected: Duration = 0;
  readonly #slept: (duration: Duration) => void;

  constructor(slept: (duration: Duration) => void) {
    this.#slept = slept;
  }

  now(): Instant {
    return this.time - this.behind + this.corrected;
  }

  monotonic(): Duration {
    return this.time - this.behind - START;
  }

  sleep(duration: Duration): Promise<void> {
    this.#slept(duration);
    this.time += duration;
    return Promise.resolve();
  }
}

/** A secret at a target; `holds` is a key's id. */
interface Place {
  readonly label: string;
  readonly shared: boolean;
  holds: string | undefined;
  updatedAt: Instant | undefined;
}

interface World {
  readonly keys?: readonly KeyRecord[];
  /** The targets; written by the run of the key that they hold, a second after that was made, unless told. */
  readonly targets?: readonly { label: string; holds?: string; writtenAgo?: Duration; shared?: boolean }[];
  readonly plan?: string;
  /** Active keys that the server allows, whatever the plan is called; more creates get a 409. */
  readonly allowed?: number;
  readonly githubAhead?: Duration;
  readonly sessionEndsIn?: Duration;
  readonly writesWithin?: number;
}

/** Both servers in memory behind the engine's ports: one truth, everything recorded, any call scriptable. */
export class InMemoryPorts implements RotationPorts {
  /** `→ call` when it is made, `← call` when its reply comes. */
  readonly journal: string[] = [];
  readonly events: RotationEvent[] = [];
  readonly sleeps: Duration[] = [];
  readonly clock = new MovingClock((duration) => this.sleeps.push(duration));
  readonly keys: KeyService;
  readonly targets: readonly SecretTarget[];
  readonly sessionEndsAt: Instant | undefined;
  readonly writesWithin: (time: Duration) => number;
  readonly #records: Map<string, KeyRecord>;
  readonly #places: readonly Place[];
  readonly #texts = new Map<string, string>();
  readonly #once = new Map<string, Script[]>();
  readonly #always = new Map<string, Script>();
  readonly #githubAhead: Duration;
  /** Where in the journal the step began after which nothing comes but revocations (events.ts). */
  #lastStep = Number.POSITIVE_INFINITY;

  constructor(world: World = {}) {
    this.#records = new Map((world.keys ?? []).map((record) => [record.id, record]));
    this.#githubAhead = world.githubAhead ?? 0;
    this.#places = (world.targets ?? [{ label: 'acme/web' }]).map(({ label, holds, writtenAgo, shared }) => ({
      label,
      shared: shared ?? false,
      holds,
      updatedAt: this.#writtenAt(holds, writtenAgo),
    }));
    this.sessionEndsAt = world.sessionEndsIn === undefined ? undefined : START + world.sessionEndsIn;
    this.writesWithin = () => world.writesWithin ?? this.targets.length;
    this.keys = this.#keyService(world.plan, world.allowed ?? Number.POSITIVE_INFINITY);
    this.targets = this.#places.map((place) => this.#target(place));
  }

  readonly random = (): number => 1;
  readonly report = (event: RotationEvent): void => {
    this.events.push(event);
    if (event.type === 'step-started' && event.step === 'revoke') this.#lastStep = this.journal.length;
  };

  /** Scripts the next calls with this label, or this first word of it, one each. */
  on(label: string, ...scripts: Script[]): this {
    this.#once.set(label, [...(this.#once.get(label) ?? []), ...scripts]);
    return this;
  }

  always(label: string, script: Script): this {
    this.#always.set(label, script);
    return this;
  }

  setKey(record: KeyRecord): void {
    this.#records.set(record.id, record);
  }

  /** As where MUTX does not list revoked keys. */
  forget(id: string): void {
    this.#records.delete(id);
  }

  /** What was called, in order. */
  calls(): string[] {
    return this.journal.filter((line) => line.startsWith('→')).map((line) => line.slice(2));
  }

  /** The calls that change something somewhere. */
  changes(): string[] {
    return this.calls().filter((call) => /^(create|revoke|write)/.test(call));
  }

  active(): string[] {
    return [...this.#records.values()].filter(({ isActive }) => isActive).map(({ id }) => id);
  }

  stored(): Record<string, string | undefined> {
    return Object.fromEntries(this.#places.map(({ label, holds }) => [label, holds]));
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []));
  }

  told<T extends RotationEvent['type']>(type: T): Extract<RotationEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<RotationEvent, { type: T }> => event.type === type);
  }

  /**
   * Runs the engine over these ports; whatever it did, nothing it told may hold a key's text (P5), or be empty, and
   * its last step was the last.
   */
  async rotate(changes: Partial<RotationSettings> = {}): Promise<Outcome> {
    this.#lastStep = Number.POSITIVE_INFINITY;
    const outcome = await rotate(settings(changes), this);
    const told = inspect([this.events, outcome], { depth: null, showHidden: true });
    for (const text of this.#texts.keys()) {
      if (told.includes(text)) throw new Error(`P5: ${text} was told`);
    }
    const messages = this.told('warning').map(({ message }) => message);
    if (outcome.kind === 'failed') messages.push(outcome.failure.message);
    if (messages.some((message) => !/^\S.+\S$/u.test(message))) throw new Error('a message says nothing');
    // A list only where a 404 leaves it open whether a key is revoked.
    const after = this.journal.slice(this.#lastStep).filter((line) => !/^. (?:revoke .*|list)$/.test(line));
    if (after.length > 0) throw new Error(`after the last step had begun: ${after.join(', ')}`);
    return outcome;
  }

  #writtenAt(holds: string | undefined, ago: Duration | undefined): Instant | undefined {
    if (ago !== undefined) return START - ago;
    const record = holds === undefined ? undefined : this.#records.get(holds);
    return record && record.createdAt + SECOND + this.#githubAhead;
  }

  async #call<T>(
    label: string,
    apply: () => Reply<T>,
    mayStart: () => boolean = () => true,
  ): Promise<Reply<T>> {
    this.journal.push(`→ ${label}`);
    // No reply comes in the step that asks.
    await Promise.resolve();
    const call: ScriptedCall = { label, ports: this, apply };
    const reply = mayStart()
      ? this.#scriptOf(label)(call)
      : failing(call, { kind: 'not-sent', code: 'scripted-deadline' });
    this.journal.push(`← ${label}`);
    return reply as Reply<T>;
  }

  #scriptOf(label: string): Script {
    const verb = label.replace(/ .*/, '');
    const once = this.#once.get(label)?.shift() ?? this.#once.get(verb)?.shift();
    return once ?? this.#always.get(label) ?? this.#always.get(verb) ?? works;
  }

  #mutx<T>(value: T): Reply<T> {
    return { ok: true, value, date: wholeSeconds(this.clock.time) };
  }

  #keyService(plan: string | undefined, allowed: number): KeyService {
    return {
      list: () => this.#call('list', () => this.#mutx([...this.#records.values()])),
      account: () => this.#call('account', () => this.#mutx({ plan })),
      create: (name, days) => this.#call('create', () => this.#create(name, days, allowed)),
      verify: (secret, mayStart) =>
        this.#call(`verify ${this.#idOf(secret)}`, () => this.#mutx(true as const), mayStart),
      revoke: (id) => this.#call(`revoke ${id}`, () => this.#revoke(id)),
    };
  }

  #create(name: string, days: number, allowed: number) {
    if (this.active().length >= allowed) {
      const call = { label: 'create', ports: this, apply: () => this.#mutx(undefined) };
      return refuses(409, 'mutx-quota')(call) as Reply<never>;
    }
    const id = `new${this.#texts.size + 1}`;
    const text = `mutx_live_${id}_text`;
    this.#texts.set(text, id);
    const record = { ...key(id, { age: START - this.clock.time }), name };
    this.setKey({ ...record, expiresAt: record.createdAt + days * DAY });
    const { createdAt } = record;
    return this.#mutx({ id, name, createdAt, expiresAt: createdAt + days * DAY, key: new Secret(text) });
  }

  #revoke(id: string): Reply<'revoked' | 'gone'> {
    const record = this.#records.get(id);
    if (record === undefined) return this.#mutx('gone');
    this.setKey({ ...record, isActive: false });
    return this.#mutx('revoked');
  }

  #idOf(secret: Secret): string {
    return this.#texts.get(secret.expose()) ?? 'a text that no key has';
  }

  #target(place: Place): SecretTarget {
    const github = <T>(value: T): Reply<T> => ({ ok: true, value, date: this.#githubDate() });
    return {
      label: place.label,
      secretName: 'MUTX_API_KEY',
      shared: place.shared,
      prepare: () => this.#call(`prepare ${place.label}`, () => github(true as const)),
      metadata: () =>
        this.#call(`metadata ${place.label}`, () =>
          github(place.updatedAt === undefined ? undefined : { updatedAt: place.updatedAt }),
        ),
      listed: () =>
        this.#call(`listed ${place.label}`, () =>
          github(place.updatedAt === undefined ? undefined : { updatedAt: place.updatedAt }),
        ),
      write: (value, mayStart) => {
        const apply = () => {
          const status: 'created' | 'updated' = place.updatedAt === undefined ? 'created' : 'updated';
          place.holds = this.#idOf(value);
          place.updatedAt = this.#githubDate();
          return github(status);
        };
        return this.#call(`write ${place.label}`, apply, mayStart);
      },
    };
  }

  #githubDate(): Instant {
    return wholeSeconds(this.clock.time + this.#githubAhead);
  }
}

function wholeSeconds(time: Instant): Instant {
  return Math.floor(time / SECOND) * SECOND;
}
