import { header, type ReceivedRequest, Refusal, type Reply } from '../message.ts';
import type { Params, Route } from '../router.ts';
import { malformed, notFound, problem } from './errors.ts';
import type { RateLimits } from './limits.ts';
import { has, type Needs } from './permissions.ts';
import type { StoreName } from './scopes.ts';
import { isPersonal, type Token } from './tokens.ts';
import type { EmulatedOrganisation, EmulatedRepository, GithubWorld } from './world.ts';

/** One authenticated request on its way to a handler. */
export interface Call {
  readonly request: ReceivedRequest;
  readonly params: Params;
  readonly world: GithubWorld;
  readonly token: Token;
  readonly limits: RateLimits;
  readonly needs: Needs;
  /** The API's own address, for the links in replies. */
  readonly apiUrl: string;
  /** The path as the links to other pages have it: with the number of the repository or organisation, not its name. */
  readonly listPath: string;
  /** Notes something that GitHub takes, or ignores, and a client of this project does not send. */
  readonly note: (text: string) => void;
}

interface Handler {
  readonly needs: Needs;
  /** Routes of the youngest store need a younger version of the API. */
  readonly store?: StoreName;
  /** Does not count against the rate limit. */
  readonly isFree?: boolean;
  readonly run: (call: Call) => Reply;
}

export type GithubRoute = Route<Handler>;

/**
 * The repository that the path names, if this token may do there what the route does.
 * @throws Refusal 301 it has another name now, 404 it cannot be seen, 403
 */
export function repositoryOf(call: Call): EmulatedRepository {
  const { params, world, token, needs, request } = call;
  const found = world.find(`${params['owner']}/${params['repo']}`);
  if (found.kind === 'none') throw notFound();
  const { repository } = found;
  const reached = reaches(token, repository);
  if (repository.private && !reached) throw notFound();
  if (found.kind === 'moved') throw moved(call, repository);
  if (!(reached ? has(token.permissions, needs) : needs.name === 'metadata')) throw inaccessible(token);
  if (repository.archived && request.method !== 'GET') {
    throw new Refusal(problem(403, 'Repository was archived so is read-only.'));
  }
  return repository;
}

/** @throws Refusal 404, 403 */
export function organisationOf({ params, world, token, needs }: Call): EmulatedOrganisation {
  const organisation = world.organisation(params['org'] ?? '');
  if (organisation === undefined) throw notFound();
  if (!has(token.permissions, needs)) throw inaccessible(token);
  return organisation;
}

function reaches(token: Token, { owner, name }: EmulatedRepository): boolean {
  return token.repositories === undefined || token.repositories.includes(`${owner}/${name}`.toLowerCase());
}

function inaccessible(token: Token): Refusal {
  const by = isPersonal(token) ? 'personal access token' : 'integration';
  return new Refusal(problem(403, `Resource not accessible by ${by}`));
}

function moved({ request, apiUrl }: Call, { id }: EmulatedRepository): Refusal {
  const rest = (request.path ?? '').split('/').slice(4).join('/');
  const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
  const url = `${apiUrl}/repositories/${id}${rest === '' ? '' : `/${rest}`}${query}`;
  return new Refusal({
    status: 301,
    headers: { location: url },
    json: {
      message: 'Moved Permanently',
      url,
      documentation_url:
        'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects',
    },
  });
}

/**
 * A JSON object; no body at all is one without fields. GitHub takes any `Content-Type`, and ignores what it does not
 * know: both are noted.
 * @throws Refusal 400, 422
 */
export function readBody(call: Call, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const body = objectIn(call);
  const unknown = Object.keys(body).filter((name) => !fields.includes(name));
  if (unknown.length > 0) call.note(`fields that are ignored: ${unknown.join(', ')}`);
  return body;
}

/**
 * The same for a route that refuses fields that it does not know.
 * @throws Refusal 400, 422
 */
export function readClosedBody(call: Call, fields: readonly string[]): Readonly<Record<string, unknown>> {
  const body = objectIn(call);
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw malformed(`Invalid request.\n\n"${unknown}" is not a permitted key.`);
  return body;
}

function objectIn({ request, note }: Call): Readonly<Record<string, unknown>> {
  if (request.body === '') return {};
  if (!/^application\/json(;|$)/.test(header(request, 'content-type'))) {
    note('a body without content-type: application/json');
  }
  const body = parse(request.body);
  if (body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    const message = 'Body should be a JSON object';
    throw new Refusal(problem(400, message, { unexpected: message }));
  }
  return body as Readonly<Record<string, unknown>>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(problem(400, 'Problems parsing JSON', { unexpected: 'the body is not JSON' }));
  }
}

/**
 * One page of a list, with GitHub's `Link` header. 30 a page unless asked for up to 100.
 * @param known parameters of the query beside those of pages
 */
export function page<T>(
  call: Call,
  all: readonly T[],
  known: readonly string[] = [],
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const { request, apiUrl, listPath } = call;
  noteQuery(call, ['per_page', 'page', ...known]);
  const size = Math.min(whole(call, 'per_page', 30), 100);
  const number = whole(call, 'page', 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(to));
    return `<${apiUrl}${listPath}?${query.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(1, 'first')] : []),
  ];
  return {
    items: all.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

/** For routes that take no query at all. */
export function noQuery(call: Call): void {
  noteQuery(call, []);
}

function noteQuery({ request, note }: Call, known: readonly string[]): void {
  const unknown = [...request.query.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) note(`parameters of the query that are ignored: ${unknown.join(', ')}`);
}

function whole({ request, note }: Call, name: string, fallback: number): number {
  const given = request.query.get(name);
  if (given === null) return fallback;
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  note(`${name} is not a positive whole number`);
  return fallback;
}
