import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStep } from '../../scripts/runner.ts';
import { JobLog } from '../../scripts/runner-log.ts';

describe("the runner's log", () => {
  it('masks what it was told so far, in lines, annotations and titles, overlapping masks as one', () => {
    const log = new JobLog(false);
    const lines = [
      'before abc',
      '::add-mask::abcd',
      '::add-mask::cdef',
      'x abcdef y',
      '::error title=abcd::no abcd',
    ];
    expect(lines.map((line) => log.read(line))).toEqual([
      'before abc',
      undefined,
      undefined,
      'x *** y',
      '##[error]no ***',
    ]);
    expect(log.annotations).toEqual([{ level: 'error', title: '***', message: 'no ***' }]);
    expect(log.masks).toEqual(['abcd', 'cdef']);
  });

  it('undoes the escapes of commands: data has three, properties five', () => {
    const log = new JobLog(true);
    log.read('::warning title=a%3Ab%2Cc%25,file=x::one%0Atwo%25%3A');
    expect(log.annotations).toEqual([
      { level: 'warning', title: 'a:b,c%', message: 'one\ntwo%%3A', at: 'x:1' },
    ]);
    expect([log.read('::debug::a'), log.read('::group::a'), log.read('::endgroup::')]).toEqual([
      '##[debug]a',
      '##[group]a',
      '##[endgroup]',
    ]);
    expect(new JobLog(false).read('::debug::a')).toBeUndefined();
  });

  it.each(['::stop-commands::x', '  ::set-env name=A::b', 'text ##[add-mask]x', '::add-mask::'])(
    'stops a test at a command that this action has no business with: %s',
    (line) => {
      expect(() => new JobLog(false).read(line)).toThrow(/no business|empty mask/u);
    },
  );
});

describe('a step', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'step-'));
    await writeFile(
      join(folder, 'action.yml'),
      'inputs:\n  plain: {}\n  with space:\n    default: 7\n  given:\n    default: x\nruns:\n  using: node24\n  main: main.mjs\n',
    );
    await writeFile(
      join(folder, 'main.mjs'),
      `import { appendFileSync } from 'node:fs';
       const { GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY, ...env } = process.env;
       console.log(JSON.stringify(Object.entries(env).filter(([name]) => name.startsWith('INPUT_')).sort()));
       console.log(Object.keys(env).filter((name) => !/^(GITHUB|RUNNER|INPUT)_/.test(name)).sort().join());
       process.stdout.write('cut\\rby CR\\r\\nlast');
       console.error('aside');
       appendFileSync(GITHUB_OUTPUT, 'a=1=2\\nb<<E\\nx\\n\\ny\\nE\\n');
       appendFileSync(GITHUB_STATE, 's=1\\n');
       appendFileSync(GITHUB_STEP_SUMMARY, '# hi');
       process.exitCode = 3;`,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('sees its inputs as the runner names them, defaults too, and nothing of our own environment', async () => {
    await using run = await runStep({ action: join(folder, 'action.yml'), inputs: { given: 'y' } });
    const [inputs, variables, ...rest] = run.rawStdout.split(/\r\n|\n|\r/u);
    expect(JSON.parse(inputs ?? '')).toEqual([
      ['INPUT_GIVEN', 'y'],
      ['INPUT_PLAIN', ''],
      ['INPUT_WITH_SPACE', '7'],
    ]);
    expect(variables).toBe('CI,HOME,PATH,TMPDIR');
    expect(rest).toEqual(['cut', 'by CR', 'last']);
    expect(run).toMatchObject({
      exitCode: 3,
      rawStderr: 'aside\n',
      outputs: { a: '1=2', b: 'x\n\ny' },
      state: { s: '1' },
      summary: '# hi',
    });
    expect(run.log).toEqual(expect.arrayContaining(['cut', 'by CR', 'last', 'aside']));
    expect(run.since.firstLine).toBeGreaterThan(0);
    expect(run.since.exit).toBeLessThanOrEqual(run.ms);
  });
});
