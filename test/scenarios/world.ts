import { fileURLToPath } from 'node:url';
import {
  type EmulatedKey,
  type EmulatedUser,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../packages/emulator/src/index.ts';
import { runStep, type StepOptions, type StepResult } from '../../scripts/runner.ts';

const ROOT = new URL('../../', import.meta.url);
const HURRY = new URL('./hurry.mjs', import.meta.url).href;

export const HERE = 'acme/web';
export const SECRET = 'MUTX_API_KEY';
export const KEY_NAME = 'gha/acme/web/MUTX_API_KEY';
export const DAY = 24 * 60 * 60 * 1_000;

export interface RotateOptions {
  /** Over the usual ones; `undefined` leaves one out. */
  readonly inputs?: Readonly<Record<string, string | undefined>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly debug?: boolean;
  /** Waits take a twentieth of their time: for scenarios that retry. */
  readonly hurry?: boolean;
  readonly onLine?: StepOptions['onLine'];
}

/** MUTX with an account, GitHub with a repository and a token that may write its secrets, and the action. */
export class World implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  readonly token: string;
  /** Every credential that could leak, those included that a server handed out on the way. */
  readonly credentials: Set<string>;
  readonly #runs: StepResult[] = [];

  constructor(emulator: Emulator, user: EmulatedUser, credentials: Set<string>) {
    this.emulator = emulator;
    this.user = user;
    this.token = emulator.github.issueToken();
    this.credentials = credentials;
    credentials.add(this.token).add(user.password);
  }

  /** One step that `uses:` the action in this repository. */
  rotate(options: RotateOptions = {}): Promise<StepResult> {
    return this.use('action.yml', { ...options, inputs: { 'github-token': this.token, ...options.inputs } });
  }

  /** One step that `uses:` one of the actions in this repository. @param action path of its `action.yml` */
  async use(action: string, options: RotateOptions = {}): Promise<StepResult> {
    const { mutx, github } = this.emulator;
    const given = {
      'bootstrap-jwt': mutx.issueAccessJwt(this.user),
      'api-url': mutx.url,
      ...options.inputs,
    };
    const inputs = Object.fromEntries(
      Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    for (const name of ['bootstrap-jwt', 'refresh-token', 'github-token', 'password']) {
      if (inputs[name] !== undefined && inputs[name] !== '') this.credentials.add(inputs[name]);
    }
    const run = await runStep({
      action: fileURLToPath(new URL(action, ROOT)),
      inputs,
      env: { GITHUB_REPOSITORY: HERE, GITHUB_API_URL: github.url, ...options.env },
      debug: options.debug ?? false,
      nodeOptions: options.hurry === true ? ['--import', HURRY] : [],
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
    });
    this.#runs.push(run);
    return run;
  }

  /** What the secret holds, opened with the private key. */
  stored(place: Parameters<Emulator['github']['openSecret']>[0] = HERE, name = SECRET): string | undefined {
    return this.emulator.github.openSecret(place, name);
  }

  /** Both servers' clocks, together. */
  advance(ms: number): void {
    this.emulator.mutx.clock.advance(ms);
    this.emulator.github.clock.advance(ms);
  }

  /** Keys of the account that count, by name. */
  active(name = KEY_NAME): readonly EmulatedKey[] {
    return this.emulator.mutx.activeKeys(this.user, name);
  }

  /** A key of the name, made and stored by a run two days ago. */
  async withStoredKey(inputs: RotateOptions['inputs'] = {}): Promise<string> {
    const run = await this.rotate({ inputs });
    if (run.exitCode !== 0) throw new Error(run.log.join('\n'));
    this.advance(2 * DAY);
    this.emulator.ledger.clear();
    return this.stored() ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.close();
    for (const run of this.#runs) await run[Symbol.asyncDispose]();
  }
}

export async function startWorld(options: EmulatorOptions & { plan?: string } = {}): Promise<World> {
  const credentials = new Set<string>();
  const emulator = await startEmulator({
    ...options,
    onExchange: ({ reply }) => {
      const body: unknown = reply?.body;
      if (typeof body !== 'object' || body === null) return;
      for (const [field, value] of Object.entries(body)) {
        const isCredential = ['key', 'access_token', 'refresh_token'].includes(field);
        // GitHub's public keys are fields named `key` too; they come with a `key_id`.
        if (isCredential && typeof value === 'string' && !('key_id' in body)) credentials.add(value);
      }
    },
  });
  emulator.github.addRepository(HERE, { environments: ['production', 'eu/west 1'] });
  return new World(emulator, emulator.mutx.addUser({ plan: options.plan ?? 'PRO' }), credentials);
}
