import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT_CODES } from '../../src/cli/machine.ts';
import { createProgram } from '../../src/cli/program.ts';
import { shellVariableOf } from '../../src/config/environment-names.ts';
import { INPUT_NAMES } from '../../src/config/table.ts';
import { codeBlocks, DOCUMENTS, ROOT, read, readJson } from './files.ts';

/** Commands, flags, variables and inputs that the documents name: none that does not exist. */

const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
const program = await createProgram({ env: {}, streams, folder: '/' }, '0.0.0');
type Command = typeof program;

const { scripts } = readJson('package.json') as { scripts: Readonly<Record<string, string>> };
/** The inputs of the reusable workflows. */
const OF_WORKFLOWS = ['rotate', 'audit'].flatMap((name) => {
  const { on } = parse(read(`.github/workflows/${name}.yml`)) as {
    on: { workflow_call: { inputs: Readonly<Record<string, unknown>> } };
  };
  return Object.keys(on.workflow_call.inputs);
});
const VARIABLES = new Set(INPUT_NAMES.map(shellVariableOf));

/** Every piece of code in a document, inline or in a block, line by line. */
function codeIn(document: string): readonly string[] {
  const text = read(document);
  const inline = [...text.replace(/^```[\s\S]*?^```$/gmu, '').matchAll(/`([^`\n]+)`/gu)].map(
    ([, code]) => code,
  );
  const blocks = codeBlocks(document).flatMap(({ text: block }) => block.split('\n'));
  return [...inline, ...blocks].filter((line) => line !== undefined);
}

/** What is wrong with the words after `mutx-api-key`. */
function unknownIn(words: readonly string[]): readonly string[] {
  let command: Command = program;
  const wrong: string[] = [];
  for (const word of words) {
    // The rest is another command's, or the output's.
    if (['--', '|', '>', '&&', '…'].includes(word)) break;
    const sub = command.commands.find((one) => one.name() === word);
    if (sub !== undefined) command = sub;
    else if (word.startsWith('--')) {
      const flag = word.replace(/=.*$/u, '');
      const known = [...command.options, ...program.options].some(({ long }) => long === flag);
      if (!known && flag !== '--help') wrong.push(flag);
    } else if (command.commands.length > 0 && /^[a-z]+$/u.test(word)) wrong.push(word);
  }
  return wrong;
}

describe.each(DOCUMENTS)('the code in %s', (document) => {
  const code = codeIn(document);

  test('names npm scripts that exist', () => {
    const named = code.flatMap((line) =>
      [...line.matchAll(/\bnpm run ([\w:]+)/gu)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('runs files that exist', () => {
    const named = code.flatMap((line) =>
      [...line.matchAll(/\bnode ((?:scripts|src|test)\/\S+)/gu)].map(([, path = '']) => path),
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('gives the command line commands and flags that it has', () => {
    const wrong = code.flatMap((line) => {
      const given = /(?:\bmutx-api-key|@mutx\/api-key-action|src\/cli\/main\.ts) +(.+)$/u.exec(line)?.[1];
      return given === undefined ? [] : unknownIn(given.split(/\s+/u));
    });
    expect(wrong).toEqual([]);
  });
});

describe('the recipe for other CI systems', () => {
  test('sets variables that the command line reads', () => {
    const set = [...read('docs/recipes/other-ci.md').matchAll(/\bMUTX_[A-Z_]+/gu)].map(([name]) => name);
    expect(set).toContain('MUTX_PASSWORD');
    expect(set.filter((name) => !VARIABLES.has(name))).toEqual([]);
  });
});

describe('inputs', () => {
  /** Keys of workflows, and inputs of another action. */
  const OTHER = new Set(
    'concurrency cron env environment node owner permission-dependabot-secrets permission-environments'
      .concat(
        ' permission-organization-secrets permissions repositories run secrets targets actions contents issues',
      )
      .split(' '),
  );
  const PAGES = DOCUMENTS.filter((path) =>
    /^(?:README|docs\/(?:recipes|troubleshooting|credentials|ephemeral|audit|fleet))/u.test(path),
  );

  test.each(PAGES)('that %s shows with a value exist', (document) => {
    const inline = [...read(document).matchAll(/`([a-z][a-z-]*): [^`]+`/gu)].map(([, name = '']) => name);
    const known = new Set<string>([...INPUT_NAMES, ...OF_WORKFLOWS, ...OTHER]);
    expect(inline.filter((name) => !known.has(name))).toEqual([]);
  });
});

test('each command of the command line is in its document, as its help tells it, and no other', () => {
  const rows = [...read('docs/cli.md').matchAll(/^\| `((?:[a-z]+ ?)+)(?: ?[<[][^`]*)?` \| (.+) \|$/gmu)];
  expect(rows.map(([, name = '', does]) => [name.trim(), does])).toEqual(commandsOf(program, ''));
});

/** Names and descriptions of the commands that do something, depth first. */
function commandsOf({ commands }: Command, above: string): readonly (readonly [string, string])[] {
  return commands.flatMap((one) => {
    const name = `${above}${one.name()}`;
    return one.commands.length === 0 ? [[name, one.description()] as const] : commandsOf(one, `${name} `);
  });
}

test('each exit code is in the troubleshooting, and no other', () => {
  const table = read('docs/troubleshooting.md').split('<!-- exit-codes -->')[1] ?? '';
  const codes = [...table.matchAll(/^\| (\d+) \| /gmu)].map(([, code]) => code);
  expect(codes).toEqual(Object.keys(EXIT_CODES));
});

test('a command, a flag and a script that do not exist would be found', () => {
  expect(unknownIn(['rotate', '--repository', 'acme/web', '--renew-before', '7d'])).toEqual([]);
  expect(unknownIn(['keys', 'revoke', 'ID', '--repositry', 'x'])).toEqual(['--repositry']);
  expect(unknownIn(['rotat'])).toEqual(['rotat']);
  expect(unknownIn(['keys', 'revok', 'x'])).toEqual(['revok', 'x']);
});
