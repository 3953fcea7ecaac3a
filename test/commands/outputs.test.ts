import { expect, it } from 'vitest';
import { handOn } from '../../src/commands/outputs.ts';
import { NotHandedOn } from '../../src/messages/sink.ts';

/** A sink whose outputs cannot be written for this reason. */
function broken(why: Error, names: readonly string[]) {
  const warnings: string[] = [];
  const set: string[] = [];
  return {
    warnings,
    set,
    output: (name: string) => {
      if (names.includes(name)) throw why;
      set.push(name);
    },
    warning: ({ message }: { message: string }) => void warnings.push(message),
  };
}

it('says which outputs could not be handed on, and sets the others', () => {
  const sink = broken(new NotHandedOn({ code: 'runner-file-unwritable', message: 'no file' }), ['a', 'b']);
  handOn(Object.entries({ a: '1', b: '2', c: '3' }), sink);
  expect(sink.set).toEqual(['c']);
  expect(sink.warnings).toEqual(['`a` and `b` were not set: no file. The log says what this step did']);
});

it('takes no bug for an output that cannot be handed on', () => {
  const sink = broken(new TypeError('a bug'), ['a']);
  expect(() => handOn([['a', '1']], sink)).toThrow('a bug');
  expect(sink.warnings).toEqual([]);
});
