/** A mutation-testing report, as far as it matters here (mutation-testing-report-schema, version 2). */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

export interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  /** Lines and columns count from 1; the end is the first character after it. */
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** What one survivor is known by: its whole line or lines, before and after. Numbers of lines move, texts stay. */
export interface Mutation {
  readonly file: string;
  readonly mutator: string;
  readonly from: string;
  readonly to: string;
}

/** A survivor of docs/mutation-testing.md. */
export interface Listed extends Mutation {
  /** How often this mutation of this text may survive in the file. */
  readonly times: number;
  readonly reason: string;
}

/** What the list and a report say differently, in lines to print; none when they agree. */
export interface Differences {
  /** Survive and are not listed, or more often than listed: as they would stand in the list. */
  readonly unlisted: readonly string[];
  /** Listed, and there is no such mutation any more. */
  readonly gone: readonly string[];
  /** Listed, and noticed by a test this time. No fault: some depend on the machine's pace. */
  readonly killed: readonly string[];
}

const LONGEST_TEXT = 240;

/** Detected is what a test noticed, by failing or by not ending. */
const UNDETECTED: readonly string[] = ['Survived', 'NoCoverage'];

export interface Score {
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Of the mutants that could be tried, how many were detected. */
  readonly percent: number;
}

export function scoreOf({ files }: Report): Score {
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const count = (status: string) => all.filter((mutant) => mutant.status === status).length;
  const [killed, timedOut] = [count('Killed'), count('Timeout')];
  const [survived, uncovered] = [count('Survived'), count('NoCoverage')];
  const tried = killed + timedOut + survived + uncovered;
  return {
    mutants: all.length,
    killed,
    timedOut,
    survived,
    uncovered,
    percent: (100 * (killed + timedOut)) / tried,
  };
}

/** @param report of one area; listed survivors in files of which it says nothing are not looked at */
export function compare(report: Report, list: readonly Listed[]): Differences {
  const mutations = Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants.map((mutant) => ({
      text: keyOf(mutationOf(file, source, mutant)),
      survives: UNDETECTED.includes(mutant.status),
    })),
  );
  const counts = new Map<string, number>();
  for (const { text, survives } of mutations) {
    counts.set(text, (counts.get(text) ?? 0) + (survives ? 1 : 0));
  }
  const allowed = new Map(list.map((listed) => [keyOf(listed), listed.times]));
  const here = list.filter(({ file }) => Object.hasOwn(report.files, file)).map(keyOf);
  return {
    unlisted: [...counts]
      .filter(([text, count]) => count > (allowed.get(text) ?? 0))
      .map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`)),
    gone: here.filter((text) => !counts.has(text)),
    killed: here.filter((text) => counts.has(text) && (counts.get(text) ?? 0) < (allowed.get(text) ?? 0)),
  };
}

/** One line for each survivor: its file, and its item in the list, without how often and why. */
function keyOf({ file, mutator, from, to }: Mutation): string {
  return `${file} - ${mutator}: ${code(from)} → ${code(to)}`;
}

function mutationOf(file: string, source: string, mutant: Mutant): Mutation {
  const { start, end } = mutant.location;
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const before = lines.at(0)?.slice(0, start.column - 1) ?? '';
  const after = lines.at(-1)?.slice(end.column - 1) ?? '';
  return {
    file,
    mutator: mutant.mutatorName,
    from: oneLine(lines.join('\n')),
    to: oneLine(before + mutant.replacement + after),
  };
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length > LONGEST_TEXT ? `${flat.slice(0, LONGEST_TEXT - 1)}…` : flat;
}

/** A code span (CommonMark, section 6.1): its fence is longer than any run of backticks in it. */
function code(text: string): string {
  const fence = ['`', '``', '```', '````'].find((one) => !text.includes(one)) ?? '';
  return `${fence} ${text} ${fence}`;
}

const ITEM = /^- (\w+)(?: \((\d+) times\))?: (`+) (.*?) \3 → (`+) (.*?) \5: (.+)$/u;

/**
 * The list in docs/mutation-testing.md: a heading with the file's name, and under it an item for each survivor; an
 * item goes on in lines that are indented.
 * @throws Error for an item that cannot be read
 */
export function parseList(markdown: string): Listed[] {
  const list: Listed[] = [];
  let file: string | undefined;
  for (const line of markdown.replaceAll(/\n {2}(?=\S)/gu, ' ').split('\n')) {
    if (line.startsWith('#')) file = /^### `(src\/.+)`$/u.exec(line)?.[1];
    else if (file !== undefined && line.startsWith('- ')) {
      const [, mutator, times = '1', , from, , to, reason] = ITEM.exec(line) ?? [];
      if (mutator === undefined || from === undefined || to === undefined || reason === undefined) {
        throw new Error(`not a survivor with its reason, under ${file}: ${line}`);
      }
      list.push({ file, mutator, from, to, times: Number(times), reason });
    }
  }
  return list;
}
