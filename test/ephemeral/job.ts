import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { EmulatedKey, EmulatorOptions } from '../../packages/emulator/src/index.ts';
import { runStep, type StepOptions, type StepResult } from '../../scripts/runner.ts';
import { Rotation } from '../process/rotation.ts';
import { expectNoLeak, type HandedOut } from '../scenarios/leaks.ts';
import { HERE, startWorld, type World } from '../scenarios/world.ts';

const ACTION = fileURLToPath(new URL('../../ephemeral/action.yml', import.meta.url));
const HURRY = new URL('../scenarios/hurry.mjs', import.meta.url).href;

export const DAY = 24 * 60 * 60 * 1_000;

type Inputs = Readonly<Record<string, string>>;

export interface JobOptions {
  /** With the credential: `jwt`, unless told. */
  readonly credential?: 'jwt' | 'password' | 'key';
  readonly inputs?: Inputs;
  readonly env?: Readonly<Record<string, string>>;
}

interface RunOptions extends Partial<Omit<StepOptions, 'inputs'>> {
  readonly inputs: Inputs | undefined;
}

type PostOptions = Partial<Pick<RunOptions, 'inputs' | 'env' | 'state' | 'onLine'>>;

/** One step that `uses:` the action: its main and its post, each in a process of its own, over real files. */
export class Step {
  readonly inputs: Inputs;
  readonly #world: World;
  readonly #env: Readonly<Record<string, string>>;
  #main: StepResult | undefined;

  constructor(world: World, { credential = 'jwt', inputs = {}, env = {} }: JobOptions = {}) {
    this.#world = world;
    this.inputs = { 'api-url': world.emulator.mutx.url, ...credentialOf(world, credential), ...inputs };
    const { url } = world.emulator.github;
    this.#env = { GITHUB_REPOSITORY: HERE, GITHUB_JOB: 'test', GITHUB_API_URL: url, ...env };
    for (const name of ['bootstrap-jwt', 'password']) {
      const value = this.inputs[name];
      if (value !== undefined) world.credentials.add(value);
    }
  }

  /** Starts main, for a test that does something meanwhile; {@link finished} when it has ended. */
  start(more: Partial<RunOptions> = {}): Rotation {
    return new Rotation(() => this.#run({ inputs: this.inputs, ...more }));
  }

  /** What main left for post. */
  state(): Readonly<Record<string, string>> {
    return this.#main?.state ?? {};
  }

  finished(main: StepResult): void {
    this.#main = main;
  }

  async main(more: Partial<RunOptions> = {}): Promise<StepResult> {
    this.#main = await this.#run({ inputs: this.inputs, ...more });
    return this.#main;
  }

  /** With the inputs again, unless told otherwise; `{ inputs: undefined }`: in a nested composite. */
  async post(more: PostOptions = {}): Promise<StepResult> {
    const run = await this.#run(this.#postOptions(more));
    // Whatever happens there.
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    return run;
  }

  #postOptions(more: PostOptions): RunOptions {
    const main = this.#main;
    const { env, state, onLine } = more;
    return {
      phase: 'post',
      inputs: 'inputs' in more ? more.inputs : this.inputs,
      state: state ?? main?.state ?? {},
      env: { ...main?.env, ...env },
      ...(onLine === undefined ? {} : { onLine }),
    };
  }

  async #run({ inputs, env, ...more }: RunOptions): Promise<StepResult> {
    const run = await runStep({
      action: ACTION,
      ...(inputs === undefined ? {} : { inputs }),
      env: { ...this.#env, ...env },
      nodeOptions: ['--import', HURRY],
      ...more,
    });
    runsOf(this.#world).push(run);
    return run;
  }
}

const RUNS = new WeakMap<World, StepResult[]>();

function runsOf(world: World): StepResult[] {
  const runs = RUNS.get(world) ?? [];
  RUNS.set(world, runs);
  return runs;
}

function credentialOf({ emulator, user }: World, kind: NonNullable<JobOptions['credential']>): Inputs {
  switch (kind) {
    case 'jwt':
      return { 'bootstrap-jwt': emulator.mutx.issueAccessJwt(user) };
    case 'password':
      return { email: user.email, password: user.password };
    case 'key':
      return { 'bootstrap-jwt': emulator.mutx.addKey(user, { name: 'for automation' }).plaintext };
  }
}

/** A world whose runs are tidied up, and searched for credentials, when the test is over. */
export class JobWorld implements AsyncDisposable {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  get mutx() {
    return this.world.emulator.mutx;
  }

  step(options?: JobOptions): Step {
    return new Step(this.world, options);
  }

  /** Active keys that per-run names were given to. */
  alive(): readonly EmulatedKey[] {
    return this.mutx.activeKeys(this.world.user).filter(({ name }) => name.includes('/run/'));
  }

  /** What reached MUTX: `DELETE /v1/api-keys/{id} 204`. */
  requests(): readonly string[] {
    return this.world.emulator.ledger.entries.map(
      ({ method, path, status }) =>
        `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/u, '{id}')} ${status}`,
    );
  }

  forget(): void {
    this.world.emulator.ledger.clear();
  }

  /** P5: a key is in the output and in the variable of the step that made it, where they were written. */
  async expectNoLeak(run: StepResult, variables: readonly string[] = ['MUTX_API_KEY']): Promise<void> {
    const isHandedOut = run.outputs['api-key'] !== undefined;
    const handedOut: HandedOut = isHandedOut ? { GITHUB_OUTPUT: ['api-key'], GITHUB_ENV: variables } : {};
    for (const { plaintext } of this.mutx.keys) this.world.credentials.add(plaintext);
    await expectNoLeak(run, this.world, handedOut);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    for (const run of runsOf(this.world)) await run[Symbol.asyncDispose]();
  }
}

export async function jobWorld(options: EmulatorOptions & { plan?: string } = {}): Promise<JobWorld> {
  return new JobWorld(await startWorld(options));
}

export function textOf(run: StepResult): string {
  return run.log.join('\n');
}
