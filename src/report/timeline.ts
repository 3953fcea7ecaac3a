import type { Instant, KeyRecord } from '../rotation/ports.ts';
import { type AuditResult, stateOf } from './audit-report.ts';
import type { Quote } from './audit-words.ts';
import { block } from './markdown.ts';

/** More bars than this nobody reads. */
export const MOST_BARS = 40;

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
export function rowName(index: number): string {
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
