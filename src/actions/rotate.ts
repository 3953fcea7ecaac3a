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
import { clock } from './clock.ts';
import { connect } from './connect.ts';
import type { ActionContext } from './main.ts';

/** The root action: inputs → session and targets → the engine → log, outputs, summary. */
export async function rotateAction({ env, secrets, sink, unfinished, fail }: ActionContext): Promise<void> {
  for (const [name, value] of EARLY_OUTPUTS) sink.output(name, value);
  const inputs = loadRotateInputs(env, secrets);
  for (const warning of inputs.warnings) sink.warning(inputWarning(warning));
  if (!inputs.ok) return fail(inputFailure(inputs.problems));
  const problems = credentialProblems(inputs.value.credential, clock.now());
  if (problems.length > 0) return fail(inputFailure(problems));

  const { settings, refreshTokenSecret } = inputs.value;
  const connection = connect(inputs.value, { secrets, sink, debug: env['RUNNER_DEBUG'] === '1' });
  unfinished.cleanUp = () => connection.session.close();
  if (refreshTokenSecret !== undefined) unfinished.state = () => spendingState(refreshTokenSecret);
  const refused = await connection.session.open();
  if (refused !== undefined) {
    await connection.close();
    return fail(sessionFailure(refused));
  }

  const progress = new Progress();
  const log = new RotationLog(sink, settings.keyName);
  unfinished.state = () => progress.state();
  const outcome = await rotate(settings, {
    ...connection.ports,
    report: (event) => {
      progress.event(event);
      log.event(event);
    },
  });
  log.end();
  await connection.close();

  for (const [name, value] of outputsOf(outcome, settings.keyName)) sink.output(name, value);
  const summary = summaryOf(outcome, settings.keyName, progress.givenUp);
  if (outcome.kind === 'failed') return fail(failureOf(outcome, progress.givenUp), summary);
  for (const line of resultLines(outcome)) sink.line(line);
  sink.summary(summary);
}
