import { setSecret } from '@actions/core';
import { describe, expect, it } from 'vitest';
import { JobLog } from '../../scripts/runner-log.ts';
import { guarded } from '../../src/messages/guard.ts';
import type { Sink } from '../../src/messages/sink.ts';
import { runnerSink } from '../../src/runner/runner-sink.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { fc } from '../property.ts';
import { heard } from './step-here.ts';

// Holds invariant 6 of docs/threat-model.md.

/** What commands are made of, more often than chance would have it. */
const text = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      fc.constantFrom(
        '::',
        '##[',
        ']',
        '%',
        '%25',
        '%0A',
        '%3A',
        '\r',
        '\n',
        '\r\n',
        ',',
        '=',
        ' ',
        '\t',
        '\u0085',
      ),
      fc.constantFrom(
        '::add-mask::x',
        '::error title=a::b',
        '##[group]',
        '::endgroup::',
        '\u2028::stop-commands::t',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').toWellFormed());

/** What is written, and what the runner makes of it. */
function through(tell: (sink: Sink) => void, sink: Sink = runnerSink) {
  const out = heard();
  try {
    tell(sink);
  } finally {
    out.end();
  }
  const log = new JobLog(true);
  const lines = out
    .text()
    .replace(/\n$/u, '')
    .split(/\r\n|\n|\r/u);
  for (const line of lines) log.read(line);
  return { lines, log };
}

const guardedSink = () => guarded(runnerSink, new SecretRegistry(() => {}));

describe('a command of ours', () => {
  it('is one line, and the runner reads the message and title that were written, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('error', 'warning'),
        text,
        text.filter(Boolean),
        (level, message, title) => {
          const { lines, log } = through((sink) => sink[level]({ title, message }));
          expect(lines).toHaveLength(1);
          expect(log.annotations).toEqual([{ level, title, message }]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that masks tells the very text', () => {
    fc.assert(
      fc.property(
        text.filter((one) => one.trim() !== ''),
        (secret) => {
          const { lines, log } = through(() => setSecret(secret));
          expect(lines).toHaveLength(1);
          expect(log.masks).toEqual([secret]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is a group or a line of debugging, with the text as it is', () => {
    fc.assert(
      fc.property(text, (words) => {
        expect(through((sink) => sink.group(words)).log.lines).toEqual([`##[group]${words}`]);
        expect(through((sink) => sink.debug(words)).log.lines).toEqual([`##[debug]${words}`]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a line through the guard', () => {
  it('is never a command, whatever it says', () => {
    fc.assert(
      fc.property(text, (words) => {
        const { lines, log } = through((sink) => sink.line(words), guardedSink());
        expect(log.lines).toEqual(lines);
        expect([log.masks, log.annotations]).toEqual([[], []]);
        for (const line of lines) expect(line).not.toMatch(/^\s*::|##\[|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes of annotations, groups and debugging exactly that, and their text holds no command either', () => {
    fc.assert(
      fc.property(text, text, (message, title) => {
        const { lines, log } = through((sink) => {
          sink.error({ title, message });
          sink.group(title);
          sink.endGroup();
          sink.debug(message);
        }, guardedSink());
        expect(lines).toHaveLength(4);
        expect(log.annotations).toHaveLength(1);
        expect(log.masks).toEqual([]);
        const said = [log.annotations[0]?.title ?? '', ...(log.annotations[0]?.message ?? '').split('\n')];
        for (const line of said) expect(line).not.toMatch(/^\s*::|##\[|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });
});
