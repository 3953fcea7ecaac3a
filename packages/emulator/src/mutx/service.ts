import type { EmulatorClock } from '../clock.ts';
import { header, type ReceivedRequest, Refusal, type Reply } from '../message.ts';
import { RateWindow } from '../rate-window.ts';
import { findRoute } from '../router.ts';
import type { Service } from '../service.ts';
import { usedKey } from './authenticate.ts';
import { detail, type ErrorContext, plainError, tooMany } from './errors.ts';
import { KEY_ROUTES, V1_KEY_ROUTES } from './key-routes.ts';
import type { MutxRoute } from './routes.ts';
import { ACCOUNT_ROUTES, SESSION_ROUTES } from './session-routes.ts';
import type { MutxWorld } from './world.ts';

/** MUTX's limits: requests a minute, per API key or else per address; and of login and refresh, which count apart. */
export const MUTX_LIMITS = { perMinute: 100, loginsPerMinute: 10 };

interface MutxServiceOptions {
  readonly world: MutxWorld;
  readonly rateLimits: { readonly perMinute: number; readonly loginsPerMinute: number } | undefined;
  /** Whether there is `GET /auth/me`. */
  readonly account: boolean;
  /** Where redirects point to. */
  readonly origin: () => string;
}

export class MutxService implements Service {
  readonly name = 'mutx';
  readonly clock: EmulatorClock;
  readonly #options: MutxServiceOptions;
  readonly #routes: readonly MutxRoute[];
  readonly #all: RateWindow | undefined;
  readonly #logins: RateWindow | undefined;

  constructor(options: MutxServiceOptions) {
    this.#options = options;
    this.clock = options.world.clock;
    const { generation } = options.world;
    const prefix = generation === 'v1' ? '/v1' : '';
    this.#routes = [
      ...KEY_ROUTES,
      ...(generation === 'v1' ? V1_KEY_ROUTES : []),
      ...SESSION_ROUTES,
      ...(options.account ? ACCOUNT_ROUTES : []),
    ].map((route) => ({ ...route, pattern: prefix + route.pattern }));
    const { rateLimits } = options;
    this.#all = rateLimits && new RateWindow(rateLimits.perMinute, WINDOW);
    this.#logins = rateLimits && new RateWindow(rateLimits.loginsPerMinute, WINDOW);
  }

  apply(request: ReceivedRequest, requestId: string): Reply {
    const notes: string[] = [];
    return { ...this.#apply(request, requestId, notes), notes };
  }

  #apply(request: ReceivedRequest, requestId: string, notes: string[]): Reply {
    const limited = this.#limited(request);
    if (limited !== undefined) return limited;
    if (isForeign(request)) {
      const unexpected = 'an Origin or Referer';
      return { ...detail(403, 'CSRF validation failed: origin is not allowed'), unexpected };
    }
    const path = request.path ?? request.fullPath;
    const found = findRoute(this.#routes, request.method, path);
    if (found.kind === 'wrong-method') {
      const allow = { allow: found.allowed[0] ?? '' };
      return { ...detail(405, 'Method Not Allowed', allow), unexpected: `no ${request.method} on ${path}` };
    }
    if (found.kind !== 'route') return this.#notFound(request, path);
    try {
      const { world } = this.#options;
      return found.route.handler({
        request,
        params: found.params,
        world,
        notes,
        ...this.#context(requestId),
      });
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }

  /** None: not even the id of the request, which is in the bodies of 422 and 500 alone. */
  headers(): Readonly<Record<string, string>> {
    return {};
  }

  /** It closes a connection after an error that it did not foresee, and no header says so. */
  closesAfter(status: number): boolean {
    return status === 500;
  }

  requestId(seq: number): string {
    return `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`;
  }

  refusal(status: number, requestId: string): Reply {
    return plainError(status, this.#context(requestId));
  }

  rateLimited(retryAfter: number): Reply {
    return tooMany(retryAfter, this.clock.now());
  }

  #context(requestId: string): ErrorContext {
    return { requestId, at: this.clock.now() };
  }

  replaceKeyPair(): void {
    throw new TypeError('MUTX has no key pairs');
  }

  #notFound(request: ReceivedRequest, path: string): Reply {
    if (
      path.endsWith('/') &&
      findRoute(this.#routes, request.method, path.replace(/\/+$/, '')).kind === 'route'
    ) {
      const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
      const location = this.#options.origin() + path.replace(/\/+$/, '') + query;
      return { status: 307, headers: { location }, unexpected: 'a slash at the end of the path' };
    }
    const missing = detail(404, 'Not Found');
    return this.#isQuestion(request, path)
      ? missing
      : { ...missing, unexpected: `no route ${request.method} ${path}` };
  }

  /**
   * Asking for something that a server may or may not have is the way to find out: the account anywhere, and of
   * the documented API the `/v1` form of what it has, since any call can be a client's first.
   */
  #isQuestion({ method }: ReceivedRequest, path: string): boolean {
    const isV1 = path.startsWith('/v1/');
    const { generation } = this.#options.world;
    const bare = isV1 ? path.slice(3) : path;
    if (method === 'GET' && bare === '/auth/me') return isV1 || generation === 'documented';
    return generation === 'documented' && isV1 && findRoute(this.#routes, method, bare).kind === 'route';
  }

  /** The wait that it asks for is always the whole window. */
  #limited(request: ReceivedRequest): Reply | undefined {
    const now = this.clock.now();
    const window = /\/auth\/(login|refresh)$/.test(request.fullPath) ? this.#logins : this.#all;
    const subject = usedKey(request, this.#options.world)?.id ?? 'address';
    if (window === undefined) return undefined;
    if (window.wait(subject, now) > 0) return tooMany(WINDOW / 1_000, now);
    window.count(subject, now);
    return undefined;
  }
}

const WINDOW = 60_000;

/** A browser sends where a change comes from, and pages of others may not make any. */
function isForeign(request: ReceivedRequest): boolean {
  return request.method !== 'GET' && header(request, 'origin') + header(request, 'referer') !== '';
}
