import { createHash } from 'node:crypto';
import { code, plain, table } from './markdown.ts';
import { count } from './words.ts';

/** On every issue of ours: what it is found by. Nobody without triage rights can put it on another. */
export const ISSUE_LABEL = 'mutx-api-key';

export type IssueKind = 'rotate' | 'audit';

const TITLE: Readonly<Record<IssueKind, string>> = {
  rotate: 'The rotation of MUTX API keys fails',
  audit: 'The audit of MUTX API keys fails',
};

const WHAT: Readonly<Record<IssueKind, string>> = {
  rotate:
    'A run of the workflow that rotates the MUTX API keys failed. The keys that are stored go on working until they expire, unless the summary of the run says otherwise; what failed, and how to mend it, stands there, too.',
  audit:
    'A run of the workflow that audits the MUTX API keys failed: it has findings, or could not look. They stand in the summary of the run.',
};

/** The run that the issue is about. */
export interface RunNow {
  /** Of the workflow that was started, to tell two of them in one repository apart. */
  readonly workflow: string;
  readonly url: string;
  readonly results: ReadonlyMap<string, string>;
}

export function issueTitle(kind: IssueKind): string {
  return TITLE[kind];
}

/** What the issue carries, unseen, for the next run to find it by and to go on counting. */
interface Mark {
  readonly failures: number;
}

function markStart(kind: IssueKind, workflow: string): string {
  const id = createHash('sha256').update(workflow).digest('hex').slice(0, 16);
  return `<!-- mutx-api-key-action ${kind} ${id} failures=`;
}

/** The mark in an issue's body; undefined: the issue is about something else. */
export function markIn(body: string, kind: IssueKind, workflow: string): Mark | undefined {
  const start = markStart(kind, workflow);
  const at = body.indexOf(start);
  if (at < 0) return undefined;
  const digits = /^\d{1,6}/u.exec(body.slice(at + start.length))?.[0];
  return { failures: Number(digits ?? 0) };
}

/** The issue's body after another failed run. @param before what earlier runs left; undefined: a new issue */
export function issueBody(kind: IssueKind, { workflow, url, results }: RunNow, before?: Mark): string {
  const failures = (before?.failures ?? 0) + 1;
  const rows = [...results].map(([job, result]) => [code(job), plain(result)]);
  return [
    `${markStart(kind, workflow)}${failures} -->`,
    WHAT[kind],
    `Latest failed run: ${url} (${count(failures, 'failed run')} since this issue was opened)`,
    table(['Job', 'Result'], rows),
    'Each further run that fails updates this issue, and the next one that succeeds closes it.',
  ].join('\n\n');
}

export function closingComment({ url }: Pick<RunNow, 'url'>): string {
  return `It works again: ${url}`;
}
