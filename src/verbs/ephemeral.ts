import { keyForJob } from '../ephemeral/engine.ts';
import { encodeNote, NOTE } from '../ephemeral/note.ts';
import { loadEphemeralInputs } from '../inputs/load-ephemeral.ts';
import { ephemeralFailure } from '../report/ephemeral-failure.ts';
import { EphemeralLog } from '../report/ephemeral-log.ts';
import { askingLine, handedOutLines, handedOutSummary } from '../report/ephemeral-result.ts';
import { instantText } from '../report/words.ts';
import { connect } from './connect.ts';
import type { VerbContext } from './context.ts';
import { HandOver } from './hand-over.ts';
import { inSession } from './in-session.ts';
import { usableInputs } from './usable-inputs.ts';

/** The action that makes a key for one job: inputs → session → the engine → output, variable, summary. */
export async function ephemeralVerb(context: VerbContext): Promise<void> {
  const { env, secrets, sink, gate, unfinished, fail } = context;
  sink.state(NOTE, encodeNote({ stage: 'nothing' }));
  const inputs = usableInputs(loadEphemeralInputs(env, secrets), context);
  if (inputs === undefined) return;

  const { settings, envName } = inputs;
  sink.line(askingLine(settings));
  const connection = connect(inputs, context);
  const { session, keys, clock } = connection;
  const outcome = await inSession(connection, inputs, context, async () => {
    const log = new EphemeralLog(sink, settings.unique);
    unfinished.state = () => log.state();
    const keeper = new HandOver(inputs, session, context);
    const report = log.event;
    const ports = { keys, keeper, clock, random: Math.random, report, sessionEndsAt: session.endsAt };
    return gate.pass(keyForJob(settings, ports));
  });
  if (outcome === undefined) return;
  if (outcome.kind === 'failed') return fail(ephemeralFailure(outcome, settings));

  const { key, id, expiresAt } = outcome.key;
  sink.secretOutput('api-key', key);
  sink.output('key-id', id);
  if (expiresAt !== undefined) sink.output('expires-at', instantText(expiresAt));
  if (envName !== undefined) sink.secretVariable(envName, key);
  for (const line of handedOutLines(outcome.key, envName)) sink.line(line);
  sink.summary(handedOutSummary(outcome.key, envName));
}
