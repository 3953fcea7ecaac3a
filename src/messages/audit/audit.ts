import type { Level } from '../../audit/finding.ts';
import type { AuditEvent } from '../../audit/snapshot.ts';
import type { CallFailure } from '../../core/call.ts';
import type { Instant } from '../../core/time.ts';
import { earlyFailure, type FailureReport, retryAtOf } from '../failure.ts';
import { retryText } from '../log.ts';
import type { Sink } from '../sink.ts';
import { count, durationText, instantText } from '../words.ts';
import { countsText } from './summary.ts';
import { NOTE_TEXT, type ToldFinding } from './words.ts';

/** GitHub shows ten annotations of a level for each step, and the failure of the run is one of them. */
const MOST_ANNOTATIONS = 9;

/** More lines of the log than this nobody reads. */
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
      // Told when the list was read, whatever reads it.
      if (event.note === 'older-unread') break;
      const why = event.failure === undefined ? '' : `: ${event.failure.message}`;
      sink.warning({ title: 'The audit is not complete', message: `${NOTE_TEXT[event.note]}${why}` });
      break;
    }
    case 'retrying':
      sink.line(retryText(event.failure, event.attempt, event.wait));
      break;
  }
}

/** The findings as annotations, as far as GitHub shows them, and the others as lines of the log. */
export function tellFindings(findings: readonly ToldFinding[], sink: Sink): void {
  sink.line(`Found: ${countsText(findings)}`);
  for (const level of ['error', 'warning', 'notice'] as const) {
    const ofLevel = findings.filter((finding) => finding.level === level);
    const shown = ofLevel.length <= MOST_ANNOTATIONS ? ofLevel : ofLevel.slice(0, MOST_ANNOTATIONS - 1);
    for (const finding of shown) sink[level]({ title: finding.title, message: findingText(finding) });
    const more = ofLevel.slice(shown.length);
    if (more.length === 0) continue;
    const message = `${more.length} more findings of this level are in the log and in the output \`report\``;
    sink[level]({ title: 'More findings', message });
    for (const finding of more.slice(0, MOST_LINES)) sink.line(`${level}: ${findingText(finding)}`);
  }
}

function findingText({ message, since, fix }: ToldFinding): string {
  const when = since === undefined ? '' : ` (since ${instantText(since)})`;
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
  return earlyFailure({
    code: 'findings',
    message: `the audit found ${count(failing.length, 'thing')} that \`fail-on: ${failOn}\` does not let pass`,
    state: [UNCHANGED],
  });
}

/** The keys or the secrets could not be read. @param now by this machine's clock */
export function auditFailure(failures: readonly CallFailure[], now: Instant): FailureReport {
  return earlyFailure({
    code: 'look-failed',
    message: 'the keys or the secrets could not be read, so there is no report',
    calls: failures,
    state: [UNCHANGED],
    retryAt: retryAtOf(failures, now),
  });
}
