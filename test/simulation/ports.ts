import type { Reply } from '../../src/core/call.ts';
import type { Clock } from '../../src/core/time.ts';
import type { Account, KeyRecord, KeyService, MintedKey, SecretTarget } from '../../src/rotation/ports.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { type Actor, failure, type Service, type WrongAnswer } from './actor.ts';
import { shown } from './clocks.ts';
import { organisationTarget } from './organisation.ts';
import type { Scenario } from './scenario.ts';
import type { System } from './system.ts';
import { PEOPLE, type World } from './world.ts';

const TEXT = 'text of ';

/** What marks a plaintext, wherever it turns up. */
export const PLAINTEXT = TEXT;

/** A key's id by its plaintext. */
function idOf(key: Secret): string {
  return key.expose().slice(TEXT.length);
}

interface Asked<T> {
  readonly label: string;
  readonly service: Service;
  readonly mutates?: boolean;
  readonly apply: (sentAt: number) => Reply<T>;
  readonly mayStart?: () => boolean;
  readonly wrong?: readonly WrongAnswer[];
  /** Answered without the scheduler, unless it is to schedule all reads. */
  readonly unordered?: boolean;
}

/** The servers as one actor reaches them: each await of it belongs to the scheduler. */
export class Ports {
  readonly #scenario: Scenario;
  readonly #system: System;
  readonly #world: World;
  readonly #actor: Actor;
  readonly #gracePeriod: number;

  constructor(scenario: Scenario, system: System, world: World, actor: Actor, gracePeriod: number) {
    this.#system = system;
    this.#scenario = scenario;
    this.#world = world;
    this.#actor = actor;
    this.#gracePeriod = gracePeriod;
  }

  get keys(): KeyService {
    const world = this.#world;
    const actor = this.#actor;
    return {
      list: () =>
        this.#ask<readonly KeyRecord[]>({
          label: 'list',
          service: 'mutx',
          apply: () => {
            // What is read after a DELETE is not what the run has decided on.
            if (!actor.hasSentDelete) actor.listedAfter = world.lastSeenWrite;
            return this.#mutx(world.listed(this.#forgets));
          },
          wrong: [
            { lie: 'stale', evidence: 'keys', answer: () => this.#mutx(world.listedBefore(this.#forgets)) },
            ...this.#wrongDates(() => this.#mutx(world.listed(this.#forgets))),
          ],
        }),
      account: () =>
        this.#ask<Account>({
          label: 'account',
          service: 'mutx',
          apply: () => this.#mutx({ plan: world.planKnown ? planOf(world.places) : undefined }),
          unordered: true,
        }),
      create: (name, expiresInDays) => this.#create(name, expiresInDays),
      verify: (key, mayStart) =>
        this.#ask<true>({
          label: 'verify',
          service: 'mutx',
          apply: () => {
            const id = idOf(key);
            if (!world.isWorking(id)) return failure({ label: 'verify', service: 'mutx' }, 'refused', 401);
            world.use(id);
            return this.#mutx(true as const);
          },
          mayStart,
        }),
      revoke: (id) => {
        this.#actor.hasSentDelete = true;
        const label = `revoke ${id}`;
        const by = actor.kind === 'button' ? PEOPLE : actor.name;
        return this.#ask<'revoked' | 'gone'>({
          label,
          service: 'mutx',
          mutates: true,
          apply: () => this.#mutx(world.revoke(id, by, this.#gracePeriod)),
          wrong: [{ lie: 'gone', evidence: 'keys', answer: () => this.#mutx('gone') }],
        });
      },
    };
  }

  get targets(): readonly SecretTarget[] {
    const world = this.#world;
    if (this.#scenario.realStore === true) return [this.#organisation()];
    return world.secrets.map(({ shared }, target) => {
      const dated = (updatedAt: number | undefined) =>
        this.#github(updatedAt === undefined ? undefined : { updatedAt });
      // The same secret is asked for in two ways, whose replies can be wrong independently of each other.
      const date = (label: string) => () =>
        this.#ask<{ updatedAt: number } | undefined>({
          label: `${label} ${target}`,
          service: 'github',
          apply: () => dated(world.dateOf(target)),
          wrong: [
            { lie: 'absent', evidence: 'secrets', answer: () => dated(undefined) },
            { lie: 'stale', evidence: 'secrets', answer: () => dated(world.dateBefore(target)) },
            ...this.#wrongDates(() => dated(world.dateOf(target))),
          ],
        });
      const places = {
        label: `target ${target}`,
        secretName: 'MUTX_API_KEY',
        shared,
        prepare: () =>
          this.#ask<true>({
            label: `prepare ${target}`,
            service: 'github',
            apply: () => this.#github(true as const),
            unordered: true,
          }),
        metadata: date('metadata'),
        listed: date('listed'),
        write: (value: Secret, mayStart: () => boolean) =>
          this.#ask<'created' | 'updated'>({
            label: `write ${target}`,
            service: 'github',
            mutates: true,
            apply: () => this.#github(world.write(target, idOf(value), this.#actor.name)),
            mayStart,
          }),
      };
      return places;
    });
  }

  #organisation(): SecretTarget {
    return organisationTarget(this.#system, {
      world: this.#world,
      clock: this.clock,
      ask: (asked) => this.#ask({ ...asked, service: 'github' }),
      idOf: (text) => text.slice(TEXT.length),
      by: this.#actor.name,
    });
  }

  get clock(): Clock {
    const { clocks = {} } = this.#scenario;
    const { behind, sleepers } = this.#actor;
    const world = this.#world;
    return {
      now: () => shown(clocks.wall, world.time) - behind.wall,
      monotonic: () => shown(clocks.monotonic, world.time) - behind.monotonic,
      sleep: (duration) =>
        new Promise((resolve) => {
          this.#actor.counter += 1;
          sleepers.add({ number: this.#actor.counter, until: world.time + duration, wake: resolve });
        }),
    };
  }

  #create(name: string, expiresInDays: number): Promise<Reply<MintedKey>> {
    const world = this.#world;
    const actor = this.#actor;
    const since = world.time;
    return this.#ask<MintedKey>({
      label: 'create',
      service: 'mutx',
      mutates: true,
      apply: (sentAt) => {
        if (!world.hasRoom()) return this.#conflict('Active API key limit reached');
        actor.made += 1;
        const id = `k${actor.name}.${actor.made}`;
        const { createdAt, expiresAt } = world.addKey(id, { name, days: expiresInDays, madeBy: actor.name });
        const minted = { id, name, createdAt, expiresAt, key: new Secret(`${TEXT}${id}`) };
        return { ...this.#mutx(minted), date: world.mutxDate(sentAt) };
      },
      wrong: [{ lie: 'conflict', answer: () => this.#conflict('Try again') }],
    }).then((reply) => {
      if (reply.ok) {
        actor.holds = { id: reply.value.id, since };
        actor.given.push(reply.value.id);
      }
      return reply;
    });
  }

  #conflict(message: string) {
    const isQuota = message.startsWith('Active');
    const call = { label: 'create', service: 'mutx' } as const;
    return failure(call, 'refused', 409, { message, code: isQuota ? 'mutx-quota' : 'mutx-conflict' });
  }

  get #forgets(): boolean {
    return this.#scenario.forgetsRevoked === true;
  }

  #mutx<T>(value: T): Reply<T> {
    return { ok: true, value, date: this.#world.mutxDate() };
  }

  #github<T>(value: T): Reply<T> {
    return { ok: true, value, date: this.#world.githubDate() };
  }

  #wrongDates<T>(right: () => Reply<T>): readonly WrongAnswer[] {
    const dated = (change: (date: number) => number | undefined) => () => {
      const reply = right();
      return !reply.ok || reply.date === undefined ? reply : { ...reply, date: change(reply.date) };
    };
    const { misdates = [] } = this.#scenario;
    return [
      { lie: 'undated', answer: dated(() => undefined) },
      ...misdates.map((by) => ({
        lie: 'misdated' as const,
        detail: `${by > 0 ? '+' : ''}${by / 1_000}s`,
        evidence: 'secrets' as const,
        answer: dated((date) => date + by),
      })),
    ];
  }

  #ask<T>(asked: Asked<T>): Promise<Reply<T>> {
    if (asked.unordered === true && this.#scenario.scheduleAllReads !== true) {
      return Promise.resolve(asked.apply(this.#world.time));
    }
    const { calls } = this.#actor;
    return new Promise((resolve) => {
      this.#actor.counter += 1;
      const label = calls.has(asked.label) ? `${asked.label}#${this.#actor.counter}` : asked.label;
      calls.set(label, {
        label,
        service: asked.service,
        mutates: asked.mutates === true,
        apply: asked.apply,
        answer: resolve as (reply: Reply<unknown>) => void,
        mayStart: asked.mayStart,
        wrong: asked.wrong ?? [],
      });
    });
  }
}

function planOf(places: number): string {
  const names = new Map([
    [2, 'FREE'],
    [10, 'STARTER'],
    [50, 'PRO'],
  ]);
  return names.get(places) ?? 'ENTERPRISE';
}
