import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setSecret } from '@actions/core';
import { JobLog } from '../../scripts/runner-log.ts';
import { Gate } from '../../src/commands/gate.ts';
import { rotateCommand } from '../../src/commands/rotate.ts';
import type { Clock } from '../../src/core/time.ts';
import { type FailureReport, failureAnnotation, failureLines } from '../../src/messages/failure.ts';
import { guarded } from '../../src/messages/guard.ts';
import type { Sink } from '../../src/messages/sink.ts';
import { failureSummary } from '../../src/messages/summary.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import { runnerSink } from '../../src/runner/runner-sink.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

/** What a step in this process came to, as the runner and its readers see it. */
export interface StepHere {
  /** undefined: it did what was asked */
  readonly failure: FailureReport | undefined;
  /** Every byte it wrote. */
  readonly stdout: string;
  /** The log as GitHub shows it. */
  readonly log: JobLog;
  /** Commands that we gave the runner, masks among them. */
  readonly commands: number;
  readonly outputs: Readonly<Record<string, string>>;
  /** What is in GITHUB_OUTPUT. */
  readonly outputFile: string;
  readonly summary: string;
}

const TITLE = FAILURE_TITLE.rotate;

/** The limit of a request, from `send` to the last byte. */
const REQUEST_LIMIT = 30_000;

/** For what was written to arrive. */
const MOMENT = 10;

/**
 * The action that rotates, in this process, with the runner's own commands on the real standard output, which is
 * listened to meanwhile. Only the clocks are ours: the run's, and the one that ends a request.
 * @param timers of requests, where the run has to end some
 */
export async function stepHere(
  env: NodeJS.ProcessEnv,
  clock: Clock,
  timers?: RequestTimers,
): Promise<StepHere> {
  const files = commandFiles();
  for (const file of Object.values(files)) writeFileSync(file, '');
  const out = heard();
  timers?.install();
  const restore = [out, withEnv(files), ...(timers === undefined ? [] : [timers])];
  let commands = 0;
  const outputs: Record<string, string> = {};
  const secrets = new SecretRegistry((form) => {
    commands += 1;
    setSecret(form);
  });
  const counting: Sink = {
    ...runnerSink,
    debug: (text) => {
      commands += 1;
      runnerSink.debug(text);
    },
    group: (title) => {
      commands += 1;
      runnerSink.group(title);
    },
    endGroup: () => {
      commands += 1;
      runnerSink.endGroup();
    },
    warning: (one) => {
      commands += 1;
      runnerSink.warning(one);
    },
    error: (one) => {
      commands += 1;
      runnerSink.error(one);
    },
    output: (name, value) => {
      outputs[name] = value;
      runnerSink.output(name, value);
    },
  };
  const sink = guarded(counting, secrets);
  let failure: FailureReport | undefined;
  try {
    await rotateCommand({
      env,
      secrets,
      sink,
      clock,
      gate: new Gate(),
      unfinished: { state: () => [], cleanUp: () => Promise.resolve() },
      fail: (report, summary = failureSummary(TITLE, report)) => {
        failure = report;
        for (const line of failureLines(TITLE, report)) sink.line(line);
        sink.error(failureAnnotation(TITLE, report));
        sink.summary(summary);
      },
    });
  } finally {
    for (const one of restore) one.end();
  }
  const outputFile = readFileSync(files.GITHUB_OUTPUT, 'utf8');
  const summary = readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8');
  const stdout = out.text();
  return { failure, stdout, log: readBy(stdout), commands, outputs, outputFile, summary };
}

let folder: string | undefined;

/** One folder for all steps of a process: there are hundreds. */
function commandFiles() {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'here-'));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
}

/** @throws Error the step wrote a command that no action of ours has any business with */
function readBy(stdout: string): JobLog {
  const log = new JobLog(true);
  for (const line of stdout.split(/\r\n|\n|\r/u)) log.read(line);
  return log;
}

/** Everything that is written to standard output from now on. */
export function heard() {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  let all = '';
  stdout.write = (chunk: string | Uint8Array) => {
    all += String(chunk);
    return true;
  };
  return {
    text: () => all,
    end: () => {
      stdout.write = write;
    },
  };
}

/**
 * The timers that end requests, to be fired when it is known that the request to be ended has arrived. Every
 * other timer keeps its time.
 */
export class RequestTimers {
  readonly #wait = globalThis.setTimeout;
  readonly #armed = new Set<() => void>();

  install(): void {
    const held = (callback: () => void, ms?: number) => {
      if (ms === REQUEST_LIMIT) this.#armed.add(callback);
      return this.#wait(callback, ms);
    };
    globalThis.setTimeout = Object.assign(held, this.#wait);
  }

  /** Ends what is under way, a moment from now; what has ended meanwhile does not mind. */
  fire(): void {
    this.#wait(() => {
      for (const end of this.#armed) end();
      this.#armed.clear();
    }, MOMENT);
  }

  end(): void {
    globalThis.setTimeout = this.#wait;
  }
}

function withEnv(variables: Readonly<Record<string, string>>) {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    end: () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}
