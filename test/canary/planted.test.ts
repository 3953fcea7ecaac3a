import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN_KINDS } from '../../packages/emulator/src/github/tokens.ts';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { runStep, type StepOptions } from '../../scripts/runner.ts';
import { type FinishedStep, STEPS } from '../../scripts/runner-steps.ts';
import { formsOf } from './search.ts';
import { leaksOf } from './step.ts';
import { searchSaid, takeLeaks } from './watch.ts';

const FORMS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  JSON: (text) => JSON.stringify({ text }),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify({ text })),
  URL: encodeURIComponent,
  'URL, lower case': (text) => encodeURIComponent(text).replace(/%../gu, (octet) => octet.toLowerCase()),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex, upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'URL, every octet': (text) => Buffer.from(text).toString('hex').replace(/../gu, '%$&'),
  'base64 after 0': (text) => Buffer.from(`${text}.`).toString('base64'),
  'base64 after 1': (text) => Buffer.from(`:${text}.`).toString('base64'),
  'base64 after 2': (text) => Buffer.from(`u:${text}.`).toString('base64'),
  'base64url after 0': (text) => Buffer.from(`${text}.`).toString('base64url'),
  'base64url after 1': (text) => Buffer.from(`:${text}.`).toString('base64url'),
  'base64url after 2': (text) => Buffer.from(`u:${text}.`).toString('base64url'),
};

/** One for each form; with what JSON, URLs and both alphabets of base64 write differently. */
const canaries = new Map(
  Object.keys(FORMS).map((form, index) => [`c4nary-"${index}"\\~~>>??~ÿþ-${'x'.repeat(index)}`, form]),
);
const planted = [...canaries].map(([canary, form]) => FORMS[form]?.(canary) ?? '');

/** An action that leaves what stands in the environment in every place there is. */
const MAIN = `
import { spawnSync, spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
const { PLANTED, HOME, TMPDIR, RUNNER_TEMP, GITHUB_WORKSPACE, ...env } = process.env;
const lines = JSON.parse(PLANTED);
const text = lines.join('\\n') + '\\n';
for (const line of lines) {
  console.log('::add-mask::of-no-interest ' + line);
  console.log('stdout ' + line);
  console.log('::warning title=a::' + line.replaceAll('%', '%25'));
}
console.error(text);
for (const [file, name] of [['OUTPUT', 'key-id'], ['ENV', 'OTHER'], ['STATE', 'saved']]) {
  appendFileSync(env['GITHUB_' + file], name + '<<EOF\\n' + text + 'EOF\\n');
}
appendFileSync(env.GITHUB_STEP_SUMMARY, text);
writeFileSync(HOME + '/.netrc', text);
writeFileSync(TMPDIR + '/part', text);
writeFileSync(GITHUB_WORKSPACE + '/artifact', text);
spawnSync('true', lines, { env: { PATH: env.PATH } });
spawn('true', [], { env: { PATH: env.PATH, ...Object.fromEntries(lines.map((line, at) => ['V' + at, line])) } });
`;

const ACTION = 'outputs:\n  api-key: {}\n  key-id: {}\nruns:\n  using: node24\n  main: main.mjs\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'planted-'));
  await writeFile(join(folder, 'action.yml'), ACTION);
  await writeFile(join(folder, 'main.mjs'), MAIN);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function finished(options: Omit<StepOptions, 'action'>): Promise<FinishedStep> {
  const steps: unknown[] = [];
  const listen = (step: unknown) => steps.push(step);
  subscribe(STEPS, listen);
  await runStep({ action: join(folder, 'action.yml'), ...options });
  unsubscribe(STEPS, listen);
  return steps[0] as FinishedStep;
}

describe('the search for leaked credentials', () => {
  it('knows each form by itself', () => {
    for (const canary of canaries.keys())
      expect(formsOf(canary).map(([form]) => form)).toEqual(Object.keys(FORMS));
  });

  it('finds each form in each place that a step can leave something in', async () => {
    const step = await finished({
      env: { PLANTED: JSON.stringify(planted) },
      nodeOptions: planted.map((text) => `--title=${text}`),
    });
    await using result = step.result;
    expect(result.exitCode, result.rawStderr).toBe(0);
    const found = leaksOf(step, canaries);
    const channels = [
      'stdout',
      'stderr',
      'log',
      'annotations',
      'outputs',
      'env',
      'state',
      'summary',
      'arguments',
      'children',
      'home/.netrc',
      'temp/part',
      'work/artifact',
      'commands/GITHUB_OUTPUT',
      'commands/GITHUB_ENV',
      'commands/GITHUB_STATE',
      'commands/GITHUB_STEP_SUMMARY',
    ];
    const wanted = channels.flatMap((channel) => [...canaries.values()].map((form) => `${channel}: ${form}`));
    expect(found.map(({ channel, what }) => `${channel}: ${what}`)).toEqual(expect.arrayContaining(wanted));
  });

  it('searches every step by itself, for what an emulator gave out and for what the step was given', async () => {
    await using emulator = await startEmulator();
    const token = emulator.github.issueToken();
    const before = takeLeaks();
    expect(before.leaks).toEqual([]);
    const step = await finished({
      inputs: { password: 'correct horse battery staple' },
      env: { PLANTED: JSON.stringify([token, 'correct%20horse%20battery%20staple']) },
    });
    await using result = step.result;
    expect(result.exitCode).toBe(0);
    const { leaks, searched } = takeLeaks();
    expect(searched).toBe(before.searched + 1);
    expect(leaks).toContainEqual({ channel: 'summary', what: 'github-token', form: 'raw' });
    expect(leaks).toContainEqual({ channel: 'summary', what: 'input password', form: 'URL' });
  });

  it.each(TOKEN_KINDS)(
    'finds a GitHub token of the kind %s, and the JWT that it may end with',
    async (kind) => {
      await using emulator = await startEmulator();
      const token = emulator.github.issueToken({ kind });
      const [, jwt] = /^ghs_\d+_(.*)$/u.exec(token) ?? [];
      const step = await finished({ env: { PLANTED: JSON.stringify([token]) } });
      await using result = step.result;
      expect(result.exitCode, result.rawStderr).toBe(0);
      expect(takeLeaks().leaks).toContainEqual({ channel: 'summary', what: 'github-token', form: 'raw' });
      if (jwt === undefined) return;
      searchSaid(`sent ${jwt}\n`);
      const form = 'the signature of a JWT';
      expect(takeLeaks().leaks).toEqual([{ channel: 'stderr', what: 'github-token', form }]);
    },
  );

  it('searches what a command of the command line says, but not the masks that it asks for', async () => {
    await using emulator = await startEmulator();
    const token = emulator.github.issueToken();
    searchSaid(`::add-mask::${token}\nnothing else\n`);
    expect(takeLeaks().leaks).toEqual([]);
    searchSaid(`sent ${Buffer.from(token).toString('base64')}\n`);
    expect(takeLeaks().leaks).toEqual([{ channel: 'stderr', what: 'github-token', form: 'base64 after 0' }]);
  });
});

describe('what is allowed', () => {
  const key = `mutx_live_${'k'.repeat(43)}`;
  const jwt = `eyJhbGciOiJIUzI1NiJ9.${'j'.repeat(40)}.${'s'.repeat(43)}`;
  const issued = new Map([
    [key, 'api-key'],
    [jwt, 'access-jwt'],
  ]);
  const step = (files: string, inputs: Readonly<Record<string, string>> = {}) =>
    finished({ inputs, env: { PLANTED: '[]', FILES: files } });

  it('is a key, alone, in the output that is made for it and in the variable that the user named', async () => {
    await writeFile(join(folder, 'main.mjs'), FILES_ONLY);
    const all = `OUTPUT api-key=${key}\nENV MY_KEY=${key}`;
    const allowed = await step(all, { 'env-name': 'MY_KEY' });
    await using result = allowed.result;
    expect(result.exitCode).toBe(0);
    expect(leaksOf(allowed, issued)).toEqual([]);
  });

  it.each([
    ['another output', `OUTPUT key-id=${key}`],
    ['a key with something around it', `OUTPUT api-key=Bearer ${key}`],
    ['another credential', `OUTPUT api-key=${jwt}`],
    ['another variable', `ENV OTHER=${key}`],
    ['the saved state', `STATE api-key=${key}`],
  ])('is not %s', async (_what, files) => {
    await writeFile(join(folder, 'main.mjs'), FILES_ONLY);
    const refused = await step(files, { 'env-name': 'MY_KEY' });
    await using result = refused.result;
    expect(result.exitCode).toBe(0);
    expect(leaksOf(refused, issued)).not.toEqual([]);
  });

  const FILES_ONLY = `
import { appendFileSync } from 'node:fs';

// Holds invariant 2 of docs/threat-model.md.
for (const line of process.env.FILES.split('\\n')) {
  const [file, ...value] = line.split(' ');
  appendFileSync(process.env['GITHUB_' + file], value.join(' ') + '\\n');
}
`;
});
