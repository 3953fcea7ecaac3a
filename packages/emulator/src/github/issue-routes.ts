import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, page, readBody, repositoryOf } from './call.ts';
import { malformed, missingField, notFound, problem } from './errors.ts';
import type { EmulatedIssue, Issues } from './issues.ts';
import { showComment, showIssue } from './represent.ts';

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

/** Parameters of the list; GitHub has more, which would have no effect here. */
const FILTERS = ['state', 'labels', 'sort', 'direction', 'since'];

function list(call: Call): Reply {
  const repository = repositoryOf(call);
  const issues = issuesOf(call);
  const { query } = call.request;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '');
  const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
  const found = issues.all.filter(
    (issue) =>
      (state === 'all' || issue.state === state) &&
      labels.every((one) => issue.labels.includes(one)) &&
      issue.updatedAt >= since,
  );
  const order = ORDERS[query.get('sort') ?? 'created'] ?? ORDERS['created'];
  const ascending = found.toSorted((one, other) => (order?.(one) ?? 0) - (order?.(other) ?? 0));
  const ordered = query.get('direction') === 'asc' ? ascending : ascending.toReversed();
  const { items, headers } = page(call, ordered, FILTERS);
  return { status: 200, headers, json: items.map((issue) => showIssue(issue, repository, call.apiUrl)) };
}

const ORDERS: Readonly<Record<string, (issue: EmulatedIssue) => number>> = {
  created: ({ number }) => number,
  updated: ({ updatedAt }) => updatedAt,
  comments: ({ comments }) => comments.length,
};

function get(call: Call): Reply {
  const issue = issueOf(call);
  noQuery(call);
  return { status: 200, json: showIssue(issue, repositoryOf(call), call.apiUrl) };
}

function create(call: Call): Reply {
  const issues = issuesOf(call);
  noQuery(call);
  const { title, body = null, labels = [] } = readBody(call, ['title', 'body', 'labels']);
  const issue = issues.open(checkedTitle(title), checkedText(body), checkedLabels(labels), call.token);
  return {
    status: 201,
    json: showIssue(issue, repositoryOf(call), call.apiUrl),
    effect: `issue ${issue.number} opened`,
  };
}

function update(call: Call): Reply {
  const issue = issueOf(call);
  noQuery(call);
  const given = readBody(call, ['title', 'body', 'labels', 'state', 'state_reason']);
  const { title, body, labels, state, state_reason: reason } = given;
  if (state !== undefined && state !== 'open' && state !== 'closed') throw malformed('state is not a state.');
  const stateReason = checkedReason(reason);
  issue.title = title === undefined || title === null ? issue.title : checkedTitle(title);
  issue.body = body === undefined ? issue.body : checkedText(body);
  issue.labels = labels === undefined ? issue.labels : checkedLabels(labels);
  issue.updatedAt = call.world.now();
  if (state !== undefined && state !== issue.state) {
    issue.state = state;
    issue.stateReason = state === 'closed' ? (stateReason ?? 'completed') : 'reopened';
    issue.closedAt = state === 'closed' ? call.world.now() : undefined;
  }
  const what = state === 'closed' ? 'closed' : 'updated';
  return {
    status: 200,
    json: showIssue(issue, repositoryOf(call), call.apiUrl),
    effect: `issue ${issue.number} ${what}`,
  };
}

function listComments(call: Call): Reply {
  const issue = issueOf(call);
  const repository = repositoryOf(call);
  const { items, headers } = page(call, issue.comments);
  return {
    status: 200,
    headers,
    json: items.map((one) => showComment(issue, one, repository, call.apiUrl)),
  };
}

function comment(call: Call): Reply {
  const issues = issuesOf(call);
  const issue = issueOf(call);
  noQuery(call);
  const { body } = readBody(call, ['body']);
  if (typeof body !== 'string' || body === '') throw missingField('body');
  const made = issues.comment(issue, body, call.token);
  return {
    status: 201,
    json: showComment(issue, made, repositoryOf(call), call.apiUrl),
    effect: `issue ${issue.number} commented`,
  };
}

/** A text, or a number that becomes one. @throws Refusal 422 */
function checkedTitle(title: unknown): string {
  if ((typeof title !== 'string' && typeof title !== 'number') || title === '') throw missingField('title');
  return String(title);
}

/** @throws Refusal 422 */
function checkedText(body: unknown): string | null {
  if (body !== null && typeof body !== 'string') throw malformed('body is not a string.');
  return body;
}

/** Names, or objects with a name. @throws Refusal 422 */
function checkedLabels(labels: unknown): readonly string[] {
  if (!Array.isArray(labels)) throw malformed('labels is not an array.');
  return labels.map((label: unknown) => {
    const name = typeof label === 'string' ? label : (label as { readonly name?: unknown } | null)?.name;
    if (typeof name !== 'string') throw malformed('a label has no name.');
    return name;
  });
}

/** @throws Refusal 422 */
function checkedReason(reason: unknown): EmulatedIssue['stateReason'] {
  switch (reason) {
    case undefined:
    case null:
      return null;
    case 'completed':
    case 'not_planned':
    case 'duplicate':
    case 'reopened':
      return reason;
    default:
      throw malformed('state_reason is not a reason.');
  }
}

const reads = { name: 'issues', level: 'read' } as const;
const writes = { name: 'issues', level: 'write' } as const;

export const ISSUE_ROUTES: readonly GithubRoute[] = [
  { method: 'GET', pattern: ISSUES, handler: { needs: reads, run: list } },
  { method: 'POST', pattern: ISSUES, handler: { needs: writes, run: create } },
  { method: 'GET', pattern: `${ISSUES}/{issue_number}`, handler: { needs: reads, run: get } },
  { method: 'PATCH', pattern: `${ISSUES}/{issue_number}`, handler: { needs: writes, run: update } },
  {
    method: 'GET',
    pattern: `${ISSUES}/{issue_number}/comments`,
    handler: { needs: reads, run: listComments },
  },
  { method: 'POST', pattern: `${ISSUES}/{issue_number}/comments`, handler: { needs: writes, run: comment } },
];
