import { type Emulator, type EmulatorOptions, startEmulator } from '../../../packages/emulator/src/index.ts';
import type { Clock, Duration, Instant } from '../../../src/core/time.ts';
import { GithubClient } from '../../../src/github/client.ts';
import { createTarget } from '../../../src/github/targets/create-target.ts';
import { HttpClient } from '../../../src/http/client.ts';
import { MutxApi } from '../../../src/mutx/api.ts';
import { createKeyService } from '../../../src/mutx/client.ts';
import { decodeJwt } from '../../../src/mutx/jwt.ts';
import { createSession } from '../../../src/mutx/session/create-session.ts';
import type { Credential } from '../../../src/mutx/session/credential.ts';
import type { Session, SessionEvent, SessionFailure } from '../../../src/mutx/session/session.ts';
import type { KeyService } from '../../../src/rotation/ports.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const START: Instant = Date.UTC(2026, 10, 23, 21, 14, 5);

/** One time for the process and both servers. It moves when somebody waits, or the test says so. */
export class SharedTime implements Clock {
  #now = START;
  readonly sleeps: Duration[] = [];
  /** Called before each wait is over. */
  onSleep: () => void = () => {};

  readonly now = (): Instant => this.#now;
  readonly monotonic = (): Duration => this.#now - START;

  async sleep(duration: Duration): Promise<void> {
    this.sleeps.push(duration);
    this.#now += duration;
    this.onSleep();
  }

  advance(duration: Duration): void {
    this.#now += duration;
  }
}

export interface Opened {
  readonly session: Session;
  readonly keys: KeyService;
  readonly events: readonly SessionEvent[];
  /** What `open` said. */
  readonly failure: SessionFailure | undefined;
}

/** The place of the successor: an environment's secret, as the README advises. */
export const PLACE = { repository: 'acme/web', environment: 'rotation' } as const;
export const SECRET = 'MUTX_REFRESH_TOKEN';

export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly time: SharedTime;
  readonly user: ReturnType<Emulator['mutx']['addUser']>;
  readonly secrets: SecretRegistry;
  readonly masked: readonly string[];
  /** `POST /v1/auth/login 200`, of both servers, in order of arrival */
  readonly lines: readonly string[];
  /** What the successor's secret holds. */
  readonly stored: string | undefined;
  /** A session that has not been opened, and how it will be. */
  prepare(credential: Credential): { readonly session: Session; readonly events: readonly SessionEvent[] };
  open(credential: Credential): Promise<Opened>;
  password(password?: string): Credential;
  refreshToken(text: string): Credential;
}

export async function startWorld(options: EmulatorOptions = {}): Promise<World> {
  const time = new SharedTime();
  const emulator = await startEmulator({
    ...options,
    mutx: { machineClock: time.now, ...options.mutx },
    github: { machineClock: time.now },
  });
  emulator.github.addRepository('acme/web', { environments: ['rotation'] });
  const user = emulator.mutx.addUser({ email: 'bot@example.com', password: 'correct horse' });
  const masked: string[] = [];
  const secrets = new SecretRegistry((form) => masked.push(form));
  const http = (service: 'mutx' | 'github') =>
    new HttpClient({ baseUrl: new URL(emulator[service].url), service, userAgent: 'test/1' });
  const clients = { mutx: http('mutx'), github: http('github') };
  const api = new MutxApi(clients.mutx, secrets);
  const token = secrets.admit(emulator.github.issueToken());
  const github = new GithubClient({ http: clients.github, token, clock: time });
  const successor = createTarget(
    {
      kind: 'environment',
      store: 'actions',
      owner: 'acme',
      repo: 'web',
      environment: 'rotation',
      secretName: SECRET,
      label: 'acme/web@rotation',
    },
    { github, secrets },
  );
  const prepare = (credential: Credential) => {
    const events: SessionEvent[] = [];
    const report = (event: SessionEvent) => void events.push(event);
    const dependencies = { api, clock: time, random: () => 0.5, report, successor };
    return { session: createSession(credential, dependencies), events };
  };
  return {
    emulator,
    time,
    user,
    secrets,
    masked,
    get lines() {
      return emulator.ledger.entries.map(({ method, path, status }) => `${method} ${path} ${status}`);
    },
    get stored() {
      return emulator.github.openSecret(PLACE, SECRET);
    },
    prepare,
    async open(credential) {
      const { session, events } = prepare(credential);
      const reading = { clock: time, random: () => 0.5, onRetry: () => {}, onUnread: () => {} };
      const keys = createKeyService(api, session, reading);
      return { session, events, keys, failure: await session.open() };
    },
    password: (password = 'correct horse') => ({
      kind: 'password',
      input: 'password',
      email: 'bot@example.com',
      password: secrets.admit(password),
    }),
    refreshToken: (text) => ({
      kind: 'refresh-token',
      input: 'refresh-token',
      token: secrets.admit(text),
      expiresAt: decodeJwt(text)?.exp,
    }),
    async [Symbol.asyncDispose]() {
      clients.mutx.close();
      clients.github.close();
      await emulator.close();
    },
  };
}
