import { describe, expect, it } from 'vitest';
import { HINTS } from '../../src/messages/catalogue/catalogue.ts';
import { guarded } from '../../src/messages/guard.ts';
import { plain } from '../../src/messages/markdown.ts';
import { NotHandedOn } from '../../src/messages/sink.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { RecordingSink } from './recording-sink.ts';

// Holds invariants 3 and 6 of docs/threat-model.md.

const KEY = 'mutx_live_0123456789ab_c4nary/c4nary+c4nary=';

const NOTE = '\n\n… the rest of this summary was cut: it would be longer than GitHub takes.\n';
const PIECE = 'x'.repeat(100);

function everythingOf({ calls, outputs, states, summaries }: RecordingSink): string {
  return [...calls, ...outputs.values(), ...states.values(), ...summaries].join('\n');
}

function setup() {
  const secrets = new SecretRegistry(() => {});
  secrets.admit(KEY);
  const sink = new RecordingSink();
  return { sink, out: guarded(sink, secrets) };
}

describe('what leaves through the sink', () => {
  it.each([
    ['as it is', KEY],
    ['base64', Buffer.from(KEY).toString('base64')],
    ['base64url', Buffer.from(KEY).toString('base64url')],
    ['URL-encoded', encodeURIComponent(KEY)],
  ])('never holds a credential %s, on any channel', (_form, text) => {
    const { sink, out } = setup();
    out.line(`a ${text} b`);
    out.debug(text);
    out.group(text);
    out.warning({ title: text, message: text });
    out.error({ title: 'x', message: `before\n${text}\nafter` });
    expect(() => out.output('key-id', text)).toThrow(NotHandedOn);
    expect(() => out.state('key', text)).toThrow(NotHandedOn);
    out.notice({ title: text, message: text });
    out.summary(`# ok\n\n| ${text} |\n\nrest`);
    const everything = everythingOf(sink);
    expect(everything).not.toContain(text);
    expect(everything).toContain('before\n(withheld: the text holds a credential)\nafter');
    expect(sink.summaries).toEqual(['# ok\n\n(withheld: the text holds a credential)\n\nrest']);
    expect(sink.outputs).toEqual(new Map());
    expect(sink.states).toEqual(new Map());
  });

  it('is a credential only where that is what was asked for', () => {
    const { sink, out } = setup();
    out.secretOutput('api-key', new Secret(KEY));
    out.secretVariable('MUTX_API_KEY', new Secret(KEY));
    out.state('key-id', 'k1');
    out.output('key-id', 'k1');
    expect(sink.outputs).toEqual(
      new Map([
        ['api-key', KEY],
        ['key-id', 'k1'],
      ]),
    );
    expect(sink.variables).toEqual(new Map([['MUTX_API_KEY', KEY]]));
    expect(sink.states).toEqual(new Map([['key-id', 'k1']]));
  });

  it.each([
    ['a key', `mutx_live_${'k'.repeat(43)}`],
    ["GitHub's token", `ghp_${'G'.repeat(36)}`],
    ["an App's token", `ghs_${'S'.repeat(36)}`],
    ['a fine-grained token', `github_pat_${'p'.repeat(60)}`],
    ['a JWT', `eyJ${'h'.repeat(20)}.eyJ${'p'.repeat(40)}.${'s'.repeat(43)}`],
  ])('never holds what has the shape of %s, though nobody admitted it', (_what, text) => {
    const { sink, out } = setup();
    out.line(`a ${text} b`);
    out.debug(text);
    out.group(text);
    out.warning({ title: text, message: text });
    out.error({ title: 'x', message: `before\n${text}\nafter` });
    expect(() => out.output('key-id', text)).toThrow(NotHandedOn);
    expect(() => out.state('key', text)).toThrow(NotHandedOn);
    out.notice({ title: text, message: text });
    out.summary(plain(text));
    const everything = everythingOf(sink);
    expect(everything.replaceAll('\\', '')).not.toContain(text);
    expect(everything).toContain('before\n(withheld: the text holds a credential)\nafter');
  });

  it('lets through what only speaks of credentials', () => {
    const { sink, out } = setup();
    const texts = [
      '`mutx_live_…` keys',
      'ghp_ and github_pat_',
      'gha/acme/web/MUTX_API_KEY',
      'eyJ… is a JWT',
    ];
    for (const text of texts) out.line(text);
    for (const { cause, fix } of Object.values(HINTS)) {
      for (const line of [cause, fix]) out.line(line);
    }
    expect(sink.calls.slice(0, texts.length)).toEqual(texts);
    expect(sink.calls.join('\n')).not.toContain('withheld');
  });

  it('does not make a credential of what was none: a tab is printed as a space, a summary in one piece', () => {
    const secrets = new SecretRegistry(() => {});
    secrets.admit('correct horse battery');
    const sink = new RecordingSink();
    const out = guarded(sink, secrets);
    out.line('correct\thorse battery');
    out.summary('correct ');
    out.summary('horse battery\n');
    out.summary('end\n');
    expect(sink.calls).toEqual(['(withheld: the text holds a credential)']);
    expect(sink.summaries.join('')).toBe('correct \nhorse battery\nend\n');
  });

  it('does not let the escaping of Markdown hide a credential', () => {
    const { sink, out } = setup();
    out.summary(plain(KEY));
    expect(sink.summaries).toEqual(['(withheld: the text holds a credential)']);
  });

  it('withholds the whole of a text when a credential with a line break is spread over its lines', () => {
    const secrets = new SecretRegistry(() => {});
    secrets.admit('first half\nsecond half');
    const sink = new RecordingSink();
    guarded(sink, secrets).line('x first half\nsecond half y');
    expect(sink.calls).toEqual(['(withheld: the text holds a credential)']);
  });

  it.each([
    ['::stop-commands::x', ': :stop-commands::x'],
    ['  ::add-mask::a', '  : :add-mask::a'],
    ['quiet ##[group]loud', 'quiet ## [group]loud'],
    ['only quoted ::add-mask::a', 'only quoted ::add-mask::a'],
    ['tab\tand \u001b[31mred\u001b[0m and \u202eright to left', 'tab and  [31mred [0m and  right to left'],
  ])('is never taken as a command by the runner or the terminal: %j', (text, shown) => {
    const { sink, out } = setup();
    out.line(text);
    expect(sink.calls).toEqual([shown]);
  });

  it('is taken for a command neither in an annotation, nor in a title, nor in a debug line', () => {
    const { sink, out } = setup();
    const text = '::add-mask::a ##[error]b';
    out.debug(text);
    out.group(text);
    out.notice({ title: text, message: `x\n${text}` });
    out.warning({ title: text, message: `x\n${text}` });
    out.error({ title: text, message: `x\r${text}` });
    const everything = sink.calls.join('\n');
    expect(everything).not.toContain('##[');
    expect(everything).not.toContain('::add-mask');
    expect(everything.match(/: :add-mask::a ## \[error\]b/gu)).toHaveLength(8);
  });

  it.each(['\n', '\r', '\r\n', '\u2028', '\u0085'])(
    'cannot begin a command after a line break %j',
    (lineBreak) => {
      const { sink, out } = setup();
      out.line(`name${lineBreak}::set-env name=A::b`);
      for (const line of sink.calls.flatMap((call) => call.split(/[\r\n]/u))) {
        expect(line.trimStart()).not.toMatch(/^::/u);
      }
    },
  );

  it('fits into the size GitHub takes for a summary, cut at a line', () => {
    const { sink, out } = setup();
    out.summary(`| ${'ä'.repeat(97)} |\n`.repeat(20_000));
    const [summary = ''] = sink.summaries;
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1024 * 1024);
    expect(Buffer.byteLength(summary)).toBeGreaterThan(1024 * 1024 - 400);
    expect(summary).toMatch(/ä \|\n\n… the rest of this summary was cut/u);
  });

  it('fits into that size in all, when it is written piece by piece', () => {
    const { sink, out } = setup();
    for (let piece = 0; piece < 4; piece += 1) out.summary(`| ${'x'.repeat(97)} |\n`.repeat(6_000));
    expect(sink.summaries).toHaveLength(4);
    expect(Buffer.byteLength(sink.summaries.join(''))).toBeLessThanOrEqual(1024 * 1024);
    expect(sink.summaries[1]).toContain('the rest of this summary was cut');
  });

  it('ends a group that was begun', () => {
    const { sink, out } = setup();
    out.group('a');
    out.endGroup();
    expect(sink.calls).toEqual(['> a', '<']);
  });

  it.each([
    ['all of it', 100, PIECE],
    ['the note alone', Buffer.byteLength(NOTE), NOTE],
    ['not even the note', Buffer.byteLength(NOTE) - 1, ''],
  ])('of a last piece for which there is room for %s', (_what, room, kept) => {
    const { sink, out } = setup();
    out.summary(`${'y'.repeat(1024 * 1024 - room - 1)}\n`);
    out.summary(PIECE);
    expect(sink.summaries[1]).toBe(kept);
  });
});
