import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AREAS, areaOf } from '../../tools/mutation/areas.ts';
import { compare, type Mutant, parseList, type Report, scoreOf } from '../../tools/mutation/survivors.ts';
import { read } from './files.ts';

/** How `npm run mutate` decides: which survivors are known, and what it says of those that are not. */
const FILE = 'src/http/body.ts';
const SOURCE = "const a = bytes.toString('utf8');\nconst b = text === '' ? `x` : y ||\n  z;\n";

const UTF8 = mutant([1, 26], [1, 32], 'StringLiteral', '""');
const UTF8_ITEM = `- StringLiteral: \` const a = bytes.toString('utf8'); \` → \` const a = bytes.toString(""); \``;
const EMPTY = mutant([2, 25], [2, 28], 'StringLiteral', '""');

function mutant(
  [line, column]: readonly [number, number],
  [endLine, endColumn]: readonly [number, number],
  mutatorName: string,
  replacement: string,
  status = 'Survived',
): Mutant {
  const location = { start: { line, column }, end: { line: endLine, column: endColumn } };
  return { mutatorName, replacement, status, location };
}

const reportOf = (source: string, ...mutants: readonly Mutant[]): Report => ({
  files: { [FILE]: { source, mutants } },
});
const listOf = (...items: readonly string[]) => parseList(`### \`${FILE}\`\n\n${items.join('\n')}\n`);

describe('a survivor', () => {
  test('that is not listed is told, as it would stand in the list', () => {
    expect(compare(reportOf(SOURCE, UTF8), [])).toEqual({
      unlisted: [`${FILE} ${UTF8_ITEM}`],
      gone: [],
      killed: [],
    });
  });

  test('that is listed is known, wherever it has moved to', () => {
    const moved = mutant([3, 26], [3, 32], 'StringLiteral', '""');
    const report = reportOf(`// One.\n// Two.\n${SOURCE}`, moved);
    const none = { unlisted: [], gone: [], killed: [] };
    expect(compare(report, listOf(`${UTF8_ITEM}: it is the default.`))).toEqual(none);
  });

  test('is known by its file, its mutator, its text and what becomes of it', () => {
    const list = listOf(`${UTF8_ITEM}: it is the default.`);
    const others = [
      mutant([1, 26], [1, 32], 'StringLiteral', '"x"'),
      mutant([1, 26], [1, 32], 'Other', '""'),
      mutant([1, 11], [1, 32], 'StringLiteral', '""'),
    ];
    for (const other of others) expect(compare(reportOf(SOURCE, other), list).unlisted).toHaveLength(1);
    const elsewhere = { files: { 'src/http/other.ts': { source: SOURCE, mutants: [UTF8] } } };
    expect(compare(elsewhere, list)).toMatchObject({ unlisted: [expect.any(String)], gone: [] });
  });

  test('counts: the same twice is not known by an item for one', () => {
    const report = reportOf(`${SOURCE}${SOURCE}`, UTF8, mutant([4, 26], [4, 32], 'StringLiteral', '""'));
    expect(compare(report, listOf(`${UTF8_ITEM}: why.`)).unlisted).toEqual([
      `${FILE} ${UTF8_ITEM} (2 times)`,
    ]);
    const twice = listOf(`${UTF8_ITEM.replace(':', ' (2 times):')}: why.`);
    expect(compare(report, twice).unlisted).toEqual([]);
  });

  test('is one too if no test comes by, and none if a test failed or did not end', () => {
    const as = (status: string) => compare(reportOf(SOURCE, { ...UTF8, status }), []).unlisted.length;
    expect(['Survived', 'NoCoverage', 'Killed', 'Timeout', 'RuntimeError'].map(as)).toEqual([1, 1, 0, 0, 0]);
  });

  test('may have backticks, and stand on several lines', () => {
    const spread = mutant([2, 31], [3, 4], 'LogicalOperator', 'y && z');
    const { unlisted } = compare(reportOf(SOURCE, EMPTY, spread), []);
    expect(unlisted).toEqual([
      `${FILE} - StringLiteral: \`\` const b = text === '' ? \`x\` : y || \`\` → \` const b = text === '' ? "" : y || \``,
      `${FILE} - LogicalOperator: \`\` const b = text === '' ? \`x\` : y || z; \`\` → \`\` const b = text === '' ? \`x\` : y && z; \`\``,
    ]);
    const list = listOf(...unlisted.map((text) => `${text.slice(FILE.length + 1)}: why.`));
    expect(compare(reportOf(SOURCE, EMPTY, spread), list).unlisted).toEqual([]);
  });
});

describe('an item of the list', () => {
  test('whose text is no more is told, and so is one that a test noticed', () => {
    const list = listOf(`${UTF8_ITEM}: why.`);
    const killed = { ...UTF8, status: 'Killed' };
    expect(compare(reportOf(SOURCE, killed), list)).toMatchObject({ gone: [], killed: [expect.any(String)] });
    expect(compare(reportOf(SOURCE), list)).toMatchObject({ gone: [expect.any(String)], killed: [] });
  });

  test('has a reason, which may go on in the next line', () => {
    expect(listOf(`${UTF8_ITEM}: it is\n  the default.`)[0]?.reason).toBe('it is the default.');
    expect(() => listOf(UTF8_ITEM)).toThrow('not a survivor with its reason');
  });
});

test('the score is what was detected, of what could be tried', () => {
  const statuses = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError'];
  const report = reportOf(SOURCE, ...statuses.map((status) => ({ ...UTF8, status })));
  expect(scoreOf(report)).toEqual({
    mutants: 6,
    killed: 2,
    timedOut: 1,
    survived: 1,
    uncovered: 1,
    percent: 60,
  });
});

test('every item of docs/mutation-testing.md can be read', () => {
  const list = parseList(read('docs/mutation-testing.md'));
  expect(list.length).toBeGreaterThan(0);
  expect(list.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

test('the workflow measures every area', () => {
  const { jobs } = parse(read('.github/workflows/mutation.yml')) as {
    jobs: { mutate: { strategy: { matrix: { area: string[] } } } };
  };
  expect(jobs.mutate.strategy.matrix.area).toEqual(AREAS.map(({ name }) => name));
  expect(() => areaOf('htp')).toThrow('htp is not an area; there are: http, redactor, rotation, inputs');
});
