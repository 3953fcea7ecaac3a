import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, readBody, repositoryOf } from './call.ts';
import { malformed, missingField, notFound, problem } from './errors.ts';
import type { EmulatedIssue, Issues } from './issues.ts';

/** https://docs.github.com/rest/issues/issues, as far as one issue is kept about something. */
const ISSUES = '/repos/{owner}/{repo}/issues';

/** @throws Refusal 410 the repository has no issues */
function issuesOf(call: Call): Issues {
  const { issues } = repositoryOf(call);
  if (!issues.enabled) throw new Refusal(problem(410, 'Issues has been disabled in this repository.'));
  return issues;
}

function issueOf(call: Call): EmulatedIssue {
  const issue = issuesOf(call).find(Number(call.params['issue_number']));
  if (issue === undefined) throw notFound();
  return issue;
}

function list(call: Call): Reply {
  const issues = issuesOf(call);
  const { query } = call.request;
  const known = ['state', 'labels', 'sort', 'direction', 'per_page'];
  const unknown = [...query.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw malformed(`Unknown parameters in the query: ${unknown.join(', ')}.`);
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '');
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const found = issues.all.filter(
    (issue) =>
      (state === 'all' || issue.state === state) && labels.every((one) => issue.labels.includes(one)),
  );
  const ordered = query.get('direction') === 'asc' ? found : found.toReversed();
  return { status: 200, json: ordered.slice(0, size).map(show) };
}

function create(call: Call): Reply {
  const issues = issuesOf(call);
  noQuery(call);
  const { title, body = '', labels = [] } = readBody(call, ['title', 'body', 'labels']);
  if (typeof title !== 'string' || title === '') throw missingField('title');
  if (typeof body !== 'string') throw malformed('body is not a string.');
  if (!Array.isArray(labels)) throw malformed('labels is not an array.');
  const issue = issues.open(title, body, labels.map(String));
  return { status: 201, json: show(issue), effect: `issue ${issue.number} opened` };
}

function update(call: Call): Reply {
  const issue = issueOf(call);
  noQuery(call);
  const { body, state, state_reason: reason } = readBody(call, ['body', 'state', 'state_reason']);
  if (body !== undefined && typeof body !== 'string') throw malformed('body is not a string.');
  if (state !== undefined && state !== 'open' && state !== 'closed') throw malformed('state is not a state.');
  if (reason !== undefined && reason !== 'completed' && reason !== 'not_planned')
    throw malformed('state_reason is not a reason.');
  issue.body = body ?? issue.body;
  issue.state = state ?? issue.state;
  issue.stateReason = reason ?? issue.stateReason;
  issue.updatedAt = call.world.now();
  const what = state === 'closed' ? 'closed' : 'updated';
  return { status: 200, json: show(issue), effect: `issue ${issue.number} ${what}` };
}

function comment(call: Call): Reply {
  const issue = issueOf(call);
  noQuery(call);
  const { body } = readBody(call, ['body']);
  if (typeof body !== 'string' || body === '') throw missingField('body');
  issue.comments.push(body);
  issue.updatedAt = call.world.now();
  return {
    status: 201,
    json: { id: issue.comments.length, body, created_at: new Date(issue.updatedAt).toISOString() },
    effect: `issue ${issue.number} commented`,
  };
}

function show({ number, title, body, state, stateReason, labels, createdAt, updatedAt }: EmulatedIssue) {
  return {
    id: 900_000_000 + number,
    number,
    title,
    body,
    state,
    state_reason: stateReason,
    labels: labels.map((name) => ({ name })),
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
  };
}

const reads = { name: 'issues', level: 'read' } as const;
const writes = { name: 'issues', level: 'write' } as const;

export const ISSUE_ROUTES: readonly GithubRoute[] = [
  { method: 'GET', pattern: ISSUES, handler: { needs: reads, run: list } },
  { method: 'POST', pattern: ISSUES, handler: { needs: writes, run: create } },
  { method: 'PATCH', pattern: `${ISSUES}/{issue_number}`, handler: { needs: writes, run: update } },
  { method: 'POST', pattern: `${ISSUES}/{issue_number}/comments`, handler: { needs: writes, run: comment } },
];
