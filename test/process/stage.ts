import { expect } from 'vitest';
import type { EmulatedKey, SecretPlace } from '../../packages/emulator/src/index.ts';
import type { StepResult } from '../../scripts/runner.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { asItStands } from '../scenarios/promises.ts';
import {
  DAY,
  HERE,
  KEY_NAME,
  type RotateOptions,
  SECRET,
  startWorld,
  type World,
} from '../scenarios/world.ts';
import { RequestNames } from './halt.ts';
import { Rotation } from './rotation.ts';

export const MINUTE = 60_000;

/** Past the fence F (15 min) and every margin: what is left by then is anybody's to clear up. */
const PAST_THE_FENCE = 20 * MINUTE;

export interface Setting {
  readonly plan: 'PRO' | 'FREE';
  readonly places: readonly SecretPlace[];
  readonly inputs: RotateOptions['inputs'];
}

export const PRO: Setting = { plan: 'PRO', places: [HERE], inputs: {} };

/** Two keys at most. */
export const FREE: Setting = { plan: 'FREE', places: [HERE], inputs: {} };

export const TWO_TARGETS: Setting = {
  plan: 'PRO',
  places: [HERE, { repository: HERE, environment: 'production' }],
  inputs: { targets: `${HERE}\n${HERE}@production`, 'key-name': KEY_NAME },
};

/** A key that has been stored for two days, the action to rotate it, and a watch over the promises. */
export class Stage implements AsyncDisposable {
  readonly world: World;
  readonly old: EmulatedKey;
  /** Where a promise did not hold: `P1 after PUT …`. Looked at before and after each request to each server. */
  readonly broken: string[] = [];
  readonly #setting: Setting;
  readonly #others: readonly EmulatedKey[];
  readonly #runs: Promise<StepResult>[] = [];

  constructor(world: World, setting: Setting) {
    const { emulator, user } = world;
    const { mutx, github } = emulator;
    this.world = world;
    this.#setting = setting;
    const now = mutx.clock.now();
    this.old = mutx.addKey(user, { name: KEY_NAME, expiresAt: now + 30 * DAY, lastUsed: now });
    for (const place of setting.places) github.setSecret(place, SECRET, this.old.plaintext);
    world.advance(2 * DAY);
    // Two places are for the key and its successor: no room for others.
    this.#others = setting.plan === 'FREE' ? [] : asItStands(world).others;
    const names = new RequestNames();
    emulator.onRequest(({ point, entry }) => {
      const moment = `${point} ${names.of(entry)}`;
      for (const promise of this.#brokenNow()) this.broken.push(`${promise} ${moment}`);
      return undefined;
    });
  }

  /** Starts a run, with a JWT that outlives every move of the clocks. */
  start(inputs: RotateOptions['inputs'] = {}): Rotation {
    const { mutx } = this.world.emulator;
    const jwt = mutx.issueAccessJwt(this.world.user, { expiresIn: DAY });
    const rotation = new Rotation(() =>
      this.world.rotate({ inputs: { ...this.#setting.inputs, 'bootstrap-jwt': jwt, ...inputs } }),
    );
    this.#runs.push(rotation.ended);
    return rotation;
  }

  /** A run from its start to its end. */
  async run(inputs: RotateOptions['inputs'] = {}): Promise<StepResult> {
    await using rotation = this.start(inputs);
    return await rotation.ended;
  }

  /** Requests from now on, named. */
  record(): readonly string[] {
    const requests: string[] = [];
    const names = new RequestNames();
    this.world.emulator.onRequest(({ point, entry }) => {
      if (point === 'before') requests.push(names.of(entry));
      return undefined;
    });
    return requests;
  }

  /** P1 and P2, so far and now. */
  expectPromisesKept(): void {
    expect([...this.broken, ...this.#brokenNow()]).toEqual([]);
  }

  /** Every target holds the same working key. */
  expectOneKeyStored(): void {
    const { world } = this;
    const values = new Set(this.#setting.places.map((place) => world.stored(place)));
    expect(values.size).toBe(1);
    for (const value of values) expect(world.emulator.mutx.accepts(value ?? '')).toBe(true);
  }

  /** P3 and P4: when the fence is past, a run that nobody disturbs succeeds, and one key is left: the stored one. */
  async expectHealed(inputs: RotateOptions['inputs'] = {}): Promise<void> {
    this.world.advance(PAST_THE_FENCE);
    const clean = await this.run(inputs);
    expect(clean.exitCode, clean.log.join('\n')).toBe(0);
    expect(clean.outputs['rotated']).toBe('true');
    expect(this.world.active()).toHaveLength(1);
    this.expectOneKeyStored();
    expect(this.world.active()[0]?.plaintext).toBe(this.world.stored());
    await this.expectNothingLeaked();
  }

  /** P5, of all runs so far; and no run sent what the servers do not know. */
  async expectNothingLeaked(): Promise<void> {
    const { mutx, ledger } = this.world.emulator;
    expect(ledger.unexpected()).toEqual([]);
    for (const key of mutx.keys) this.world.credentials.add(key.plaintext);
    for (const run of this.#runs) await expectNoLeak(await run, this.world);
  }

  *#brokenNow(): Generator<string> {
    const { mutx } = this.world.emulator;
    const works = (place: SecretPlace) => mutx.accepts(this.world.stored(place) ?? '');
    if (!this.#setting.places.every(works)) yield 'P1';
    if (!this.#others.every((key) => key.isActive)) yield 'P2';
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

export async function setStage(setting: Setting): Promise<Stage> {
  return new Stage(await startWorld({ plan: setting.plan }), setting);
}
