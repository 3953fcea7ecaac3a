import type { EmulatorClock } from '../clock.ts';
import { header, type ReceivedRequest, Refusal, type Reply } from '../message.ts';
import { findRoute } from '../router.ts';
import type { Service } from '../service.ts';
import { ACCOUNT_ROUTES } from './account-routes.ts';
import type { GithubRoute } from './call.ts';
import { notFound, plainProblem, problem, secondaryLimit } from './errors.ts';
import { ISSUE_ROUTES } from './issue-routes.ts';
import type { RateLimits } from './limits.ts';
import { namedPath, numberedPath } from './numbered-paths.ts';
import { ORGANISATION_ROUTES } from './organisation-routes.ts';
import { REPOSITORY_ROUTES } from './repository-routes.ts';
import { type Scope, STORES } from './scopes.ts';
import { expirationHeader, scopesHeader, type Token, type Tokens } from './tokens.ts';
import type { GithubWorld } from './world.ts';

const ROUTES: readonly GithubRoute[] = [
  ...REPOSITORY_ROUTES,
  ...ORGANISATION_ROUTES,
  ...ISSUE_ROUTES,
  ...ACCOUNT_ROUTES,
];

/** The version that all know, and the one that came with the secrets of agents. */
const VERSIONS = { old: '2022-11-28', agents: '2026-03-10' } as const;

/** What GitHub's documentation asks clients to accept. It answers all others the same. */
const MEDIA_TYPE = 'application/vnd.github+json';

interface GithubServiceOptions {
  readonly clock: EmulatorClock;
  readonly world: GithubWorld;
  readonly tokens: Tokens;
  readonly limits: RateLimits;
  /** GitHub Enterprise Server: the old version of the API only, and no secrets of agents. */
  readonly enterprise: boolean;
  readonly apiUrl: () => string;
}

function withoutUserAgent(): Reply {
  const text =
    'Request forbidden by administrative rules. Please make sure your request has a User-Agent header';
  return { status: 403, text: `\r\n${text}\r\n`, unexpected: 'no User-Agent' };
}

export class GithubService implements Service {
  readonly name = 'github';
  readonly clock: EmulatorClock;
  readonly #options: GithubServiceOptions;

  constructor(options: GithubServiceOptions) {
    this.clock = options.clock;
    this.#options = options;
  }

  apply(request: ReceivedRequest): Reply {
    const notes: string[] = [];
    try {
      return { ...this.#apply(request, notes), notes };
    } catch (error) {
      if (error instanceof Refusal) return { ...error.reply, notes };
      throw error;
    }
  }

  closesAfter(): boolean {
    return false;
  }

  headers(request: ReceivedRequest, requestId: string): Readonly<Record<string, string>> {
    const token = this.#token(request);
    const path = namedPath(request.path ?? '', this.#options.world) ?? '';
    const found = findRoute(ROUTES, request.method, path);
    const needs = found.kind === 'route' ? found.route.handler.needs : undefined;
    return {
      'x-github-request-id': requestId,
      'x-github-media-type': 'github.v3; format=json',
      ...(token === undefined ? {} : this.#options.limits.headers(token)),
      ...expirationHeader(token),
      ...scopesHeader(token),
      ...(needs === undefined ? {} : { 'x-accepted-github-permissions': `${needs.name}=${needs.level}` }),
    };
  }

  requestId(seq: number): string {
    return `E000:${seq.toString(16).toUpperCase().padStart(6, '0')}`;
  }

  refusal(status: number): Reply {
    return plainProblem(status);
  }

  rateLimited(retryAfter: number): Reply {
    return secondaryLimit(retryAfter);
  }

  replaceKeyPair({ path = '' }: ReceivedRequest): void {
    this.#scopeAt(namedPath(path, this.#options.world) ?? '')?.replaceKeyPair();
  }

  #apply(request: ReceivedRequest, notes: string[]): Reply {
    const { world, limits, apiUrl } = this.#options;
    if (request.path === undefined) throw notFound(`${request.fullPath} is outside of ${apiUrl()}`);
    if (header(request, 'user-agent') === '') return withoutUserAgent();
    const accept = header(request, 'accept');
    if (accept !== MEDIA_TYPE) notes.push(`Accept is not ${MEDIA_TYPE}`);
    if (header(request, 'authorization') === '') return problem(401, 'Requires authentication');
    const token = this.#token(request);
    if (token === undefined) return problem(401, 'Bad credentials');
    const path = namedPath(request.path, world);
    const found = findRoute(ROUTES, request.method, path ?? '');
    const isFree = found.kind === 'route' && found.route.handler.isFree === true;
    const limited = isFree ? undefined : limits.count(token, request.method);
    if (limited !== undefined) return limited;
    if (path === undefined) throw notFound();
    if (found.kind !== 'route') throw notFound(`no route ${request.method} ${request.path}`);
    const { handler } = found.route;
    this.#checkVersion(request, handler.store === 'agents', notes);
    const { params } = found;
    const note = (text: string) => notes.push(text);
    const listPath = numberedPath(path, world);
    const call = { request, params, world, token, limits, needs: handler.needs };
    return handler.run({ ...call, apiUrl: apiUrl(), listPath, note });
  }

  #token(request: ReceivedRequest): Token | undefined {
    return this.#options.tokens.find(header(request, 'authorization'), this.clock.now());
  }

  /** A request that names no version is one of the oldest version that GitHub still has. */
  #checkVersion(request: ReceivedRequest, isAgents: boolean, notes: string[]): void {
    const { enterprise } = this.#options;
    const given = header(request, 'x-github-api-version');
    if (given === '') notes.push('no X-GitHub-Api-Version');
    const version = given === '' ? VERSIONS.old : given;
    const known: readonly string[] = enterprise ? [VERSIONS.old] : Object.values(VERSIONS);
    if (!known.includes(version)) {
      const message = `"${version}" is not a valid API version`;
      throw new Refusal(problem(400, message, { unexpected: message }));
    }
    if (!isAgents) return;
    // An Enterprise Server has never heard of them; asking is not the client's mistake.
    if (enterprise) throw notFound();
    if (version !== VERSIONS.agents)
      throw notFound(`agents' secrets need the API version ${VERSIONS.agents}`);
  }

  /** The scope whose secrets a path is about. */
  #scopeAt(path: string): Scope | undefined {
    const { world } = this.#options;
    const parts = path.split('/').map(decodeURIComponent);
    const store = STORES.find((one) => parts.includes(one)) ?? 'actions';
    if (parts[1] === 'orgs') return world.organisation(parts[2] ?? '')?.scopes[store];
    const found = world.find(`${parts[2]}/${parts[3]}`);
    if (found.kind !== 'here') return undefined;
    const { repository } = found;
    return parts[4] === 'environments'
      ? repository.environments.get((parts[5] ?? '').toLowerCase())?.scope
      : repository.scopes[store];
  }
}
