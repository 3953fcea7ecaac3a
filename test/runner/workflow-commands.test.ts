import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobLog } from '../../scripts/runner-log.ts';
import * as ours from '../../src/runner/workflow-commands.ts';

// Holds invariant 6 of docs/threat-model.md.

/** Whatever a server may have put into a message, and what commands are made of. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('%', '\r', '\n', ':', ',', '::', '%0A', '##[', '=', ' ', 'ü', '🗝'),
    fc.string(),
  ),
});

describe('the commands for the runner are those of @actions/core', () => {
  let written = '';
  beforeEach(() => {
    written = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());

  const linesOf = (work: () => void) => {
    written = '';
    work();
    return written;
  };

  it.each([
    ['setSecret', ours.setSecret, core.setSecret],
    ['info', ours.info, core.info],
    ['debug', ours.debug, core.debug],
    ['startGroup', ours.startGroup, core.startGroup],
  ])('%s', (_name, our, their) => {
    fc.assert(
      fc.property(text, (line) => {
        expect(linesOf(() => our(line))).toBe(linesOf(() => their(line)));
      }),
    );
  });

  it.each([
    ['notice', ours.notice, core.notice],
    ['warning', ours.warning, core.warning],
    ['error', ours.error, core.error],
  ])('%s', (_name, our, their) => {
    fc.assert(
      fc.property(text, text.filter(Boolean), (message, title) => {
        const line = linesOf(() => our(message, { title }));
        expect(line).toBe(linesOf(() => their(message, { title })));
        expect(line.split(/\r?\n/u)).toHaveLength(2);
      }),
    );
    fc.assert(
      fc.property(text.filter(Boolean), fc.integer({ min: 1 }), (file, line) => {
        const here = linesOf(() => our('m', { title: 't', file, line }));
        expect(here).toBe(linesOf(() => their('m', { title: 't', file, startLine: line })));
      }),
    );
  });

  it('endGroup', () => {
    expect(linesOf(() => ours.endGroup())).toBe(linesOf(() => core.endGroup()));
  });

  it('and say to the runner what was meant', () => {
    const log = new JobLog(true);
    const read = (work: () => void) => log.read(linesOf(work).trimEnd());
    expect(read(() => ours.setSecret('50 %\nsure'))).toBeUndefined();
    expect(log.masks).toEqual(['50 %\nsure']);
    read(() => ours.error('one\ntwo', { title: 'a: b, c' }));
    expect(log.annotations).toEqual([{ level: 'error', title: 'a: b, c', message: 'one\ntwo' }]);
    read(() => ours.warning('m', { title: 't', file: 'a,b:c.yml', line: 7 }));
    expect(log.annotations[1]).toMatchObject({ at: 'a,b:c.yml:7' });
  });
});

describe('what is left in the files of the runner', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'commands-'));
    file = join(folder, 'file');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const written = (variable: string, work: () => void) => {
    vi.stubEnv(variable, file);
    writeFileSync(file, '');
    work();
    return readFileSync(file, 'utf8');
  };
  const withoutDelimiter = (lines: string) => lines.replaceAll(/ghadelimiter_[0-9a-f-]{36}/gu, '<delimiter>');

  it.each([
    ['outputs', 'GITHUB_OUTPUT', ours.setOutput, core.setOutput],
    ['state', 'GITHUB_STATE', ours.saveState, core.saveState],
    // The library sets the variable in its own process too.
    ['variables', 'GITHUB_ENV', ours.exportVariable, core.exportVariable],
  ] as const)('%s: as @actions/core leaves them, one after the other', (_what, variable, our, their) => {
    vi.stubEnv('TOLD_TO_THE_RUNNER', '');
    fc.assert(
      fc.property(
        text.filter((value) => !value.includes('\0')),
        (value) => {
          const both = (to: (name: string, value: string) => void) => () => {
            to('TOLD_TO_THE_RUNNER', value);
            to('TOLD_TO_THE_RUNNER', 'x');
          };
          expect(withoutDelimiter(written(variable, both(our)))).toBe(
            withoutDelimiter(written(variable, both(their))),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('ends where nobody can say beforehand', () => {
    const ends = [1, 2].map(() => written('GITHUB_OUTPUT', () => ours.setOutput('name', 'value')));
    expect(ends[0]).not.toBe(ends[1]);
  });

  it('goes nowhere without a runner', () => {
    vi.stubEnv('GITHUB_OUTPUT', '');
    expect(() => ours.setOutput('name', 'value')).not.toThrow();
  });

  it('is an error where it cannot be written', () => {
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'no-such-folder', 'output'));
    expect(() => ours.setOutput('name', 'value')).toThrow('ENOENT');
  });
});
