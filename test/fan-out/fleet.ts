import { expect } from 'vitest';
import {
  type EmulatedUser,
  type Emulator,
  type GithubOptions,
  startEmulator,
} from '../../packages/emulator/src/index.ts';
import { loadRotateInputs } from '../../src/config/load/rotate.ts';
import { GithubClient } from '../../src/github/client.ts';
import { writesWithin } from '../../src/github/limiter.ts';
import { paced } from '../../src/github/pace.ts';
import { createTarget } from '../../src/github/targets/create-target.ts';
import { loadSeal } from '../../src/github/targets/sealed-box.ts';
import { HttpClient } from '../../src/http/client.ts';
import type { HttpRequest } from '../../src/http/result.ts';
import { MutxApi } from '../../src/mutx/api.ts';
import { createKeyService } from '../../src/mutx/client.ts';
import { createSession } from '../../src/mutx/session/create-session.ts';
import { rotate } from '../../src/rotation/engine.ts';
import type { RotationEvent } from '../../src/rotation/events.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { exchangeLog } from '../contract/validate-exchange.ts';
import { VirtualTime } from './virtual-time.ts';

export const KEY_NAME = 'fleet';
export const SECRET = 'MUTX_API_KEY';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface RunResult {
  readonly outcome: Outcome;
  readonly events: readonly RotationEvent[];
  /** Virtual milliseconds. */
  readonly took: number;
}

/** Where a client and its token have to be. */
export interface Servers {
  readonly mutx: string;
  readonly github: string;
  readonly jwt: string;
  readonly token: string;
}

/** Milliseconds that a request takes on its way there, and its reply on its way back. */
export type OnTheWay = () => number;

export interface RunOptions {
  /** Inputs beside `targets`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly onTheWay?: OnTheWay;
  readonly onEvent?: (event: RotationEvent) => void;
  /** Default: always in the middle. */
  readonly random?: () => number;
}

/**
 * One run of the action: inputs, adapters and engine as `src/actions/connect.ts` puts them together, but in
 * this process and with time that we own.
 */
export function runOnce(
  time: VirtualTime,
  servers: Servers,
  targets: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return time.until(runBeside(time, servers, targets, options));
}

/** The same, for a time that others make pass, because several run at once. */
export async function runBeside(
  time: VirtualTime,
  servers: Servers,
  targets: readonly string[],
  { inputs = {}, onTheWay = () => 0, onEvent = () => {}, random = () => 0.5 }: RunOptions = {},
): Promise<RunResult> {
  await time.outside(loadSeal);
  const secrets = new SecretRegistry(() => {});
  const given = {
    'bootstrap-jwt': servers.jwt,
    'github-token': servers.token,
    'api-url': servers.mutx,
    'key-name': KEY_NAME,
    targets: targets.join('\n'),
    ...inputs,
  };
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) variables[`INPUT_${name.toUpperCase()}`] = value;
  const loaded = loadRotateInputs(
    { GITHUB_REPOSITORY: 'acme/fleet', GITHUB_API_URL: servers.github, ...variables },
    secrets,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { credential, apiUrl, githubApiUrl, githubToken, audience, createEnvironment, settings } =
    loaded.value;

  using mutx = new Wire(time, onTheWay, 'mutx', apiUrl);
  using github = new Wire(time, onTheWay, 'github', githubApiUrl);
  const api = new MutxApi(mutx, secrets);
  const client = new GithubClient({ http: github, token: githubToken, clock: time });
  const session = createSession(credential, { api, clock: time, random, report: () => {} });
  const dependencies = { github: client, secrets, audience, createEnvironment };
  const events: RotationEvent[] = [];
  const began = time.now();
  const outcome = await rotate(settings, {
    keys: createKeyService(api, session, {
      clock: time,
      random,
      onRetry: () => {},
      onUnread: () => {},
    }),
    targets: paced(
      loaded.value.targets.map((target) => createTarget(target, dependencies)),
      client.limiter,
    ),
    writesWithin,
    clock: time,
    random,
    sessionEndsAt: session.endsAt,
    report: (event) => {
      events.push(event);
      onEvent(event);
    },
  });
  return { outcome, events, took: time.now() - began };
}

/** A client over the loopback interface, on which requests and replies take virtual time. */
export class Wire implements Disposable {
  readonly #time: VirtualTime;
  readonly #onTheWay: OnTheWay;
  readonly #http: HttpClient;

  constructor(time: VirtualTime, onTheWay: OnTheWay, service: 'mutx' | 'github', baseUrl: URL) {
    this.#time = time;
    this.#onTheWay = onTheWay;
    this.#http = new HttpClient({ baseUrl, service, userAgent: 'fan-out' });
  }

  get basePath(): string {
    return this.#http.basePath;
  }

  readonly send = async (request: HttpRequest) => {
    await this.#pass();
    const result = await this.#time.outside(() => this.#http.send(request));
    await this.#pass();
    return result;
  };

  async #pass(): Promise<void> {
    const way = this.#onTheWay();
    if (way > 0) await this.#time.sleep(way);
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

/**
 * Both services, with a fleet of repositories `acme/r0` … Closing it asserts that every request and every reply
 * was as the services' own descriptions say.
 */
export class Fleet implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly time: VirtualTime;
  readonly user: EmulatedUser;
  readonly token: string;
  readonly #log: ReturnType<typeof exchangeLog>;

  constructor(emulator: Emulator, time: VirtualTime, log: ReturnType<typeof exchangeLog>) {
    this.emulator = emulator;
    this.time = time;
    this.user = emulator.mutx.addUser();
    this.token = emulator.github.issueToken();
    this.#log = log;
  }

  /** Adds so many repositories and names them as targets. */
  repositories(count: number): readonly string[] {
    const names = Array.from({ length: count }, (_, index) => `acme/r${index}`);
    for (const name of names) this.emulator.github.addRepository(name);
    return names;
  }

  run(targets: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const { mutx, github } = this.emulator;
    const jwt = mutx.issueAccessJwt(this.user);
    const servers = { mutx: mutx.url, github: github.url, jwt, token: this.token };
    return runOnce(this.time, servers, targets, options);
  }

  /** The keys of the name that are alive. */
  alive(): readonly string[] {
    return this.emulator.mutx.activeKeys(this.user, KEY_NAME).map((key) => key.id);
  }

  /** Id of the key that a place's secret holds. */
  held(place: string): string | undefined {
    const { mutx, github } = this.emulator;
    return mutx.keyOf(github.openSecret(place, SECRET) ?? '')?.id;
  }

  /** The most requests of GitHub's that are not GETs in any window of this length, refused ones included. */
  mostWritesWithin(window: number): number {
    const times = this.emulator.ledger.entries
      .filter(({ server, method }) => server === 'github' && method !== 'GET')
      .map(({ at }) => at);
    let first = 0;
    return times.reduce((most, at, index) => {
      while (at - (times[first] ?? at) >= window) first += 1;
      return Math.max(most, index - first + 1);
    }, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.close();
    expect(this.emulator.ledger.unexpected()).toEqual([]);
    expect(this.#log.problems).toEqual([]);
    expect(this.#log.seen.size).toBeGreaterThan(0);
  }
}

export async function startFleet(github: GithubOptions = { limits: true }): Promise<Fleet> {
  const time = new VirtualTime();
  const log = exchangeLog();
  const emulator = await startEmulator({
    onExchange: log.onExchange,
    mutx: { machineClock: time.now },
    github: { machineClock: time.now, ...github },
  });
  return new Fleet(emulator, time, log);
}

/** How often each status was the result. */
export function statusesOf(outcome: Outcome): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { status } of outcome.targets) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

/** Between 20 and 400 ms, the same in every test run (a linear congruential generator; Numerical Recipes). */
export function unevenWay(): OnTheWay {
  let seed = 20_261_123;
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return 20 + Math.floor((seed / 2 ** 32) * 380);
  };
}
