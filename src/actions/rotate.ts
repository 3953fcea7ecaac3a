import { loadSeal } from '../github/sealed-box.ts';
import { credentialProblems } from '../inputs/expired-credential.ts';
import { loadRotateInputs } from '../inputs/load.ts';
import { inputWarning } from '../report/annotations.ts';
import { failureOf } from '../report/failure.ts';
import { inputFailure } from '../report/input-failure.ts';
import { RotationLog } from '../report/log.ts';
import { EARLY_OUTPUTS, outputsOf } from '../report/outputs.ts';
import { Progress } from '../report/progress.ts';
import { resultLines } from '../report/result.ts';
import { sessionFailure, spendingState } from '../report/session-log.ts';
import { summaryOf } from '../report/summary.ts';
import { rotate } from '../rotation/engine.ts';
import type { StepName } from '../rotation/events.ts';
import type { Session } from '../session/session.ts';
import { connect } from './connect.ts';
import type { ActionContext } from './main.ts';

/** The root action: inputs → session and targets → the engine → log, outputs, summary. */
export async function rotateAction(context: ActionContext): Promise<void> {
  const { env, secrets, sink, clock, gate, unfinished, fail } = context;
  for (const [name, value] of EARLY_OUTPUTS) sink.output(name, value);
  const inputs = loadRotateInputs(env, secrets);
  for (const warning of inputs.warnings) sink.warning(inputWarning(warning));
  const { credential } = inputs.ok ? inputs.value : inputs;
  const expired = credential === undefined ? [] : credentialProblems(credential, clock.now());
  if (!inputs.ok) return fail(inputFailure([...expired, ...inputs.problems]));
  if (expired.length > 0) return fail(inputFailure(expired));

  const { settings, refreshTokenSecret } = inputs.value;
  const connection = connect(inputs.value, {
    secrets,
    sink,
    clock,
    gate,
    debug: env['RUNNER_DEBUG'] === '1',
  });
  unfinished.cleanUp = () => connection.session.close();
  if (refreshTokenSecret !== undefined) unfinished.state = () => spendingState(refreshTokenSecret);
  const refused = await gate.pass(connection.session.open());
  if (refused !== undefined) {
    await gate.pass(connection.close());
    return fail(sessionFailure(refused));
  }

  const progress = new Progress();
  const log = new RotationLog(sink, settings.keyName);
  unfinished.state = () => progress.state();
  const rotation = rotate(settings, {
    ...connection.ports,
    report: (event) => {
      progress.event(event);
      log.event(event);
      if (event.type === 'step-started') beside(event.step, connection.session);
    },
  });
  const outcome = await gate.pass(rotation);
  log.end();
  await gate.pass(connection.close());

  for (const [name, value] of outputsOf(outcome, settings.keyName)) sink.output(name, value);
  const summary = summaryOf(outcome, settings.keyName, progress.givenUp);
  if (outcome.kind === 'failed') return fail(failureOf(outcome, progress.givenUp), summary);
  for (const line of resultLines(outcome)) sink.line(line);
  sink.summary(summary);
}

/** What can be done while a step waits for its replies. */
function beside(step: StepName, session: Session): void {
  // It takes 20 ms, for which the first seal would wait; the bytes of the create have left by then.
  if (step === 'create') setImmediate(() => void loadSeal());
  // Nothing follows but revocations. Whatever comes of it, the close at the end waits for it.
  if (step === 'revoke') void session.close();
}
