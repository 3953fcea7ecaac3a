import { Cron } from 'croner';

const DAY = 86_400_000;

/** Two years and a leap day: every day of the month falls on every day of the week often enough. */
const DAYS = 800;
const START = Date.UTC(2027, 0, 1);

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In place of numbers, the first for `min`. */
  readonly names: readonly string[];
}

/**
 * What GitHub takes as `cron`, which is less than what cron libraries take: no seconds, no `@daily`, no `H`, and the
 * Sunday is 0.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
 */
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { name: 'day of the week', min: 0, max: 6, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

/** Why GitHub does not take a schedule; undefined: it does. Reads on from the schedule. */
export function cronComplaint(cron: string): string | undefined {
  const fields = cron.split(/ +/u);
  if (fields.length !== FIELDS.length) {
    return `has ${fields.length === 1 ? 'one field' : `${fields.length} fields`}, and GitHub takes five`;
  }
  for (const [at, text] of fields.entries()) {
    const field = FIELDS[at];
    if (field === undefined || text.split(',').every((part) => isPart(part, field))) continue;
    const { name, min, max, names } = field;
    const or = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
    return `has \`${text}\` as its ${name}, and GitHub takes ${min} to ${max}${or}`;
  }
  return undefined;
}

/** `*`, `5`, `MON`, `1-5`, each with `/2` or without. */
function isPart(part: string, { min, max, names }: Field): boolean {
  const [, from, to, step] = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/u.exec(part) ?? [undefined, ''];
  const numberOf = (text: string) => {
    const at = names.indexOf(text.toUpperCase());
    if (at >= 0) return at + min;
    return /^\d+$/u.test(text) ? Number(text) : Number.NaN;
  };
  const first = from === undefined ? min : numberOf(from);
  const last = to === undefined ? first : numberOf(to);
  const every = step === undefined ? 1 : Number(step);
  return first >= min && last <= max && first <= last && every >= Math.max(1, min) && every <= max;
}

/**
 * The longest time, in days, from one scheduled day to the next, over all these schedules together.
 * @param crons as GitHub takes them ({@link cronComplaint})
 * @returns Infinity if no day is ever scheduled, or a single one in two years
 */
export function longestGapInDays(crons: readonly string[]): number {
  const days = new Set(crons.flatMap(daysOf));
  const sorted = [...days].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((day, at) => day - (sorted[at] ?? day));
  return gaps.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...gaps);
}

/** The days on which it runs, counted from {@link START}. */
function daysOf(pattern: string): readonly number[] {
  const cron = new Cron(pattern, { mode: '5-part', utcOffset: 0, sloppyRanges: true });
  const days: number[] = [];
  for (let from = START; ; ) {
    const next = cron.nextRun(new Date(from - 1));
    const day = next === null ? DAYS : Math.floor((next.getTime() - START) / DAY);
    if (day >= DAYS) return days;
    days.push(day);
    from = START + (day + 1) * DAY;
  }
}
