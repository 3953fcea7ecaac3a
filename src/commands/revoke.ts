import { loadRevokeInputs } from '../config/load/revoke.ts';
import { nearestNames } from '../config/unknown.ts';
import {
  failedRevocationSummary,
  goneKeys,
  noSuchKey,
  revocationFailure,
  revocationLines,
  revocationSummary,
  revokedIds,
} from '../messages/revocation/revocation.ts';
import { keyStates, logRevocation } from '../messages/revocation/words.ts';
import type { KeyResult } from '../revoke/request.ts';
import { revokeKeys } from '../revoke/revoke.ts';
import { connect, inSession } from './connect.ts';
import type { CommandContext } from './context.ts';
import { handOn } from './outputs.ts';
import { usableInputs } from './usable-inputs.ts';

const OUTPUT = 'revoked-key-ids';

/** The action that revokes: inputs → session → the keys → log, output, summary. */
export async function revokeCommand(context: CommandContext): Promise<void> {
  const { env, secrets, sink, gate, unfinished, fail } = context;
  const inputs = await usableInputs(loadRevokeInputs(env, secrets), context);
  if (inputs === undefined) return;

  const { request, credential } = inputs;
  const mayRevokeItself = credential.kind === 'opaque';
  const { selection } = request;
  const keyNames = selection.by === 'name' ? { keyNames: new Set([selection.name]) } : {};
  const connection = connect(inputs, context, keyNames);
  const sofar: KeyResult[] = [];
  const outcome = await inSession(connection, inputs, context, async () => {
    unfinished.state = () => stateSoFar(sofar);
    const endSession = unfinished.cleanUp;
    unfinished.cleanUp = async () => {
      await Promise.all([endSession(), gate.settled()]);
      handOn([[OUTPUT, revokedIds(sofar)]], sink);
    };
    const { keys, clock, session, api } = connection;
    const revocation = revokeKeys(request, {
      keys,
      clock,
      random: Math.random,
      sessionEndsAt: session.endsAt,
      mayRevokeItself,
      keepsRecords: () => api.generation === 'v1',
      report: (event) => {
        if (event.type === 'result') sofar.push(event.result);
        logRevocation(event, sink);
      },
    });
    return gate.pass(revocation);
  });
  if (outcome === undefined) return;

  handOn([[OUTPUT, outcome.kind === 'planned' ? '[]' : revokedIds(outcome.results)]], sink);
  const mistyped = noSuchKey(outcome, request);
  if (mistyped !== undefined) sink.warning(mistyped);
  const gone = goneKeys(outcome);
  if (gone !== undefined) sink.notice(gone);
  if (outcome.kind === 'failed') {
    const { missing } = outcome;
    const near = missing === undefined ? [] : nearestNames(missing.name, missing.names);
    const report = revocationFailure(outcome, { mayRevokeItself, now: connection.clock.now(), near });
    return fail(report, failedRevocationSummary(outcome, report));
  }
  for (const line of revocationLines(outcome, request)) sink.line(line);
  sink.summary(revocationSummary(outcome, request));
}

function stateSoFar(results: readonly KeyResult[]): readonly string[] {
  const others = 'every other key that was asked for: not revoked, or being revoked at that moment';
  return [...keyStates(results), others, 'run it again: what is revoked already counts as done'];
}
