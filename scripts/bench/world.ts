import {
  type EmulatedUser,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../packages/emulator/src/index.ts';
import { runStep, type StepOptions, type StepResult } from '../runner.ts';
import { actionFile } from './actions.ts';
import { median } from './statistics.ts';

const DAY = 86_400_000;
const REPOSITORY = 'acme/fleet';
/** Of a key in several secrets; that of one alone has the name that is derived from its target, as most have. */
const KEY_NAME = 'fleet';

export type Inputs = Readonly<Record<string, string>>;

export interface Turn {
  /** Beside the credentials and addresses, which every run gets. */
  readonly inputs?: Inputs;
  /** Milliseconds that each request takes; default 0. */
  readonly latency?: number;
  readonly action?: string;
  readonly options?: Pick<StepOptions, 'phase' | 'state' | 'nodeOptions' | 'env'>;
}

export interface Measured extends StepResult {
  /** Milliseconds that a request really took: a timer is a little late. The median; NaN if there was none. */
  readonly request: number;
}

/** MUTX and GitHub on this machine, in this process; what is measured is another process. */
export class BenchWorld implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  readonly #token: string;
  readonly #targets: readonly string[];

  readonly #arrived = new Map<number, number>();
  #took: number[] = [];

  constructor(emulator: Emulator, targets: readonly string[]) {
    this.emulator = emulator;
    emulator.onRequest(({ point, entry: { seq } }) => {
      if (point === 'before') this.#arrived.set(seq, performance.now());
      else this.#took.push(performance.now() - (this.#arrived.get(seq) ?? Number.NaN));
      return undefined;
    });
    this.user = emulator.mutx.addUser({ plan: 'PRO' });
    this.#token = emulator.github.issueToken();
    this.#targets = targets;
    for (const target of targets) emulator.github.addRepository(target);
    this.#store();
  }

  /** As a rotation leaves things that has a grace period: another key is stored, and the one before still lives. */
  supersede(): void {
    this.#pass();
    this.#store();
  }

  /** Inputs with which to log in, instead of a JWT. */
  get password(): Inputs {
    return { 'bootstrap-jwt': '', email: this.user.email, password: this.user.password };
  }

  /**
   * One step, 25 days after the one before: so a rotation is due, whatever it is asked for, and has a key to revoke.
   * A `post` comes right after its `main`.
   * @throws Error the step failed
   */
  async run({ inputs = {}, latency = 0, action = 'action.yml', options = {} }: Turn = {}): Promise<Measured> {
    const { mutx, github, ledger } = this.emulator;
    if (options.phase !== 'post') this.#pass();
    mutx.latency = latency;
    github.latency = latency;
    ledger.clear();
    this.#took = [];
    const common = { 'bootstrap-jwt': mutx.issueAccessJwt(this.user), 'api-url': mutx.url };
    await using step = await runStep({
      watch: false,
      action: actionFile(action),
      inputs: {
        ...common,
        ...(action === 'action.yml' ? this.#rotation() : {}),
        ...inputs,
      },
      ...options,
      env: { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url, ...options.env },
    });
    if (step.exitCode !== 0) throw new Error(`the step failed:\n${step.log.join('\n')}${step.rawStderr}`);
    if (ledger.unexpected().length > 0) throw new Error('the step sent what no well-made client sends');
    return { ...step, request: this.#took.length === 0 ? Number.NaN : median(this.#took) };
  }

  #pass(): void {
    for (const { clock } of [this.emulator.mutx, this.emulator.github]) clock.advance(25 * DAY);
  }

  #store(): void {
    const [target, ...others] = this.#targets;
    const name = others.length === 0 ? `gha/${target}/MUTX_API_KEY` : KEY_NAME;
    const { plaintext } = this.emulator.mutx.addKey(this.user, { name });
    for (const place of this.#targets) this.emulator.github.setSecret(place, 'MUTX_API_KEY', plaintext);
  }

  #rotation(): Inputs {
    return {
      'github-token': this.#token,
      targets: this.#targets.join('\n'),
      ...(this.#targets.length === 1 ? {} : { 'key-name': KEY_NAME }),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.emulator.close();
  }
}

/** With so many repositories, in each of which the same key is stored. */
export async function startWorld(targets: number, options: EmulatorOptions = {}): Promise<BenchWorld> {
  const names = Array.from({ length: targets }, (_, index) => `acme/r${index}`);
  return new BenchWorld(await startEmulator(options), names);
}
