import type { Level } from '../../audit/finding.ts';
import type { Instant } from '../../core/time.ts';
import type { KeyRecord } from '../../rotation/ports.ts';
import { block, code, plain, prose, table } from '../markdown.ts';
import { page } from '../summary.ts';
import { count, instantText } from '../words.ts';
import { type AuditResult, countsOf, stateOf } from './report.ts';
import { dayText, NOTE_TEXT, type Quote, shortId, sparedTexts, type ToldFinding } from './words.ts';

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

/** More bars than this nobody reads. */
const MOST_BARS = 40;

const NAME_CHARACTERS = 40;

/** What lies further away is drawn at the edge, or one key of 1970 would press all others into a line. */
const HORIZON = 400 * 24 * 60 * 60_000;

/**
 * The keys' lives as a Mermaid Gantt chart. Names are anybody's text, and Mermaid has no way to quote it: what is
 * not a letter, a digit or harmless becomes `_`, and no line begins with a name, where it could be a keyword.
 * https://mermaid.js.org/syntax/gantt.html
 */
export function timeline({ look, keys, findings }: AuditResult, quote: Quote): string {
  if (keys.length === 0) return '';
  const bad = new Set(findings.filter(({ level }) => level !== 'notice').flatMap((finding) => finding.keys));
  const bars = keys.slice(0, MOST_BARS).map((key, index) => {
    const label = [
      rowName(index),
      harmless(quote(key.name)),
      key.expiresAt === undefined ? 'never expires' : '',
    ];
    const start = Math.min(key.createdAt, look.date);
    const end = Math.max(key.expiresAt ?? look.date, start + 60_000);
    const times = [time(start, look.date), time(end, look.date)];
    const tag = bad.has(key.id) ? 'crit' : stateTag(key, look.date);
    return `  ${label.filter((part) => part !== '').join(' ')} :${[tag, ...times].join(', ')}`;
  });
  return block('mermaid', [
    'gantt',
    '  dateFormat YYYY-MM-DD HH:mm',
    '  axisFormat %Y-%m-%d',
    '  section Keys',
    ...bars,
  ]);
}

/** How the table and the chart call a key: `K1`. */
function rowName(index: number): string {
  return `K${index + 1}`;
}

function stateTag(key: KeyRecord, date: Instant): string {
  return stateOf(key, date) === 'active' ? 'active' : 'done';
}

function harmless(name: string): string {
  const flat = name.replace(/[^\p{L}\p{N} ./@_-]+/gu, '_').trim();
  return [...flat].slice(0, NAME_CHARACTERS).join('');
}

/** `2026-11-23 21:14`, in UTC. */
function time(instant: Instant, date: Instant): string {
  const near = Math.min(date + HORIZON, Math.max(date - HORIZON, instant));
  return new Date(near).toISOString().slice(0, 16).replace('T', ' ');
}
