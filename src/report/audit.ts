import type { Level } from '../audit/finding.ts';
import type { AuditEvent } from '../audit/take-look.ts';
import type { CallFailure } from '../rotation/ports.ts';
import { countsText } from './audit-summary.ts';
import { NOTE_TEXT, type ToldFinding } from './audit-words.ts';
import { earlyFailure, type FailureReport } from './failure.ts';
import { retryText } from './log.ts';
import type { Annotation, Sink } from './sink.ts';
import { count, durationText, instantText, MOST_NAMED } from './words.ts';

/** GitHub shows ten annotations of a level for each step, and the failure of the run is one of them. */
const MOST_ANNOTATIONS = 9;

/** Lines in the log; the output `report` has more. */
const MOST_LINES = 500;

const UNCHANGED = 'nothing was changed: an audit only reads';

/** Renders the events of an audit as they come. */
export function logAudit(event: AuditEvent, sink: Sink): void {
  switch (event.type) {
    case 'listed':
      sink.line(`✓ keys listed: ${count(event.active, 'active key')} (${durationText(event.ms)})`);
      break;
    case 'secrets-read':
      sink.line(`✓ dates of ${count(event.secrets, 'secret')} read (${durationText(event.ms)})`);
      break;
    case 'note': {
      const why = event.failure === undefined ? '' : `: ${event.failure.message}`;
      sink.warning({ title: 'The audit is not complete', message: `${NOTE_TEXT[event.note]}${why}` });
      break;
    }
    case 'retrying':
      sink.line(retryText(event.failure, event.attempt, event.wait));
      break;
  }
}

/** The findings in the log, one line each, and as annotations as far as GitHub shows them. */
export function tellFindings(findings: readonly ToldFinding[], sink: Sink): void {
  sink.line(`Found: ${countsText(findings)}`);
  for (const finding of findings.slice(0, MOST_LINES)) sink.line(`${finding.level}: ${findingText(finding)}`);
  for (const level of ['error', 'warning', 'notice'] as const) {
    for (const one of annotationsOf(findings.filter((finding) => finding.level === level))) sink[level](one);
  }
}

function annotationsOf(findings: readonly ToldFinding[]): readonly Annotation[] {
  const all = findings.map((finding) => ({ title: finding.title, message: findingText(finding) }));
  if (all.length <= MOST_ANNOTATIONS) return all;
  const shown = all.slice(0, MOST_ANNOTATIONS - 1);
  const message = `${all.length - shown.length} more findings of this level are in the job summary and in the output \`report\``;
  return [...shown, { title: 'More findings', message }];
}

function findingText({ message, since, fix }: ToldFinding): string {
  const when = since === undefined ? '' : `, since ${instantText(since)}`;
  return `${message}${when}. Fix: ${fix}`;
}

const FAILING: Readonly<Record<'none' | 'warning' | 'error', ReadonlySet<Level>>> = {
  none: new Set(),
  warning: new Set(['error', 'warning']),
  error: new Set(['error']),
};

/** Why the run fails for what was found; undefined: it does not. */
export function findingsFailure(
  findings: readonly ToldFinding[],
  failOn: keyof typeof FAILING,
): FailureReport | undefined {
  const failing = findings.filter(({ level }) => FAILING[failOn].has(level));
  if (failing.length === 0) return undefined;
  const named = failing.slice(0, MOST_NAMED).map(({ title, message }) => `${title}: ${message}`);
  const more = failing.length - named.length;
  return earlyFailure({
    code: 'findings',
    message: `the audit found ${count(failing.length, 'thing')} that \`fail-on: ${failOn}\` does not let pass`,
    details: more > 0 ? [...named, `and ${more} more; the job summary has them`] : named,
    state: [UNCHANGED],
  });
}

/** The keys or the secrets could not be read. */
export function auditFailure(failures: readonly CallFailure[]): FailureReport {
  return earlyFailure({
    code: 'look-failed',
    message: 'the keys or the secrets could not be read, so there is no report',
    calls: failures,
    state: [UNCHANGED],
  });
}
