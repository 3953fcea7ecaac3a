import { parseRepository } from '../config/targets.ts';
import { parseBaseUrl } from '../config/urls.ts';
import type { CallFailure, Reply } from '../core/call.ts';
import { GithubClient } from '../github/client.ts';
import { type Issue, Issues } from '../github/issues.ts';
import { HttpClient } from '../http/client.ts';
import { earlyFailure } from '../messages/failure.ts';
import {
  closingComment,
  ISSUE_LABEL,
  type IssueKind,
  issueBody,
  issueTitle,
  markIn,
  type RunNow,
} from '../messages/failure-issue.ts';
import type { Secret } from '../secrets/secret.ts';
import { quietCalls } from './calls.ts';
import { USER_AGENT } from './connect.ts';
import type { CommandContext } from './context.ts';

interface Wanted {
  readonly kind: IssueKind;
  readonly run: RunNow;
  readonly token: Secret;
  readonly apiUrl: URL;
  readonly owner: string;
  readonly repo: string;
}

/**
 * Keeps one open issue about a workflow that fails: opened by the first failed run, updated by the others,
 * closed by the next that succeeds. A part of the reusable workflows and of nothing else, so its inputs are no
 * part of the table: what they are given is written in this repository.
 */
export async function issueCommand(context: CommandContext): Promise<void> {
  const { secrets, sink, gate, clock, fail } = context;
  const wanted = readWanted(context);
  if (wanted === undefined) return;
  const { apiUrl, token, owner, repo, run } = wanted;
  const http = new HttpClient({ service: 'github', baseUrl: apiUrl, userAgent: USER_AGENT });
  const github = new GithubClient({ http: gate.requests(http), token, clock: gate.clock(clock) });
  const issues = new Issues(github, secrets, owner, repo);
  const results = [...run.results.values()];
  const failed = results.includes('failure');
  const failure =
    failed || !results.includes('cancelled')
      ? await (failed ? noteFailure : noteSuccess)(issues, wanted, context)
      : undefined;
  http.close();
  if (failure === undefined) {
    sink.line(`the issue about ${issueTitle(wanted.kind)}: ${failed ? 'is open' : 'none is left open'}`);
    return;
  }
  const message = 'the issue about failed runs could not be kept up to date';
  const state = ['keys and secrets are as the other jobs of this run left them'];
  fail(earlyFailure({ code: 'issue-failed', message, calls: [failure], state }));
}

async function noteFailure(
  issues: Issues,
  { kind, run }: Wanted,
  context: CommandContext,
): Promise<CallFailure | undefined> {
  const found = await ours(issues, kind, run, context);
  if (!found.ok) return found.failure;
  const [first] = found.value;
  if (first !== undefined) {
    const body = issueBody(kind, run, markIn(first.body, kind, run.workflow));
    return failureIn(await quietCalls(context.clock)(() => issues.update(first.number, body)));
  }
  // Once: an issue whose reply was lost would be opened a second time.
  const created = await issues.create(issueTitle(kind), issueBody(kind, run), ISSUE_LABEL);
  if (created.ok && created.value === 'none') sayOff(context);
  return failureIn(created);
}

async function noteSuccess(
  issues: Issues,
  { kind, run }: Wanted,
  context: CommandContext,
): Promise<CallFailure | undefined> {
  const found = await ours(issues, kind, run, context);
  if (!found.ok) return found.failure;
  for (const { number } of found.value) {
    const closed = failureIn(await quietCalls(context.clock)(() => issues.close(number)));
    if (closed !== undefined) return closed;
    const commented = failureIn(await issues.comment(number, closingComment(run)));
    if (commented !== undefined) return commented;
  }
  return undefined;
}

/** The open issues about this workflow; more than one only where two runs opened them at the same moment. */
async function ours(
  issues: Issues,
  kind: IssueKind,
  { workflow }: RunNow,
  context: CommandContext,
): Promise<Reply<readonly Issue[]>> {
  const found = await quietCalls(context.clock)(() => issues.open(ISSUE_LABEL));
  if (!found.ok) return found;
  if (found.value === 'none') {
    sayOff(context);
    return { ...found, value: [] };
  }
  return { ...found, value: found.value.filter(({ body }) => markIn(body, kind, workflow) !== undefined) };
}

function sayOff({ sink }: CommandContext): void {
  sink.warning({
    title: 'No issue about failures',
    message: 'this repository has issues switched off, so failed runs are told by GitHub’s own mails only',
  });
}

function failureIn(reply: Reply<unknown>): CallFailure | undefined {
  return reply.ok ? undefined : reply.failure;
}

function readWanted({ env, secrets, fail }: CommandContext): Wanted | undefined {
  const input = (name: string) => env[`INPUT_${name.toUpperCase()}`] ?? '';
  const token = input('github-token').trim();
  const kind = input('kind');
  const results = resultsIn(input('results'));
  const repository = parseRepository(env['GITHUB_REPOSITORY'] ?? '');
  const apiUrl = parseBaseUrl(env['GITHUB_API_URL'] ?? '');
  // Of the workflow that was started, also where it calls ours: `owner/repo/path@ref`.
  const [workflow = ''] = (env['GITHUB_WORKFLOW_REF'] ?? '').split('@');
  const { GITHUB_SERVER_URL: server = '', GITHUB_RUN_ID: runId = '', GITHUB_RUN_ATTEMPT: attempt = '' } = env;
  const details = [
    ...(token === '' ? ['`github-token` is empty'] : []),
    ...(isKind(kind) ? [] : ['`kind` is neither `rotate` nor `audit`']),
    ...(results === undefined ? ['`results` is not a list of `job=result`'] : []),
    ...(repository === undefined ? ['`GITHUB_REPOSITORY` names no repository'] : []),
    ...(apiUrl.ok ? [] : ['`GITHUB_API_URL` is no URL']),
    // What the issue is found by: without it, all workflows of a repository would share one.
    ...(workflow === '' ? ['`GITHUB_WORKFLOW_REF` names no workflow: the runner is older than 2.300.0'] : []),
  ];
  const readable = token !== '' && workflow !== '' && apiUrl.ok;
  if (!isKind(kind) || results === undefined || repository === undefined || !readable) {
    fail(
      earlyFailure({ code: 'invalid-input', message: `${details.length} inputs cannot be used`, details }),
    );
    return undefined;
  }
  const { owner, repo } = repository;
  const url = `${server}/${owner}/${repo}/actions/runs/${runId}/attempts/${attempt}`;
  const run = { workflow, url, results };
  return { kind, run, token: secrets.admit(token), apiUrl: apiUrl.value, owner, repo };
}

function isKind(text: string): text is IssueKind {
  return text === 'rotate' || text === 'audit';
}

/** The result of each job that this one waited for, written `job=result`; undefined: not that. */
function resultsIn(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = text
    .trim()
    .split(/\s+/u)
    .map((pair) => /^([\w-]+)=([a-z]+)$/u.exec(pair));
  const results = pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? ''] as const]));
  return results.length < pairs.length ? undefined : new Map(results);
}
