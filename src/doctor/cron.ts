const DAY = 86_400_000;

/** Two years and a leap day: every day of the month falls on every day of the week often enough. */
const DAYS = 800;
const START = Date.UTC(2027, 0, 1);

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

type Matches = (value: number) => boolean;

/**
 * The longest time, in days, from one scheduled day to the next, over all these schedules together. POSIX cron in
 * five fields, as GitHub takes it: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
 * @returns undefined if one of them cannot be read; Infinity if no day is ever scheduled
 */
export function longestGapInDays(crons: readonly string[]): number | undefined {
  const runsOn: ((day: Date) => boolean)[] = [];
  for (const cron of crons) {
    const one = daysOf(cron);
    if (one === undefined) return undefined;
    runsOn.push(one);
  }
  let last: number | undefined;
  let longest = 0;
  for (let day = 0; day < DAYS; day++) {
    if (!runsOn.some((on) => on(new Date(START + day * DAY)))) continue;
    longest = Math.max(longest, last === undefined ? 0 : day - last);
    last = day;
  }
  return last === undefined || longest === 0 ? Number.POSITIVE_INFINITY : longest;
}

function daysOf(cron: string): ((day: Date) => boolean) | undefined {
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...rest] = cron.trim().split(/\s+/u);
  if (minute === undefined || hour === undefined || rest.length > 0) return undefined;
  if (dayOfMonth === undefined || month === undefined || dayOfWeek === undefined) return undefined;
  const inMonth = fieldOf(month, 1, 12, MONTHS, 1);
  const onDate = fieldOf(dayOfMonth, 1, 31, [], 0);
  const onWeekday = fieldOf(dayOfWeek, 0, 7, WEEKDAYS, 0);
  if (inMonth === undefined || onDate === undefined || onWeekday === undefined) return undefined;
  // Where both are restricted, either is enough.
  const either = !dayOfMonth.startsWith('*') && !dayOfWeek.startsWith('*');
  return (day) => {
    const weekday = day.getUTCDay();
    const date = onDate(day.getUTCDate());
    const week = onWeekday(weekday) || (weekday === 0 && onWeekday(7));
    return inMonth(day.getUTCMonth() + 1) && (either ? date || week : date && week);
  };
}

/** @param names in place of numbers; the first stands for `base` */
function fieldOf(
  field: string,
  min: number,
  max: number,
  names: readonly string[],
  base: number,
): Matches | undefined {
  const parts: Matches[] = [];
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/u.exec(part);
    if (match === null) return undefined;
    const [, from, to, step = '1'] = match;
    const numberOf = (text: string) => {
      const at = names.indexOf(text.toUpperCase());
      return at >= 0 ? at + base : Number(text);
    };
    const first = from === undefined ? min : numberOf(from);
    const single = match[3] === undefined ? first : max;
    const last = from === undefined ? max : to === undefined ? single : numberOf(to);
    const every = Number(step);
    if (!(first >= min && last <= max && first <= last && every > 0)) return undefined;
    parts.push((value) => value >= first && value <= last && (value - first) % every === 0);
  }
  return (value) => parts.some((matches) => matches(value));
}
