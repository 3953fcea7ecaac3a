import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobLog } from '../../scripts/runner-log.ts';
import * as ours from '../../src/actions/workflow-commands.ts';

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
  });
});

describe('outputs', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'commands-'));
    file = join(folder, 'output');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const written = (work: () => void) => {
    vi.stubEnv('GITHUB_OUTPUT', file);
    writeFileSync(file, '');
    work();
    return readFileSync(file, 'utf8');
  };
  const withoutDelimiter = (lines: string) => lines.replaceAll(/ghadelimiter_[0-9a-f-]{36}/gu, '<delimiter>');

  it('are written as @actions/core writes them, one after the other', () => {
    fc.assert(
      fc.property(text, (value) => {
        const both = (to: typeof core.setOutput) => () => {
          to('first', value);
          to('second', 'x');
        };
        expect(withoutDelimiter(written(both(ours.setOutput)))).toBe(
          withoutDelimiter(written(both(core.setOutput))),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('end where nobody can say beforehand', () => {
    const ends = [1, 2].map(() => written(() => ours.setOutput('name', 'value')));
    expect(ends[0]).not.toBe(ends[1]);
  });

  it('go nowhere without a runner', () => {
    vi.stubEnv('GITHUB_OUTPUT', '');
    expect(() => ours.setOutput('name', 'value')).not.toThrow();
  });

  it('that cannot be written are an error', () => {
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'no-such-folder', 'output'));
    expect(() => ours.setOutput('name', 'value')).toThrow('ENOENT');
  });
});
