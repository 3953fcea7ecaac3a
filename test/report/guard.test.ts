import { describe, expect, it } from 'vitest';
import { guarded } from '../../src/report/guard.ts';
import { plain } from '../../src/report/markdown.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { RecordingSink } from './recording-sink.ts';

const KEY = 'mutx_live_0123456789ab_c4nary/c4nary+c4nary=';

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
    out.output('key-id', text);
    out.summary(`# ok\n\n| ${text} |\n\nrest`);
    const everything = [...sink.calls, ...sink.outputs.values(), ...sink.summaries].join('\n');
    expect(everything).not.toContain(text);
    expect(everything).toContain('before\n(withheld: the text holds a credential)\nafter');
    expect(sink.summaries).toEqual(['# ok\n\n(withheld: the text holds a credential)\n\nrest']);
    expect(sink.outputs).toEqual(new Map([['key-id', '']]));
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
    ['tab\tand \u001b[31mred\u001b[0m and \u202eright to left', 'tab and  [31mred [0m and  right to left'],
  ])('is never taken as a command by the runner or the terminal: %j', (text, shown) => {
    const { sink, out } = setup();
    out.line(text);
    expect(sink.calls).toEqual([shown]);
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
});
