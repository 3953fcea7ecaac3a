import { neighboursOf } from '../config/key-name.ts';
import { loadRotateInputs } from '../config/load/rotate.ts';
import type { RotateInputs } from '../config/load/rotate-inputs.ts';
import { writesWithin } from '../github/limiter.ts';
import { paced } from '../github/pace.ts';
import { createTarget, needsOfTarget } from '../github/targets/create-target.ts';
import { warmUpSeal } from '../github/targets/sealed-box.ts';
import { forOneToken } from '../github/token-hint.ts';
import { failureOf } from '../messages/failure.ts';
import { RotationLog } from '../messages/log.ts';
import { Progress } from '../messages/rotation/progress.ts';
import { outputsOf, resultLines } from '../messages/rotation/result.ts';
import { summaryOf } from '../messages/summary.ts';
import type { Session } from '../mutx/session/session.ts';
import { rotate } from '../rotation/engine.ts';
import type { StepName } from '../rotation/events.ts';
import type { Outcome } from '../rotation/outcome.ts';
import type { RotationPorts } from '../rotation/run.ts';
import { type Connection, connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { handOn } from './outputs.ts';
import { usableInputs } from './usable-inputs.ts';

/** The root action: inputs → session and targets → the engine → log, outputs, summary. */
export async function rotateCommand(context: CommandContext): Promise<void> {
  const { env, secrets, sink, gate, unfinished, fail } = context;
  const inputs = await usableInputs(loadRotateInputs(env, secrets), context);
  if (inputs === undefined) return;

  const { settings } = inputs;
  const keyNames = new Set([settings.keyName]);
  const connection = connect(inputs, context, { ...inputs, keyNames });
  const progress = new Progress();
  const ended = await inSession(connection, inputs, context, async () => {
    const log = new RotationLog(sink, settings.keyName);
    unfinished.state = () => progress.state();
    unfinished.title = () => progress.title();
    const rotation = rotate(settings, {
      ...portsOf(inputs, connection, context),
      report: (event) => {
        progress.event(event);
        log.event(event);
        if (event.type === 'step-started') beside(event.step, connection.session);
      },
    });
    const result = await gate.pass(rotation);
    log.end();
    return result;
  });
  if (ended === undefined) return;

  const outcome = withOneToken(ended, inputs);
  handOn(outputsOf(outcome, settings.keyName), sink);
  const summary = summaryOf(outcome, settings.keyName, progress.givenUp);
  if (outcome.kind === 'failed') return fail(failureOf(outcome, progress.givenUp), summary);
  for (const line of resultLines(outcome)) sink.line(line);
  sink.summary(summary);
}

/** With what the failed calls say of the token they lack put together, so that it can be mended in one go. */
export function withOneToken(outcome: Outcome, { targets, refreshTokenSecret }: RotateInputs): Outcome {
  if (outcome.kind !== 'failed') return outcome;
  const { failure } = outcome;
  const written = refreshTokenSecret === undefined ? targets : [...targets, refreshTokenSecret];
  const failures = forOneToken(failure.failures, written.map(needsOfTarget));
  return { ...outcome, failure: { ...failure, failures } };
}

/** What can be done while a step waits for its replies. */
function beside(step: StepName, session: Session): void {
  // It takes 25 ms, for which the first seal would wait; the bytes of the create have left by then. What goes wrong
  // here goes wrong there again, where somebody waits for it.
  if (step === 'create') setImmediate(() => void warmUpSeal().catch(() => {}));
  // Nothing follows but revocations. Whatever comes of it, the close at the end waits for it.
  if (step === 'revoke') void session.close();
}

/** What the engine needs of the world, over connections that are there; `report` is the caller's. */
export function portsOf(
  inputs: RotateInputs,
  { keys, github, clock, session }: Connection,
  { secrets }: Pick<CommandContext, 'secrets'>,
): Omit<RotationPorts, 'report'> {
  if (github === undefined) throw new Error('a rotation has a github-token: its inputs say so');
  const { audience, createEnvironment } = inputs;
  const dependencies = { github, secrets, audience, createEnvironment };
  const targets = inputs.targets.map((target) => createTarget(target, dependencies));
  const neighbours = neighboursOf(inputs.targets).map((target) => createTarget(target, dependencies));
  return {
    keys,
    targets: paced(targets, github.limiter),
    neighbours,
    writesWithin,
    clock,
    random: Math.random,
    sessionEndsAt: session.endsAt,
  };
}
