import {
  type Emulator,
  type EmulatorOptions,
  type Exchange,
  startEmulator,
} from '../../packages/emulator/src/index.ts';
import type { Instant } from '../../src/core/time.ts';
import { HttpClient } from '../../src/http/client.ts';
import { MutxApi } from '../../src/mutx/api.ts';
import { createKeyService } from '../../src/mutx/client.ts';
import type { ReadingPorts } from '../../src/mutx/pages.ts';
import type { KeyService } from '../../src/rotation/ports.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

export const NAME = 'gha/acme/web/MUTX_API_KEY';

/** The emulated MUTX with one account, and a key service that speaks to it as that account. */
export interface MutxUnderTest extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: ReturnType<Emulator['mutx']['addUser']>;
  readonly keys: KeyService;
  /** Nothing is waited for. */
  readonly reading: ReadingPorts;
  readonly api: MutxApi;
  readonly secrets: SecretRegistry;
  /** What was masked so far. */
  readonly masked: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** `GET /v1/api-keys?skip=0&limit=100 200`, in order of arrival */
  readonly lines: readonly string[];
}

export interface UnderTestOptions extends EmulatorOptions {
  /** Appended to the emulator's URL. */
  readonly apiPath?: string;
  readonly timeoutMs?: number;
  readonly endsAt?: Instant;
  readonly token?: string;
}

export async function startMutx(options: UnderTestOptions = {}): Promise<MutxUnderTest> {
  const exchanges: Exchange[] = [];
  const emulator = await startEmulator({ ...options, onExchange: (exchange) => exchanges.push(exchange) });
  const user = emulator.mutx.addUser();
  const masked: string[] = [];
  const secrets = new SecretRegistry((form) => masked.push(form));
  const http = new HttpClient({
    baseUrl: new URL(options.apiPath ?? '', emulator.mutx.url),
    service: 'mutx',
    userAgent: 'test/1',
    timeoutMs: options.timeoutMs ?? 30_000,
  });
  const api = new MutxApi(http, secrets);
  const token = secrets.admit(options.token ?? emulator.mutx.issueAccessJwt(user));
  const clock = { now: Date.now, monotonic: () => performance.now(), sleep: async () => {} };
  const reading = { clock, random: () => 0.5, onRetry: () => {}, onUnread: () => {} };
  const session = {
    bearer: async () => ({ ok: true, value: token, date: undefined }) as const,
    endsAt: options.endsAt,
  };
  return {
    emulator,
    user,
    api,
    secrets,
    masked,
    exchanges,
    reading,
    keys: createKeyService(api, session, reading),
    get lines() {
      return emulator.ledger.entries.map(
        ({ method, path, query, status }) => `${method} ${path}${query === '' ? '' : `?${query}`} ${status}`,
      );
    },
    async [Symbol.asyncDispose]() {
      http.close();
      await emulator.close();
    },
  };
}
