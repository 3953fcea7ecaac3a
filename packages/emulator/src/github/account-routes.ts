import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery } from './call.ts';
import { problem } from './errors.ts';
import { showAuthenticatedUser, showRoot } from './represent.ts';
import { actsAsPerson } from './tokens.ts';

const metadata = { name: 'metadata', level: 'read' } as const;

/** Whom the token acts for. */
function getUser(call: Call): Reply {
  noQuery(call);
  if (!actsAsPerson(call.token)) throw new Refusal(problem(403, 'Resource not accessible by integration'));
  return { status: 200, json: showAuthenticatedUser(call.world, call.apiUrl) };
}

function getRateLimit(call: Call): Reply {
  noQuery(call);
  const core = call.limits.state(call.token);
  const unused = (limit: number) => ({ limit, used: 0, remaining: limit, reset: core.reset });
  const resources = { core, search: unused(30), graphql: unused(5_000) };
  return { status: 200, json: { resources, rate: core } };
}

function getRoot(call: Call): Reply {
  noQuery(call);
  return { status: 200, json: showRoot(call.apiUrl) };
}

/** What belongs to the token and to the API itself. */
export const ACCOUNT_ROUTES: readonly GithubRoute[] = [
  { method: 'GET', pattern: '/user', handler: { needs: metadata, run: getUser } },
  { method: 'GET', pattern: '/rate_limit', handler: { needs: metadata, isFree: true, run: getRateLimit } },
  { method: 'GET', pattern: '/', handler: { needs: metadata, run: getRoot } },
];
