import type { CommandContext } from '../../commands/context.ts';
import { handOn } from '../../commands/outputs.ts';
import { judgeExpiry } from '../../commands/usable-inputs.ts';
import { hostOfApi } from '../../config/urls.ts';
import { earlyFailure, type FailureReport, inputFailure } from '../../messages/failure.ts';
import { wouldWork } from '../doctor/checks/check.ts';
import { placeChecks } from '../doctor/checks/writer-token.ts';
import { examine } from '../doctor/examine.ts';
import { tell } from '../doctor/run-doctor.ts';
import { type InitOptions, setupOf } from './inputs.ts';
import { type Todo, todoOf } from './run-steps.ts';
import { doneText, goOnTexts, type Step, stepText } from './steps.ts';

/**
 * Takes a repository from nothing to a working schedule: looks as `doctor` does, shows everything that it would do,
 * asks, and then stores the bootstrap credential and the writer token as secrets, writes the workflow, and rotates for
 * the first time. No file is ever overwritten.
 */
export function initCommand(options: InitOptions): (context: CommandContext) => Promise<void> {
  return async (context) => {
    const { sink, fail } = context;
    const { env, loaded, setup, problems: wrong } = setupOf(options, context);
    const { credential } = loaded.ok ? loaded.value : loaded;
    const judged = credential && (await judgeExpiry(credential, setup?.inputs.apiUrl, context));
    const problems = [...(judged?.problems ?? []), ...wrong];
    if (setup === undefined || problems.length > 0) return fail(inputFailure(problems));

    const { checks, plan } = await examine(loaded, { ...context, env });
    tell(checks, sink);
    if (!wouldWork(checks)) return fail(NOT_READY);
    const looked = await context.gate.pass(todoOf(setup, plan, context));
    const unwritable = placeChecks(looked.places).filter(({ verdict }) => verdict !== 'fine');
    tell(unwritable, sink);
    if (unwritable.length > 0) return fail(NOT_READY);

    const { todo } = looked;
    const { githubApiUrl } = setup.inputs;
    sink.group(`What this does, on ${hostOfApi(githubApiUrl) ?? githubApiUrl.host}`);
    for (const [at, { step }] of todo.entries()) sink.line(`${at + 1}. ${stepText(step)}`);
    for (const note of [...setup.notes, setup.whoReads]) sink.line(`! ${note}`);
    sink.endGroup();
    handOn([['steps', JSON.stringify(todo.map(({ step }) => stepText(step)))]], sink);
    if (setup.inputs.settings.dryRun) {
      sink.line('Nothing was changed: this is a dry run.');
      return undefined;
    }
    if (!(await context.gate.pass(options.confirm()))) return fail(DECLINED);
    return carryOut(todo, { ...context, env }, setup.inputs.credential.kind === 'refresh-token', setup.path);
  };
}

const NOT_READY = earlyFailure({
  code: 'doctor-problem',
  message: 'a rotation would not work yet; what is marked ✗ above has to be mended first',
});

const DECLINED = earlyFailure({ code: 'declined', message: 'the answer was no' });

async function carryOut(
  todo: readonly Todo[],
  context: CommandContext,
  spends: boolean,
  path: string,
): Promise<void> {
  const { sink, unfinished } = context;
  const done: Step[] = [];
  const stateNow = (own: readonly string[]) => [
    ...done.map(doneText),
    ...own,
    ...goOnTexts(
      todo.slice(done.length).map(({ step }) => step),
      spends,
    ),
  ];
  const before = unfinished.state;
  let own: () => readonly string[] = () => [];
  let failed = false;
  const inner: CommandContext = {
    ...context,
    // What a step says of the state is about that step alone.
    unfinished: {
      get state() {
        return own;
      },
      set state(state) {
        own = state;
      },
      get cleanUp() {
        return unfinished.cleanUp;
      },
      set cleanUp(cleanUp) {
        unfinished.cleanUp = cleanUp;
      },
    },
    fail: (report: FailureReport, summary) => {
      failed = true;
      context.fail({ ...report, state: stateNow(report.state) }, summary);
    },
  };
  unfinished.state = () => (done.length === 0 && own().length === 0 ? before() : stateNow(own()));
  for (const { step, run } of todo) {
    await run(inner);
    if (failed) return;
    done.push(step);
    own = () => [];
    if (step.kind !== 'rotation') sink.line(`✓ ${doneText(step)}`);
  }
  sink.line(`Next: commit and push ${path}. Its schedule begins once it is on the default branch.`);
}
