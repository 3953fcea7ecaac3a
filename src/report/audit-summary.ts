import type { Level } from '../audit/finding.ts';
import type { Instant, KeyRecord } from '../rotation/ports.ts';
import { type AuditResult, countsOf, stateOf } from './audit-report.ts';
import { dayText, NOTE_TEXT, type Quote, shortId, sparedTexts, type ToldFinding } from './audit-words.ts';
import { code, plain, prose, table } from './markdown.ts';
import { page } from './summary.ts';
import { MOST_BARS, rowName, timeline } from './timeline.ts';
import { count, instantText } from './words.ts';

/** Rows of each table; the output `report` has more. */
const MOST_ROWS = 100;

const MARK: Readonly<Record<Level, string>> = { error: '❌ error', warning: '⚠️ warning', notice: 'ℹ️ notice' };

/** The job summary of an audit, in GitHub's Markdown; text from outside is escaped. */
export function auditSummary(result: AuditResult, quote: Quote): string {
  const { look, findings, keys, notes } = result;
  const all = findings.length;
  return page(all === 0 ? '✅ MUTX API keys: nothing found' : `MUTX API keys: ${count(all, 'finding')}`, [
    `Looked at ${instantText(look.date)}: ${countsText(findings)}.`,
    notes.map((note) => `> ${plain(NOTE_TEXT[note])}`).join('\n>\n'),
    findingTable(findings, look.date),
    keys.length === 0 ? 'There is no active key.' : keyTable(result, quote),
    sparedTexts(result.spared, look.date, quote)
      .map((text) => `- ${plain(text)}`)
      .join('\n'),
    secretTable(result, quote),
    timeline(result, quote),
    keys.length > MOST_BARS ? `The timeline shows the first ${MOST_BARS} keys of the table.` : '',
  ]);
}

/** `1 error, 2 warnings, no notice`. */
export function countsText(findings: readonly ToldFinding[]): string {
  const counts = countsOf(findings);
  return (Object.keys(counts) as Level[])
    .map((level) => (counts[level] === 0 ? `no ${level}` : count(counts[level], level)))
    .join(', ');
}

function findingTable(findings: readonly ToldFinding[], date: Instant): string {
  if (findings.length === 0) return '';
  const rows = findings
    .slice(0, MOST_ROWS)
    .map(({ level, title, message, since, fix }) => [
      MARK[level],
      `**${plain(title)}**: ${plain(message)}`,
      since === undefined ? '' : dayText(since, date),
      prose(fix),
    ]);
  return table(['', 'What is wrong', 'Since', 'Fix'], rows) + rest(findings.length);
}

/** Six columns are what GitHub's page has room for; ids and times are whole in the output `report`. */
function keyTable({ look, keys }: AuditResult, quote: Quote): string {
  const rows = keys
    .slice(0, MOST_ROWS)
    .map((key, index) => [
      rowName(index),
      keyCell(key, quote),
      stateOf(key, look.date),
      dayText(key.createdAt, look.date),
      key.expiresAt === undefined ? 'never' : dayText(key.expiresAt, look.date),
      key.lastUsed === undefined ? 'never' : dayText(key.lastUsed, look.date),
    ]);
  return table(['', 'Key', 'State', 'Created', 'Expires', 'Last used'], rows) + rest(keys.length);
}

function secretTable({ look, current }: AuditResult, quote: Quote): string {
  if (look.secrets.length === 0) return '';
  const rows = look.secrets.slice(0, MOST_ROWS).map(({ place, updatedAt }, index) => {
    const key = current[index];
    return [
      code(place.target),
      code(place.secret),
      updatedAt === undefined ? 'there is none' : dayText(updatedAt, look.date),
      key === undefined ? 'not known' : keyCell(key, quote),
    ];
  });
  return table(['Target', 'Secret', 'Last written', 'Holds key'], rows) + rest(look.secrets.length);
}

function keyCell({ name, id }: KeyRecord, quote: Quote): string {
  return `${code(quote(name))} ${code(shortId(id))}`;
}

function rest(all: number): string {
  return all > MOST_ROWS ? `\n\n… and ${all - MOST_ROWS} more; the output \`report\` has more of them.` : '';
}
