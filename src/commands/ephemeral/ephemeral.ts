import { loadEphemeralInputs } from '../../config/load/ephemeral.ts';
import { keyForJob } from '../../ephemeral/engine.ts';
import { encodeNote, NOTE } from '../../ephemeral/note.ts';
import { ephemeralFailure } from '../../messages/ephemeral/failure.ts';
import { EphemeralLog } from '../../messages/ephemeral/log.ts';
import { askingLine, handedOutLines, handedOutSummary } from '../../messages/ephemeral/result.ts';
import { instantText } from '../../messages/words.ts';
import type { MintedKey } from '../../rotation/ports.ts';
import { connect, inSession } from '../connect.ts';
import type { CommandContext } from '../context.ts';
import { usableInputs } from '../usable-inputs.ts';
import { PostStepJournal } from './post-step-state.ts';

/** The action that makes a key for one job: inputs → session → the engine → output, variable, summary. */
export async function ephemeralCommand(context: CommandContext): Promise<void> {
  const { env, secrets, sink, gate, unfinished, fail } = context;
  sink.state(NOTE, encodeNote({ stage: 'nothing' }));
  const inputs = await usableInputs(loadEphemeralInputs(env, secrets), context);
  if (inputs === undefined) return;

  const { settings, envName } = inputs;
  sink.line(askingLine(settings));
  const connection = connect(inputs, context);
  const { session, keys, clock } = connection;
  const outcome = await inSession(connection, inputs, context, async () => {
    const log = new EphemeralLog(sink, settings.unique);
    unfinished.state = () => log.state();
    const keeper = new PostStepJournal(inputs, session, context);
    const report = log.event;
    const handOut = async (key: MintedKey) => {
      // The reply that it works may come when the run has said how it ends.
      await gate.pass(Promise.resolve());
      handedOut(key, envName, context);
    };
    const { endsAt: sessionEndsAt } = session;
    const ports = { keys, keeper, clock, random: Math.random, report, handOut, sessionEndsAt };
    return gate.pass(keyForJob(settings, ports));
  });
  if (outcome?.kind === 'failed') fail(ephemeralFailure(outcome, settings));
}

/** In the output, the variable and the summary, as soon as it works. */
function handedOut(minted: MintedKey, envName: string | undefined, { sink }: CommandContext): void {
  const { key, id, expiresAt } = minted;
  sink.secretOutput('api-key', key);
  sink.output('key-id', id);
  if (expiresAt !== undefined) sink.output('expires-at', instantText(expiresAt));
  if (envName !== undefined) sink.secretVariable(envName, key);
  for (const line of handedOutLines(minted, envName)) sink.line(line);
  sink.summary(handedOutSummary(minted, envName));
}
