import type { Instant } from '../core/time.ts';
import type { KeysNow, Outcome, TargetResult, TargetStatus } from '../rotation/outcome.ts';
import type { Plan } from '../rotation/plan.ts';
import type { KeySummary } from '../rotation/ports.ts';
import { alikeText, entryOf, type FailedCall, type FailureReport, failureOf } from './failure.ts';
import { block, code, plain, prose, table } from './markdown.ts';
import { afterText, count, graceText, heldText, instantText, planLines, sparedText } from './words.ts';

/** Rows beyond this would crowd out everything else; the outputs have them all. */
export const MOST_ROWS = 500;

const STATUS: Readonly<Record<TargetStatus, string>> = {
  created: '✅ created',
  updated: '✅ updated',
  unchanged: '➖ unchanged',
  failed: '❌ failed',
  skipped: '➖ not touched',
};

/**
 * The job summary of a rotation, in GitHub's Markdown; text from outside is escaped.
 * @param givenUp keys revoked before their successor was stored (`on-quota: replace`)
 */
export function summaryOf(outcome: Outcome, keyName: string, givenUp: readonly string[] = []): string {
  switch (outcome.kind) {
    case 'rotated':
      return page('MUTX API key rotated', [
        keyTable(outcome.key),
        targetTable(outcome.targets),
        keysText(outcome.keys, 'the new key'),
      ]);
    case 'not-due':
      return page('MUTX API key not due', [
        `Not due when this run looked: ${plain(outcome.plan.why)}. By the dates of keys and secrets, every target holds this key:`,
        keyTable(outcome.key),
        targetTable(outcome.targets),
        keysText(outcome.keys, 'this look'),
      ]);
    case 'planned':
      return page('MUTX API key: plan (dry run)', [
        'Nothing was changed. A run would:',
        planText(outcome.plan),
        `Key name: ${code(keyName)}`,
        targetTable(outcome.targets),
      ]);
    case 'failed':
      return page('❌ MUTX API key not rotated', [
        ...failureText(failureOf(outcome, givenUp)),
        outcome.minted === undefined ? '' : keyTable(outcome.minted),
        targetTable(outcome.targets),
        keysText(outcome.keys, 'the new key'),
      ]);
  }
}

/** The job summary of a run that failed and has nothing else to show. @param title what was not done */
export function failureSummary(title: string, report: FailureReport): string {
  return page(`❌ ${plain(title)}`, failureText(report));
}

/**
 * Something that a person should know whatever became of the run; may stand before everything else.
 * @param message what it is, and a line for each reason
 */
export function warningSummary(message: string, fix: string | undefined): string {
  const [first = '', ...reasons] = message.split('\n');
  const parts = [
    prose(first),
    reasons.map((reason) => `- ${prose(reason)}`).join('\n'),
    fix === undefined ? '' : fixPart(fix),
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  const quoted = text.split('\n').map((line) => `> ${line}`.trimEnd());
  return `${['> [!WARNING]', ...quoted].join('\n')}\n\n`;
}

/** A page of the summary; empty parts are left out. */
export function page(title: string, parts: readonly string[]): string {
  return `${[`## ${title}`, ...parts].filter((part) => part !== '').join('\n\n')}\n`;
}

export function keyTable({ id, name, expiresAt }: KeySummary): string {
  return table(['Key', 'Name', 'Expires'], [[code(id), code(name), expiryCell(expiresAt)]]);
}

function expiryCell(expiresAt: Instant | undefined): string {
  return expiresAt === undefined ? 'never' : instantText(expiresAt);
}

function targetTable(targets: readonly TargetResult[]): string {
  if (targets.length === 0) return '';
  // Failures first: in a long list they are what one looks for.
  const sorted = [...targets].sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));
  const rows = sorted.slice(0, MOST_ROWS).map((one) => [code(one.target), code(one.secret), statusCell(one)]);
  const more = targets.length - rows.length;
  const rest =
    more > 0
      ? `\n\n… and ${count(more, 'more target', 'more targets')}; the output \`targets\` has them all.`
      : '';
  return table(['Target', 'Secret', 'Result'], rows) + rest;
}

function statusCell({ status, failure }: TargetResult): string {
  return failure === undefined ? STATUS[status] : `${STATUS[status]}: ${prose(failure.message)}`;
}

function keysText(
  { revoked, superseded, graceEnds, left, held, spared }: KeysNow,
  since: 'this look' | 'the new key',
): string {
  const later = left.filter((id) => !held.includes(id));
  const waiting = superseded.filter((id) => !left.includes(id));
  return [
    `**Revoked:** ${ids(revoked)}`,
    waiting.length > 0
      ? `**Superseded, not revoked by this run:** ${ids(waiting)}${graceText(graceEnds)}`
      : '',
    later.length > 0 ? `**Left for a later run to revoke:** ${ids(later)}` : '',
    held.length > 0 ? `**Held back:** ${heldText(held, code)}` : '',
    spared.length > 0 ? `**Not revoked by this run:** ${sparedText(spared, since, code)}` : '',
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

function ids(keys: readonly string[]): string {
  return keys.length === 0 ? 'none' : keys.map(code).join(', ');
}

function planText(plan: Plan): string {
  return planLines(plan)
    .map((line) => `- ${plain(line)}`)
    .join('\n');
}

/** What a failed run has to tell, in Markdown. */
export function failureText(report: FailureReport): string[] {
  const parts = [
    `**${prose(report.message)}** (${code(report.code)})`,
    report.details.map((line) => `- ${prose(line)}`).join('\n'),
    ...report.calls.map(callPart),
  ];
  if (report.hint !== undefined && report.calls.length === 0) {
    parts.push(`Cause: ${prose(report.hint.cause)}`, fixPart(report.hint.fix));
  }
  parts.push(['**State of things now**', '', ...report.state.map((line) => `- ${prose(line)}`)].join('\n'));
  if (report.retryAt !== undefined) parts.push(`A run after ${afterText(report.retryAt)} can work.`);
  parts.push(`[More about this, and what to check](${entryOf(report)})`);
  return parts;
}

function callPart({ failure, alike, cause, fix }: FailedCall): string {
  const calls = [failure, ...alike].map((one) => `- ${plain(alikeText(one))}`).slice(0, MOST_ROWS);
  const id = failure.requestId === undefined ? '' : `, request id ${code(failure.requestId)}`;
  return [
    calls.join('\n'),
    `${prose(failure.message)} (${code(failure.code)}${id})`,
    cause === undefined ? '' : `Cause: ${prose(cause)}`,
    fix === undefined ? '' : fixPart(fix),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Lines to copy are those of a list or a mapping inside one; what stands between them is said, not copied. */
function fixPart(fix: string): string {
  const parts: string[] = [];
  let toCopy: string[] = [];
  const endBlock = () => {
    if (toCopy.length > 0) parts.push(block('yaml', toCopy));
    toCopy = [];
  };
  for (const line of fix.split('\n')) {
    if (/^(?: |- )/u.test(line)) {
      toCopy.push(line);
      continue;
    }
    endBlock();
    parts.push(prose(line));
  }
  endBlock();
  return `Fix: ${parts.join('\n\n')}`;
}
