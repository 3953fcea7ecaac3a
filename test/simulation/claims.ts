import type { Finding } from '../../src/audit/finding.ts';
import { FENCE, MARGIN } from '../../src/core/limits.ts';
import type { KeyResult, RevocationOutcome } from '../../src/revoke/request.ts';
import type { RotationEvent } from '../../src/rotation/events.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import type { Actor } from './actor.ts';
import type { Execution } from './execution.ts';
import { PLAINTEXT } from './ports.ts';
import { FOREIGN, PEOPLE } from './world.ts';

type Sentence = readonly [pattern: RegExp, holds: (claims: About, ...groups: string[]) => unknown];

/** One actor's effects, as the world knows them: what its sentences are compared with. */
class About {
  readonly #execution: Execution;
  readonly actor: Actor;

  constructor(execution: Execution, actor: Actor) {
    this.#execution = execution;
    this.actor = actor;
  }

  /** Whether a key does not work because it was revoked, or never was. */
  isRevoked(id: string): boolean {
    return this.#execution.world.keys.get(id)?.isActive !== true;
  }

  /** Whether this actor has revoked it, or may still do so by a request that is on its way. */
  hasRevoked(id: string): boolean {
    const by = this.actor.kind === 'button' ? PEOPLE : this.actor.name;
    return (
      this.#execution.world.keys.get(id)?.revokedBy === by ||
      this.#execution.isOnItsWay(this.actor, `revoke ${id}`)
    );
  }

  /** Alive, but for what others have done to it. */
  isAlive(id: string): boolean {
    const key = this.#execution.world.keys.get(id);
    return key !== undefined && !this.hasRevoked(id);
  }

  /** Whether this actor has written the target, with this key or any. */
  hasWritten(index: number, id?: string): boolean {
    return (
      this.#execution.world.secrets[index]?.versions.some(
        ({ by, value }) => by === this.actor.name && (id === undefined || value === id),
      ) === true
    );
  }

  isWritingTo(index: number): boolean {
    return this.#execution.isOnItsWay(this.actor, `write ${index}`);
  }

  isHeld(id: string): boolean {
    return this.targets().some((index) => this.#execution.world.valueOf(index) === id);
  }

  targets(): readonly number[] {
    return [...this.#execution.world.secrets.keys()];
  }

  /** A secret holds a key that this actor revoked while it had not expired. */
  lost(except: readonly string[]): string | undefined {
    const { world } = this.#execution;
    for (const index of this.targets()) {
      const { value, by } = world.latest(index);
      if (value === undefined || value === FOREIGN || by === PEOPLE || except.includes(value)) continue;
      const key = world.keys.get(value);
      if (key?.revokedBy === this.actor.name && (key.revokedAt ?? 0) < key.endsAt) return value;
    }
    return undefined;
  }
}

const ids = (text: string) => text.split(', ');
const placesIn = (text: string) => [...text.matchAll(/target (\d+)/g)].map(([, index]) => Number(index));
const untouched = (claims: About, places: string) =>
  placesIn(places).every((index) => !claims.hasWritten(index) && !claims.isWritingTo(index));

/**
 * Every sentence of "State of things now" about keys and secrets, and what it takes to be true. One that is not
 * here is a finding too: nobody has said what it means.
 */
const SENTENCES: readonly Sentence[] = [
  [/^(.*): untouched$/, untouched],
  [
    /^(.*): holds the new key(?:, which may not be active)?$/,
    (claims, places) => placesIn(places).every((index) => claims.hasWritten(index)),
  ],
  [
    /^(.*): not known: the write may have been done; it holds the new key or what it held before$/,
    () => true,
  ],
  [
    /^(.*): the write (?:was refused, so|failed;) it holds what it held before$/,
    (claims, places) => {
      const id = claims.actor.given.at(-1);
      return placesIn(places).every((index) => !claims.hasWritten(index, id) && !claims.isWritingTo(index));
    },
  ],
  [/^no new key is known to exist$/, (claims) => claims.actor.given.every((id) => claims.isRevoked(id))],
  [
    /^new key (\S+) \([^)]*\): alive; .*; no secret holds it, and a later rotation revokes it$/,
    (claims, id) => claims.isAlive(id) && !claims.isHeld(id),
  ],
  [/^new key (\S+) \([^)]*\): alive; /, (claims, id) => claims.isAlive(id)],
  [
    /^new key (\S+) \([^)]*\): revoked, because it was certain that no secret holds it$/,
    (claims, id) => claims.isRevoked(id) && !claims.isHeld(id),
  ],
  [/^new key (\S+) \([^)]*\): no secret holds it, /, (claims, id) => !claims.isHeld(id)],
  [/^new key (\S+) \([^)]*\): stored, but another run may have revoked it$/, () => true],
  [/^the new key (\S+) is alive$/, (claims, id) => claims.isAlive(id)],
  // What is said to be unknown claims nothing.
  [/^the new key (\S+) was stored too late to be relied on: /, () => true],
  [
    /^the new key (\S+) was given up for its place; a secret may hold it$/,
    (claims, id) => claims.isRevoked(id),
  ],
  [/^the new key (\S+) was being revoked; whether it was is not known; a secret may hold it$/, () => true],
  [
    /^the new key (\S+) was revoked; no secret holds it$/,
    (claims, id) => claims.isRevoked(id) && !claims.isHeld(id),
  ],
  [/^revoked: (.*)$/, (claims, revoked) => ids(revoked).every((id) => claims.isRevoked(id))],
  [/^perhaps revoked(?:,| before) /, () => true],
  [
    /^no key was made and no secret was written$/,
    (claims) => claims.targets().every((at) => !claims.hasWritten(at)),
  ],
  [
    /^no target was written with it$/,
    (claims) => claims.targets().every((at) => !claims.hasWritten(at, claims.actor.given.at(-1))),
  ],
  [/^every (?:other )?target: not written, or being written at that moment$/, () => true],
  [
    /^the new key (\S+) was being revoked; whether it was is not known; no secret holds it$/,
    (claims, id) => !claims.isHeld(id),
  ],
  [
    /^the rotation itself was complete: nothing has to be run again$/,
    (claims) => claims.targets().every((at) => claims.hasWritten(at, claims.actor.given.at(-1))),
  ],
  [/^older keys of the name may still be active; later rotations take them up$/, () => true],
  [/^a create was on its way: /, () => true],
  [
    /^revoked before its successor was stored, as `on-quota: replace` asks: ([^;]*); /,
    (claims, revoked) => ids(revoked).every((id) => claims.isRevoked(id)),
  ],
  [
    /^not revoked, being more than max-revocations, .*: (.*)$/,
    (claims, held) => ids(held).every((id) => claims.isAlive(id)),
  ],
  [
    /^\d+ keys? left for a later run to revoke: (.*)$/,
    (claims, left) => ids(left).every((id) => claims.isAlive(id)),
  ],
  [/^run it again: /, () => true],
];

const PERHAPS = /^perhaps revoked.*: ([^:]*)$/;

const NOTHING_LOST =
  /^this run revoked no (?:other )?(?:working key that one of its targets|key that a secret) holds$/;

/** P6: what actors say is compared with the world at the moment at which they say it. */
export class Claims {
  readonly #execution: Execution;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  /** What a run would say if it were cancelled now. */
  checkProgress(): void {
    for (const actor of this.#execution.actors) {
      if (actor.kind !== 'run' || actor.status !== 'running' || actor.progress === undefined) continue;
      const revoking = [...actor.calls.keys()].filter((label) => label.startsWith('revoke '));
      this.#checkSentences(
        actor,
        actor.progress.state(),
        revoking.map((label) => label.slice('revoke '.length)),
      );
    }
  }

  checkEvent(actor: Actor, event: RotationEvent): void {
    if (event.type === 'revoked' && !this.#about(actor).isRevoked(event.id)) {
      this.#violate(actor, `says that ${event.id} ${event.gone ? 'is gone' : 'was revoked'}, and it works`);
    }
  }

  /** What the output of a rotation names as superseded. */
  supersededBy(outcome: Outcome): readonly string[] {
    const outputs = this.#execution.system.outputsOf(outcome, this.#execution.settings.keyName);
    return JSON.parse(outputs.get('superseded-key-ids')?.text ?? '[]') as string[];
  }

  checkOutcome(actor: Actor, outcome: Outcome): void {
    const { system } = this.#execution;
    const about = this.#about(actor);
    const outputs = system.outputsOf(outcome, this.#execution.settings.keyName);
    this.checkSuperseded(actor, this.supersededBy(outcome));
    for (const id of JSON.parse(outputs.get('revoked-key-ids')?.text ?? '[]') as string[]) {
      if (!about.isRevoked(id)) this.#violate(actor, `lists ${id} as revoked, and it works`);
    }
    for (const id of outcome.keys.left) {
      if (!outcome.keys.unclear.includes(id) && !about.isAlive(id)) {
        this.#violate(actor, `says that it left ${id}, which it has revoked`);
      }
    }
    outcome.targets.forEach((target, index) => {
      const isWriting = about.hasWritten(index) || about.isWritingTo(index);
      if ((target.status === 'skipped' || target.status === 'unchanged') && isWriting) {
        this.#violate(actor, `says that target ${index} was ${target.status}, and has written it`);
      }
    });
    switch (outcome.kind) {
      case 'failed':
        this.#checkSentences(
          actor,
          system.stateOf(outcome, actor.progress?.givenUp ?? []),
          outcome.keys.unclear,
        );
        break;
      case 'rotated':
        for (const index of about.targets()) {
          if (!about.hasWritten(index, outcome.key.id)) {
            this.#violate(
              actor,
              `says that it rotated, and target ${index} was never written with ${outcome.key.id}`,
            );
          }
        }
        if (outputs.get('rotated')?.text !== 'true')
          this.#violate(actor, 'has rotated, and its output says that it has not');
        break;
      case 'not-due':
        this.#checkNotDue(actor, outcome.key.id, outcome.key.expiresAt);
        break;
      case 'planned':
        break;
    }
    const text =
      [...outputs.values()].map((output) => output.text).join() +
      (outcome.kind === 'failed' ? '' : system.resultLines(outcome).join());
    if (text.includes(PLAINTEXT)) this.#execution.violations.push('P5: an output or a line holds a key');
  }

  /** Whoever is named as superseded is going to be revoked: so it must be in no secret. */
  checkSuperseded(actor: Actor, superseded: readonly string[]): void {
    const { world } = this.#execution;
    const about = this.#about(actor);
    for (const id of superseded) {
      const holder = about.targets().find((index) => world.valueOf(index) === id);
      if (holder === undefined || world.latest(holder).by === PEOPLE) continue;
      // An edit of an organisation secret's audience moves its date, and is people's too.
      this.#violate(actor, `names ${id} as superseded, which target ${holder} holds`);
    }
  }

  checkKey(actor: Actor, { id, state }: KeyResult): void {
    const about = this.#about(actor);
    const isDone = state === 'revoked' || state === 'already-revoked' || state === 'gone';
    if (isDone && !about.isRevoked(id)) this.#violate(actor, `says that ${id} is ${state}, and it works`);
    if (state === 'none' && this.#execution.world.keys.has(id)) {
      this.#violate(actor, `says that there never was a key ${id}`);
    }
    if ((state === 'alive' || state === 'untouched') && about.hasRevoked(id)) {
      this.#violate(actor, `says that ${id} is ${state}, and has revoked it`);
    }
  }

  checkRevocation(actor: Actor, { kind, results }: RevocationOutcome): void {
    for (const result of results) this.checkKey(actor, result);
    this.#execution.system.keyStates(results);
    if (kind === 'done' && actor.kind === 'button' && this.#execution.scenario.lag?.mutx === undefined) {
      const left = results.filter(({ id }) => !this.#about(actor).isRevoked(id));
      if (left.length > 0) this.#violate(actor, `is done, and ${left.map(({ id }) => id).join(', ')} works`);
    }
  }

  /** What an audit says for certain. */
  checkFindings(actor: Actor, findings: readonly Finding[]): void {
    const { world } = this.#execution;
    const about = this.#about(actor);
    for (const finding of findings) {
      if (finding.kind === 'orphaned' && about.isHeld(finding.key.id)) {
        const by = about.targets().some((index) => world.latest(index).by === PEOPLE);
        if (!by) this.#violate(actor, `says that ${finding.key.id} is in no secret`);
      }
      if (finding.kind === 'secret-dead') {
        const index = placesIn(finding.place.target)[0] ?? 0;
        const value = world.valueOf(index);
        const { by, number } = world.latest(index);
        // Written by a key that was made after the list was read.
        const isPeoples = by === PEOPLE || number > actor.listedAfter;
        if (value !== undefined && value !== FOREIGN && !isPeoples && world.isWorking(value)) {
          this.#violate(actor, `says that target ${index} holds a dead key, and ${value} works`);
        }
      }
    }
  }

  /**
   * The key that a run which is not due leaves in place was in every target when it looked. Which one that is it guesses
   * from times (docs/protocol.md, "Current"), and says so: so what matters where people have moved them is that what is
   * there lives on, and where MUTX has moved its own, nothing.
   */
  #checkNotDue(actor: Actor, id: string, expiresAt: number | undefined): void {
    const { world, settings, scenario } = this.#execution;
    if (world.hasMovedCreation) return;
    // Written by a key that was made after the list was read, or dated by a person: then it is a guess.
    const isOvertaken = world.secrets.some(
      (_, index) => world.latest(index).number > actor.listedAfter || world.latest(index).by === PEOPLE,
    );
    if (!isOvertaken && this.#about(actor).isRevoked(id) && world.keys.get(id)?.byHand !== true) {
      this.#violate(actor, `is not due, and its current key ${id} does not work`);
    }
    for (const index of this.#about(actor).targets()) {
      const { value, updatedAt, by, number } = world.latest(index);
      if (value === id || value === undefined || value === FOREIGN) continue;
      const key = world.keys.get(value);
      // Written by a key that was made after the list was read.
      if (number > actor.listedAfter) continue;
      if (by !== PEOPLE) {
        this.#violate(actor, `is not due because of ${id}, and target ${index} holds ${value}`);
        continue;
      }
      if (scenario.targets[index]?.shared !== true) continue;
      const sooner = key === undefined || expiresAt === undefined || key.expiresAt < expiresAt;
      const grace = (updatedAt ?? 0) + settings.gracePeriod + FENCE;
      const outlives = key !== undefined && settings.gracePeriod > 0 && key.expiresAt >= grace - MARGIN;
      if (key?.byHand === true || !sooner || outlives) continue;
      this.#violate(
        actor,
        `is not due because of ${id}, and target ${index} holds ${value}, which ends before it`,
      );
    }
  }

  #checkSentences(actor: Actor, sentences: readonly string[], perhaps: readonly string[]): void {
    const about = this.#about(actor);
    const unclear = sentences.flatMap((sentence) => PERHAPS.exec(sentence)?.[1]?.split(', ') ?? []);
    for (const sentence of sentences) {
      if (NOTHING_LOST.test(sentence)) {
        // With A1 broken, or a key given up, that is for the run to say which did it.
        if (this.#execution.scenario.gapAccepted === true) continue;
        const lost = about.lost([...perhaps, ...unclear]);
        if (lost !== undefined) this.#violate(actor, `says "${sentence}", and has revoked ${lost}`);
        continue;
      }
      const known = SENTENCES.find(([pattern]) => pattern.test(sentence));
      if (known === undefined) {
        this.#violate(actor, `says what no check knows: "${sentence}"`);
        continue;
      }
      const [pattern, holds] = known;
      const groups =
        pattern
          .exec(sentence)
          ?.slice(1)
          .map((group) => group ?? '') ?? [];
      if (!holds(about, ...groups)) this.#violate(actor, `says "${sentence}", which is not so`);
      if (sentence.includes(PLAINTEXT)) this.#execution.violations.push('P5: a sentence holds a key');
    }
  }

  #about(actor: Actor): About {
    return new About(this.#execution, actor);
  }

  #violate(actor: Actor, what: string): void {
    const who = actor.kind === 'run' ? `run ${actor.name}` : actor.name;
    const violation = `P6: ${who} ${what}`;
    if (!this.#execution.violations.includes(violation)) this.#execution.violations.push(violation);
  }
}
