// Writes what users read about inputs, outputs and failures, from the tables in src/config and src/messages: the blocks
// between markers in action.yml and in the documents. `--check` writes nothing and fails where they are stale.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { outputsOf } from '../src/config/outputs-table.ts';
import { inputsOf as namesOf, specOf, textOf } from '../src/config/table.ts';
import { codeEntries, exitCodeTable, warningEntries } from './troubleshooting/page.ts';

const ROOT = new URL('../', import.meta.url);

const ACTION_FILES = {
  rotate: 'action.yml',
  ephemeral: 'ephemeral/action.yml',
  revoke: 'revoke/action.yml',
  audit: 'audit/action.yml',
};

/** Each generated block stands between `open` and `close`, a line each. */
const BLOCKS = Object.entries(ACTION_FILES).flatMap(([verb, file]) => [
  block(file, `inputs:${verb}`, '#', () => yamlInputs(verb)),
  block(file, `outputs:${verb}`, '#', () => yamlOutputs(verb)),
  block('README.md', `inputs:${verb}`, '<!--', () => inputsTable(verb)),
  block('README.md', `outputs:${verb}`, '<!--', () => outputsTable(verb)),
]);
const TROUBLESHOOTING = 'docs/troubleshooting.md';
BLOCKS.push(
  block('.github/actions/plan/action.yml', 'inputs:plan', '#', () => yamlInputs('plan')),
  block(TROUBLESHOOTING, 'codes', '<!--', () => [...codeEntries(), '']),
  block(TROUBLESHOOTING, 'warnings', '<!--', () => [...warningEntries(), '']),
  block(TROUBLESHOOTING, 'exit-codes', '<!--', exitCodeTable),
);

function block(file, name, comment, render) {
  const end = comment === '<!--' ? ' -->' : '';
  return { file, open: `${comment} ${name}${end}`, close: `${comment} /${name}${end}`, render };
}

function inputsOf(verb) {
  return namesOf(verb).map((name) => ({ ...specOf(name).verbs[verb], name, text: textOf(name, verb) }));
}

// JSON strings are YAML strings: no text can end one early or turn into another type.
function yamlInputs(verb) {
  const entries = inputsOf(verb).flatMap((input) => [
    `  ${input.name}:`,
    `    description: ${JSON.stringify(input.text)}`,
    `    required: ${input.required === true}`,
    ...(input.default === undefined ? [] : [`    default: ${JSON.stringify(input.default)}`]),
  ]);
  return ['inputs:', ...entries];
}

function yamlOutputs(verb) {
  const entries = outputsOf(verb).flatMap(([name, text]) => [
    `  ${name}:`,
    `    description: ${JSON.stringify(text)}`,
  ]);
  return ['outputs:', ...entries];
}

function inputsTable(verb) {
  const rows = inputsOf(verb).map((input) => {
    const fallback = input.default === undefined ? '' : `\`${input.default}\``;
    return `| \`${input.name}\` | ${input.required ? '**required**' : fallback} | ${cell(input.text)} |`;
  });
  return ['', '| Input | Default | |', '| --- | --- | --- |', ...rows, ''];
}

function outputsTable(verb) {
  const rows = outputsOf(verb).map(([name, text]) => `| \`${name}\` | ${cell(text)} |`);
  return ['', '| Output (absent until it is known) | |', '| --- | --- |', ...rows, ''];
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

/** @returns `text` with what stands between the block's markers replaced */
function withBlock(text, { file, open, close, render }) {
  const lines = text.split('\n');
  const indent = (line) => line.slice(0, line.length - line.trimStart().length);
  const from = lines.findIndex((line) => line.trim() === open);
  const to = lines.findIndex((line) => line.trim() === close);
  if (from < 0 || to < from) throw new Error(`${file} has no lines "${open}" … "${close}"`);
  const rendered = render().map((line) => (line === '' ? '' : indent(lines[from]) + line));
  return [...lines.slice(0, from + 1), ...rendered, ...lines.slice(to)].join('\n');
}

const check = process.argv.includes('--check');
for (const file of new Set(BLOCKS.map((one) => one.file))) {
  const path = fileURLToPath(new URL(file, ROOT));
  if (!existsSync(path)) continue;
  const before = readFileSync(path, 'utf8');
  const after = BLOCKS.filter((one) => one.file === file).reduce(withBlock, before);
  if (after === before) continue;
  if (check) {
    console.error(`${file} is stale: run \`node scripts/generate.mjs\``);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}
