import { PassThrough } from 'node:stream';
import { Help } from 'commander';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { createProgram } from '../../src/cli/program.ts';

const MACHINE = {
  env: {},
  streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
  folder: '/',
};

it.each(COMMANDS)('the list of commands says of $name what it takes', async ({ name, takes }) => {
  const program = await createProgram(MACHINE, '1.2.3');
  const command = program.commands.find((one) => one.name() === name);
  expect(command && new Help().subcommandTerm(command)).toBe(`${name} ${takes}`.trim());
});

it.each([
  ['keys', 'list'],
  ['help', 'keys'],
  ['--help', 'keys'],
])('%s %s is about one command, and only that one is completed', async (...args) => {
  const program = await createProgram(MACHINE, '1.2.3', args);
  const completed = program.commands.filter(({ options, commands }) => options.length + commands.length > 0);
  expect(completed.map((command) => command.name())).toEqual(['keys']);
});

it.each([[], ['--help'], ['--version'], ['help'], ['rotat']])(
  '`%s` is about no command, and completes none',
  async (...args) => {
    const program = await createProgram(MACHINE, '1.2.3', args);
    expect(program.commands.filter(({ options }) => options.length > 0)).toEqual([]);
    expect(program.commands.map((command) => command.name())).toEqual(COMMANDS.map(({ name }) => name));
  },
);
