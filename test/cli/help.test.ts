import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/machine.ts';
import { createProgram } from '../../src/cli/program.ts';
import { isCredential } from '../../src/cli/variables.ts';
import { shellVariableOf } from '../../src/config/environment-names.ts';
import { inputsOf, VERBS, type Verb } from '../../src/config/table.ts';
import { cli, here } from './shell.ts';

// Holds invariant 30 of docs/threat-model.md.

/** What the command line prints without calling anybody. */
async function printed(...args: readonly string[]) {
  const { code, stdout: out, stderr: err } = await here(args, {});
  return { code, out, err };
}

const MACHINE = {
  env: {},
  streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
  folder: '/',
};

const PROGRAM = await createProgram(MACHINE, '1.2.3');

const COMMANDS = PROGRAM.commands.flatMap((command) => [
  [command.name()],
  ...command.commands.map((inner) => [command.name(), inner.name()]),
]);

describe('--help', () => {
  it.each([[], ...COMMANDS])('of `%s %s` fits a screen: 80 columns, 32 lines', async (...path) => {
    const { code, out } = await printed(...path.filter((part) => part !== undefined), '--help');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.length).toBeLessThanOrEqual(32);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(VERBS.filter((verb) => COMMANDS.some(([name]) => name === verb)))(
    'of %s has a flag for each input but the credentials, and names their variables',
    async (verb: Verb) => {
      const { out } = await printed(verb, '--help');
      for (const name of inputsOf(verb)) {
        if (isCredential(name)) {
          expect(out).not.toContain(`--${name} `);
          expect(out).toContain(shellVariableOf(name));
        } else expect(out).toContain(`--${name} `);
      }
    },
  );

  it('is printed where nothing was asked for, with the version beside it', async () => {
    const { code, err } = await printed();
    expect(code).toBe(2);
    expect(err).toContain('Usage: mutx-api-key');
    expect(await printed('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
  });
});

describe('what cannot be parsed', () => {
  it.each([
    [['rotat'], 'Did you mean rotate?'],
    [['rotate', '--key-nam', 'x'], 'Did you mean --key-name?'],
    [['rotate', '--password', 'x'], "unknown option '--password'"],
    [['rotate', '--github-token', 'x'], "unknown option '--github-token'"],
    [['keys', 'create', 'x', '--expires-in-days', '0'], 'a whole number from 1 to 365'],
    [['keys', 'revoke'], "missing required argument 'id'"],
    [['revoke', 'nope'], 'revoke takes no argument without a flag. A key is given with --key-ids ID or'],
    [['rotate', 'acme/web'], 'A target is given with --targets OWNER/REPO'],
    [['exec'], 'no command to run. Say which: mutx-api-key exec -- command'],
    [['exec', '--verify', 'false', '--'], 'no command to run. Say which: mutx-api-key exec -- command'],
    [['emulate', '--generation', 'v2'], 'Allowed choices are v1, documented'],
  ])('%j is told, with exit code 2', async (args, words) => {
    const { code, out, err } = await printed(...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(out).toBe('');
  });

  it('ends the process with that code', async () => {
    expect(await cli(['rotat'])).toMatchObject({ code: 2, stdout: '' });
    expect((await cli(['--version'])).code).toBe(0);
    expect(Object.keys(EXIT_CODES)).toEqual(['0', '1', '2', '126', '127', '129', '130', '131', '143']);
  });
});
