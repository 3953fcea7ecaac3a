import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JobLog } from '../../scripts/runner-log.ts';
import { NotHandedOn } from '../../src/messages/sink.ts';
import { runnerSink as sink } from '../../src/runner/runner-sink.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

// Holds invariant 6 of docs/threat-model.md.

/** Whatever a server may have put into a message, and what commands are made of. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('%', '\r', '\n', ':', ',', '::', '%0A', '##[', '=', ' ', 'ü', '🗝'),
    fc.string(),
  ),
});
/** Spaces at an end are nothing that a page shows. */
const words = text.map((one) => `a${one}z`);
const SECRET = new SecretRegistry(() => {}).admit('mutx_live_sink_0123456789abcdef');

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('what the log says to the runner', () => {
  const read = (log: JobLog, work: () => void) => {
    printed = '';
    work();
    return log.read(printed.trimEnd());
  };

  it.each(['notice', 'warning', 'error'] as const)('%s: one annotation, whatever is in its text', (level) => {
    fc.assert(
      fc.property(words, words, (message, title) => {
        const log = new JobLog(true);
        read(log, () => sink[level]({ title, message }));
        expect(printed.split(/\r?\n/u)).toHaveLength(2);
        expect(log.annotations).toEqual([{ level, title, message }]);
      }),
    );
  });

  it('says where the trouble is', () => {
    const log = new JobLog(true);
    read(log, () =>
      sink.error({ title: 'a: b, c', message: 'one\ntwo', at: { file: 'a,b:c.yml', line: 7 } }),
    );
    expect(log.annotations).toEqual([
      { level: 'error', title: 'a: b, c', message: 'one\ntwo', at: 'a,b:c.yml:7' },
    ]);
  });
});

describe('what is left in the files of the runner', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'commands-'));
    file = join(folder, 'file');
    writeFileSync(file, '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const KINDS = [
    ['GITHUB_OUTPUT', (name: string, value: string) => sink.output(name, value)],
    ['GITHUB_STATE', (name: string, value: string) => sink.state(name, value)],
    ['GITHUB_OUTPUT', () => sink.secretOutput('SINK_TEST', SECRET)],
    ['GITHUB_ENV', () => sink.secretVariable('SINK_TEST', SECRET)],
  ] as const;

  it.each(KINDS)('%s: a value ends where nobody can say beforehand', (variable, write) => {
    vi.stubEnv(variable, file);
    fc.assert(
      fc.property(
        text.filter((value) => !value.includes('\0')),
        (value) => {
          writeFileSync(file, '');
          write('SINK_TEST', value);
          write('SINK_TEST', value);
          const [first = '', second = ''] = [
            ...readFileSync(file, 'utf8').matchAll(/^SINK_TEST<<(ghadelimiter_\S+)$/gmu),
          ].map(([, delimiter]) => delimiter);
          expect(first).toMatch(/^ghadelimiter_[0-9a-f-]{36}$/u);
          expect(second).not.toBe(first);
        },
      ),
      { numRuns: 20 },
    );
    expect(printed).toBe('');
  });

  it.each(KINDS)('%s: without a file nothing is handed on, and nothing is printed', (variable, write) => {
    for (const path of ['', undefined, join(folder, 'no-such-folder', 'file'), folder]) {
      vi.stubEnv(variable, path);
      expect(() => write('SINK_TEST', 'a value')).toThrow(NotHandedOn);
    }
    expect(printed).toBe('');
  });

  it('a variable of later steps is none of this process: what it starts would inherit it', () => {
    vi.stubEnv('GITHUB_ENV', file);
    sink.secretVariable('SINK_TEST', SECRET);
    expect(process.env['SINK_TEST']).toBeUndefined();
    vi.stubEnv('SINK_TEST', 'before');
    sink.secretVariable('SINK_TEST', SECRET);
    expect(process.env['SINK_TEST']).toBe('before');
    expect(readFileSync(file, 'utf8').split(SECRET.expose())).toHaveLength(3);
  });

  it('the summary is written when the call returns: a job that is cancelled does not wait', () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', file);
    sink.summary('# Done\n');
    expect(readFileSync(file, 'utf8')).toBe('# Done\n');
    vi.stubEnv('GITHUB_STEP_SUMMARY', folder);
    sink.summary('# Again\n');
    expect(printed).toContain('::warning title=Summary not written::');
  });
});
