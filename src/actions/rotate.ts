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
      // Beside the last calls instead of after them; whatever comes of it, `close` below waits for it.
      if (event.type === 'step-started' && event.step === 'revoke') void connection.session.close();
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
