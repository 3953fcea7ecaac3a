import { resolve } from 'node:path';
import type { CommandContext } from '../commands/context.ts';
import type { Verb } from '../config/table.ts';
import { inputWarning } from '../messages/annotations.ts';
import type { FailureReport } from '../messages/failure.ts';
import { FAILURE_TITLE } from '../messages/words.ts';
import { runProcess } from '../process/run-process.ts';
import { withCredentials } from './ask.ts';
import { atTerminal } from './at-terminal.ts';
import { FAILED, type Machine, type Streams, UNUSABLE } from './machine.ts';
import { placeVariables } from './place.ts';
import { terminal, written } from './terminal.ts';
import { type Flags, misspelledVariables, verbEnvironment } from './variables.ts';

interface Task {
  readonly run: (context: CommandContext) => Promise<void>;
  /** Whose inputs it takes. */
  readonly verb: Verb;
  /** Of a failure: what was not done. Default: that of the verb. */
  readonly title?: string;
  /** Its result is a credential, and that alone goes to stdout. */
  readonly printsSecret?: boolean;
  /** stdout belongs to a command of the user's. */
  readonly leavesStdout?: boolean;
}

/** Runs a verb from the command line, to its end; the exit code is that of the process (exit-codes.ts). */
export async function runCommand(
  { run, verb, title = FAILURE_TITLE[verb], printsSecret = false, leavesStdout = false }: Task,
  given: Flags,
  { env: shell, streams, folder }: Machine,
): Promise<void> {
  const { repository, folder: named = '.' } = given;
  // A key for one command belongs to the machine that it runs on, in a clone or not.
  const clone = verb === 'ephemeral' ? undefined : resolve(folder, String(named));
  const place = await placeVariables(typeof repository === 'string' ? repository : undefined, shell, clone);
  const env = { ...shell, ...place };
  const flags = await withCredentials(verb, given, env, streams);
  const { json, summary, quiet } = flags;
  let failure: FailureReport | undefined;
  const sink = terminal({
    ...streams,
    onStdout: leavesStdout ? 'others' : json === true ? 'json' : printsSecret ? 'secret' : 'log',
    summaryFile: typeof summary === 'string' ? summary : undefined,
    quiet: () => quiet === true && failure === undefined,
    // The keys of a fleet are described in a file, in the words of a workflow.
    ...(verb === 'plan' ? {} : { worded: atTerminal }),
  });
  for (const text of misspelledVariables(verb, shell)) sink.warning(inputWarning(text));
  await runProcess(run, title, {
    env: verbEnvironment(verb, flags, env),
    sink,
    mask: maskFor(env, streams),
    failed: (report) => {
      failure = report;
      return report.code === 'invalid-input' ? UNUSABLE : FAILED;
    },
    annotates: false,
  });
  const delivered =
    json === true
      ? await written(streams.stdout, `${JSON.stringify(document(sink.outputs, failure), null, 2)}\n`)
      : await sink.delivered();
  if (delivered || !printsSecret || failure !== undefined) return;
  const id = sink.outputs.get('key-id') ?? '';
  sink.error({
    title: 'The key could not be printed',
    message: `nobody reads stdout, and MUTX shows a key only once: nobody has key ${id}, which works; revoke it: \`mutx-api-key keys revoke ${id}\``,
  });
  process.exitCode = FAILED;
}

/** In a step of GitHub Actions the runner is told what to hide; elsewhere nothing that was admitted is printed. */
function maskFor(env: NodeJS.ProcessEnv, { stderr }: Streams): (form: string) => void {
  if (env['GITHUB_ACTIONS'] !== 'true') return () => {};
  return (form) => {
    const escaped = form.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    stderr.write(`::add-mask::${escaped}\n`);
  };
}

/** What `--json` prints: the outputs as JSON where they are, and why it failed, if it did. */
function document(outputs: ReadonlyMap<string, string>, failure: FailureReport | undefined) {
  return {
    ok: failure === undefined,
    outputs: Object.fromEntries([...outputs].map(([name, value]) => [name, parsed(value)])),
    ...(failure === undefined ? {} : { failure: summaryOf(failure) }),
  };
}

function summaryOf({ code, message, details, calls, state, hint, retryAt }: FailureReport) {
  return {
    code,
    message,
    details,
    calls: calls.map(({ failure, fix }) => ({
      service: failure.service,
      call: failure.call,
      status: failure.status ?? null,
      code: failure.code,
      message: failure.message,
      'request-id': failure.requestId ?? null,
      fix: fix ?? null,
    })),
    fix: hint?.fix ?? null,
    state,
    'retry-at': retryAt === undefined ? null : new Date(retryAt).toISOString(),
  };
}

/** Outputs of actions are texts; those that hold an array, an object or a boolean are given as such. */
function parsed(value: string): unknown {
  if (value === 'true' || value === 'false' || /^[[{]/u.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value;
}
