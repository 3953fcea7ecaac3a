import { spawn } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { parse } from 'yaml';
import { type Annotation, JobLog } from './runner-log.ts';
import { type FinishedStep, STEPS } from './runner-steps.ts';

/**
 * What GitHub's runner does around a JavaScript action, for the demo and the tests: reads `action.yml`, turns
 * inputs and their defaults into `INPUT_…` variables, gives the process its command files and nothing of our
 * own environment, takes its lines as log or commands, and reads what it left in the files.
 */
export interface StepOptions {
  /** Path of the `action.yml`. */
  readonly action: string;
  /** Which of its entry points; default: `main`. */
  readonly phase?: 'main' | 'post';
  /** What the step's earlier phases left (`STATE_…`): the {@link StepResult.state} of `main`, for `post`. */
  readonly state?: Readonly<Record<string, string>>;
  /** What stands under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** More variables, over the runner's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether debug logging is on (`RUNNER_DEBUG=1`). */
  readonly debug?: boolean;
  /** Whether processes that the action starts are noted, which takes a moment of its start; default: yes. */
  readonly watch?: boolean;
  /** Options for the node that runs the action, such as a module to load first. */
  readonly nodeOptions?: readonly string[];
  /** Each line of the masked log as it comes; a signal it returns is sent to the process. */
  readonly onLine?: (line: string) => NodeJS.Signals | undefined;
}

export interface StepResult {
  /** The exit code; undefined if a signal ended the process. */
  readonly exitCode: number | undefined;
  /** What the process wrote, before any command was taken out or mask applied. */
  readonly rawStdout: string;
  readonly rawStderr: string;
  /** The log as GitHub shows it: commands rendered, masks applied. */
  readonly log: readonly string[];
  readonly annotations: readonly Annotation[];
  /** Texts the process asked to mask, in order. */
  readonly masks: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** Markdown. */
  readonly summary: string;
  /** Where the process was at home: HOME, TMPDIR, RUNNER_TEMP and GITHUB_WORKSPACE are inside. */
  readonly folder: string;
  readonly ms: number;
  /** Milliseconds since the process was started, until the log showed its first line (if it did) and until its end. */
  readonly since: { readonly firstLine: number | undefined; readonly exit: number };
  [Symbol.asyncDispose](): Promise<void>;
}

const steps = channel(STEPS);

const WATCH = new URL('./runner-watch.mjs', import.meta.url).href;

const FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STATE', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'] as const;

interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: string | number | boolean | null }>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string };
}

/**
 * Runs one phase of a step that `uses:` this action, to its end. In `post` the runner hands over the same inputs
 * as in `main`, but none where the action stands in a nested composite: leave `inputs` out, and the defaults are
 * empty too.
 */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const started = performance.now();
  const action = parse(await readFile(options.action, 'utf8')) as ActionFile;
  if (action.runs.using !== 'node24') throw new Error(`this runner runs node24, not ${action.runs.using}`);
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  const file = (name: string) => join(folder, 'commands', name);
  for (const name of ['commands', 'home', 'temp', 'work']) await mkdir(join(folder, name));
  for (const name of FILES) await writeFile(file(name), '');

  const { PATH } = process.env;
  const log = new JobLog(options.debug ?? false);
  const { main, post } = action.runs;
  const entry = options.phase === 'post' ? post : main;
  if (entry === undefined) throw new Error(`${options.action} has no post step`);
  const script = join(dirname(options.action), entry);
  const inputs = inputsOf(action, options);
  const watching = options.watch === false ? [] : ['--import', WATCH];
  const start = performance.now();
  const since = () => performance.now() - start;
  let firstLine: number | undefined;
  const child = spawn(process.execPath, [...watching, ...(options.nodeOptions ?? []), script], {
    cwd: join(folder, 'work'),
    env: {
      PATH,
      HOME: join(folder, 'home'),
      TMPDIR: join(folder, 'temp'),
      RUNNER_TEMP: join(folder, 'temp'),
      RUNNER_OS: 'Linux',
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_WORKSPACE: join(folder, 'work'),
      GITHUB_RUN_ID: '4242',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'rotate',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: 'https://api.github.com',
      ...(options.debug === true ? { RUNNER_DEBUG: '1' } : {}),
      ...Object.fromEntries(FILES.map((name) => [name, file(name)])),
      ...variablesOf(inputs),
      ...Object.fromEntries(
        Object.entries(options.state ?? {}).map(([name, value]) => [`STATE_${name}`, value]),
      ),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = (line: string) => {
    const shown = log.read(line);
    if (shown !== undefined) firstLine ??= since();
    const signal = shown === undefined ? undefined : options.onLine?.(shown);
    if (signal !== undefined) child.kill(signal);
  };
  const [rawStdout, rawStderr, [exitCode, exit]] = await Promise.all([
    linesOf(child.stdout, read),
    linesOf(child.stderr, read),
    new Promise<readonly [code: number | undefined, at: number]>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve([code ?? undefined, since()]));
    }),
  ]);
  const textOf = (name: (typeof FILES)[number]) => readFile(file(name), 'utf8');
  const result: StepResult = {
    exitCode,
    rawStdout,
    rawStderr,
    log: log.lines,
    annotations: log.annotations,
    masks: log.masks,
    outputs: pairsOf(await textOf('GITHUB_OUTPUT')),
    env: pairsOf(await textOf('GITHUB_ENV')),
    state: pairsOf(await textOf('GITHUB_STATE')),
    summary: await textOf('GITHUB_STEP_SUMMARY'),
    folder,
    ms: performance.now() - started,
    since: { firstLine, exit },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  steps.publish({
    inputs,
    outputs: Object.keys(action.outputs ?? {}),
    arguments: child.spawnargs,
    children: await childrenIn(folder),
    result,
  } satisfies FinishedStep);
  return result;
}

/** What runner-watch.mjs wrote down, which is ours and not the step's; nothing where nothing was started. */
async function childrenIn(folder: string): Promise<readonly string[]> {
  const notes = join(folder, 'children');
  const text = await readFile(notes, 'utf8').catch(() => '');
  await rm(notes, { force: true });
  const texts: string[] = [];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    JSON.parse(line, (name, value: unknown) => {
      texts.push(typeof value === 'string' ? `${name}=${value}` : name);
      return value;
    });
  }
  return texts;
}

/** Every input that is declared or given; one without a value arrives empty. */
function inputsOf(
  action: ActionFile,
  { phase, inputs: given }: Pick<StepOptions, 'phase' | 'inputs'>,
): Record<string, string> {
  const values = new Map<string, string>();
  const none = phase === 'post' && given === undefined;
  for (const [name, { default: value }] of Object.entries(action.inputs ?? {})) {
    const text = value === undefined || value === null || none ? '' : String(value);
    if (text.includes('${{')) throw new Error(`the default of ${name} is an expression: not modelled`);
    values.set(name, text);
  }
  for (const [name, value] of Object.entries(given ?? {})) values.set(name, value);
  return Object.fromEntries(values);
}

/** The inputs as the runner names their variables. */
function variablesOf(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [variableOf(name), value]));
}

function variableOf(input: string): string {
  return `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;
}

/** Reads to the end, telling each line as .NET's reader would cut it: at CR, LF or CRLF. */
async function linesOf(stream: Readable, read: (line: string) => void): Promise<string> {
  let all = '';
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    all += chunk;
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/u);
    rest = lines.pop() ?? '';
    for (const line of lines) read(line);
  }
  if (rest !== '') read(rest.replace(/\r$/u, ''));
  return all;
}

/** The runner's file format: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`. */
export function pairsOf(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/u);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, at + 1);
      if (delimiter === '' || end < 0) throw new Error(`no end of the value of ${line.slice(0, heredoc)}`);
      pairs[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`not a line of a command file: ${line}`);
    }
  }
  return pairs;
}
