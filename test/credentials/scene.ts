import { channel } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../packages/emulator/src/index.ts';
import type { StepResult } from '../../scripts/runner.ts';
import type { Annotation } from '../../scripts/runner-log.ts';
import { type FinishedStep, STEPS } from '../../scripts/runner-steps.ts';
import type { CommandContext } from '../../src/commands/context.ts';
import { Gate } from '../../src/commands/gate.ts';
import { rotateCommand } from '../../src/commands/rotate.ts';
import { type Clock, clock as systemClock } from '../../src/core/time.ts';
import { failureAnnotation, failureLines } from '../../src/messages/failure.ts';
import { guarded } from '../../src/messages/guard.ts';
import type { Sink } from '../../src/messages/sink.ts';
import { failureSummary } from '../../src/messages/summary.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { HERE, type RotateOptions, startWorld, type World } from '../scenarios/world.ts';
import { Machine } from './machine.ts';

const TITLE = FAILURE_TITLE.rotate;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A Monday, before work. */
const START = Date.UTC(2026, 0, 5, 3);

/**
 * A world whose machine is ours too: the action runs in this process, all of it, so that ninety days and long
 * waits take no time. Every run is searched for credentials.
 */
export class Scene implements AsyncDisposable {
  readonly machine: Machine;
  readonly world: World;

  constructor(machine: Machine, world: World) {
    this.machine = machine;
    this.world = world;
  }

  get emulator(): Emulator {
    return this.world.emulator;
  }

  /** A token of a new login, as a person stores it. */
  logIn(): string {
    return this.emulator.mutx.issueRefreshToken(this.world.user);
  }

  /** Requests to MUTX and GitHub so far, `POST /v1/auth/refresh`; since {@link forget}. */
  requests(matching = /./u): readonly string[] {
    return this.emulator.ledger.entries
      .map(({ method, path }) => `${method} ${path}`)
      .filter((request) => matching.test(request));
  }

  forget(): void {
    this.emulator.ledger.clear();
  }

  /** Time passes for everybody. */
  advance(duration: number): void {
    this.machine.advance(duration);
  }

  /** One step that `uses:` the action in this repository, from its inputs to its summary. */
  run(options?: RotateOptions): Promise<StepResult> {
    return runHere(this.world, options, this.machine);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

/** The step in this process, by the clock given, and nothing of it leaked. */
export async function runHere(
  world: World,
  { inputs = {}, env = {}, debug = true }: RotateOptions = {},
  clock: Clock = systemClock,
): Promise<StepResult> {
  const { mutx, github, ledger } = world.emulator;
  const given = { 'api-url': mutx.url, 'github-token': world.token, ...inputs };
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    variables[`INPUT_${name.toUpperCase()}`] = value;
    if (CREDENTIALS.has(name)) world.credentials.add(value);
  }
  const step = new Step();
  await rotateCommand({
    ...step.context,
    clock,
    gate: new Gate(),
    env: {
      GITHUB_REPOSITORY: HERE,
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: 'https://github.com',
      ...(debug ? { RUNNER_DEBUG: '1' } : {}),
      ...variables,
      ...env,
    },
  });
  const result = await step.end();
  const finished: FinishedStep = { inputs: {}, outputs: [], arguments: [], children: [], result };
  channel(STEPS).publish(finished);
  await expectNoLeak(result, world);
  await result[Symbol.asyncDispose]();
  expect(ledger.unexpected()).toEqual([]);
  return result;
}

const CREDENTIALS: ReadonlySet<string> = new Set([
  'bootstrap-jwt',
  'refresh-token',
  'password',
  'github-token',
]);

export async function setScene(
  options: Omit<EmulatorOptions, 'github'> & { plan?: string } = {},
): Promise<Scene> {
  const machine = new Machine(START);
  const world = await startWorld({
    ...options,
    mutx: { ...options.mutx, machineClock: machine.now },
    github: { machineClock: machine.now },
  });
  return new Scene(machine, world);
}

/** What the runner would see of a step. */
class Step {
  readonly context: Omit<CommandContext, 'env' | 'clock' | 'gate'>;
  readonly #log: string[] = [];
  readonly #annotations: Annotation[] = [];
  readonly #outputs: Record<string, string> = {};
  readonly #masks: string[] = [];
  #summary = '';
  #exitCode = 0;

  constructor() {
    const secrets = new SecretRegistry((form) => this.#masks.push(form));
    const sink = guarded(this.#sink(), secrets);
    this.context = {
      secrets,
      sink,
      unfinished: { state: () => [], cleanUp: () => Promise.resolve() },
      fail: (report, summary = failureSummary(TITLE, report)) => {
        this.#exitCode = 1;
        for (const line of failureLines(TITLE, report)) sink.line(line);
        sink.error(failureAnnotation(TITLE, report));
        sink.summary(summary);
      },
    };
  }

  #sink(): Sink {
    const note = (level: Annotation['level']) => (one: { title: string; message: string }) => {
      this.#annotations.push({ level, ...one });
      this.#log.push(`##[${level}]${one.message}`);
    };
    return {
      line: (text) => this.#log.push(text),
      debug: (text) => this.#log.push(`##[debug]${text}`),
      group: (title) => this.#log.push(`##[group]${title}`),
      endGroup: () => this.#log.push('##[endgroup]'),
      notice: note('notice'),
      warning: note('warning'),
      error: note('error'),
      output: (name, value) => {
        this.#outputs[name] = value;
      },
      state: () => {},
      secretOutput: () => {},
      secretVariable: () => {},
      summary: (markdown) => {
        this.#summary += markdown;
      },
    };
  }

  /** With a folder that holds what the command files would. */
  async end(): Promise<StepResult> {
    const folder = await mkdtemp(join(tmpdir(), 'step-'));
    await writeFile(join(folder, 'outputs'), JSON.stringify(this.#outputs));
    await writeFile(join(folder, 'summary'), this.#summary);
    return {
      exitCode: this.#exitCode,
      rawStdout: this.#log.join('\n'),
      rawStderr: '',
      log: this.#log,
      annotations: this.#annotations,
      masks: this.#masks,
      outputs: this.#outputs,
      env: {},
      state: {},
      summary: this.#summary,
      folder,
      ms: 0,
      since: { firstLine: undefined, exit: 0 },
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  }
}

/** The whole log, for `toContain`. */
export function textOf(run: StepResult): string {
  return run.log.join('\n');
}

export function expectOk(run: StepResult): void {
  expect(run.exitCode, textOf(run)).toBe(0);
}

/** Failed with this code, a fix and the state of things in all three places where people look. */
export function expectFailed(run: StepResult, code: string): string {
  const log = textOf(run);
  expect(run.exitCode, log).toBe(1);
  expect(log).toContain(`[${code}]`);
  expect(log).toMatch(/fix: {3}\S/u);
  expect(log).toMatch(/State of things now:\n {2}- \S/u);
  expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(run.summary).toContain('**State of things now**');
  expect(run.outputs['rotated']).not.toBe('true');
  return log;
}

/** P1, P3: the secret holds a key that works, and of that name there is no other. */
export function expectOneKeyStored({ world }: Pick<Scene, 'world'>): void {
  const stored = world.stored() ?? '';
  expect(world.emulator.mutx.accepts(stored), 'P1').toBe(true);
  expect(
    world.active().map((key) => key.plaintext),
    'P3',
  ).toEqual([stored]);
}
