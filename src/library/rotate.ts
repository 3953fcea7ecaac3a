import { connect } from '../commands/connect.ts';
import { portsOf, withOneToken } from '../commands/rotate.ts';
import { failureOf } from '../messages/failure.ts';
import { RotationLog } from '../messages/log.ts';
import { Progress } from '../messages/rotation/progress.ts';
import { resultLines } from '../messages/rotation/result.ts';
import { sessionFailure } from '../messages/session-log.ts';
import type { SessionFailure } from '../mutx/session/session.ts';
import { rotate as runEngine } from '../rotation/engine.ts';
import type { Outcome } from '../rotation/outcome.ts';
import { contextOf, safe } from './context.ts';
import { loadRotateOptions } from './load.ts';
import type { RotateOptions } from './options.ts';

/** There was no session with MUTX, so nothing was begun; but a refresh token may be spent: `failure.state` says so. */
export interface NoSession {
  readonly kind: 'no-session';
  readonly failure: SessionFailure;
}

/** What a rotation came to; `kind` tells them apart: `rotated`, `not-due`, `planned`, `failed`, `no-session`. */
export type RotateResult = Outcome | NoSession;

/**
 * Makes a key, checks it, stores it in every target and revokes the one before: the protocol of the action, with
 * its guarantees (docs/protocol.md of this package's repository). Prints nothing. It can take minutes, since it
 * honours what the servers ask to wait, and cannot be called off; a process that is killed leaves nothing behind
 * that the next rotation would not put right.
 *
 * Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY` and their kin, as `@actions/http-client` reads
 * them), extra certificates those of `NODE_EXTRA_CA_CERTS`; nothing else is read from there.
 *
 * @returns also for whatever the servers and the network did: a failure says in which state keys and secrets are
 * @throws InvalidOptionsError with every option that cannot be used; nothing has been called
 */
export async function rotate(options: RotateOptions): Promise<RotateResult> {
  const { on } = options;
  const context = contextOf(on);
  const inputs = loadRotateOptions(options, context);
  const { sink, fail } = context;
  const connection = connect(inputs, context, inputs);
  try {
    const refused = await connection.session.open();
    if (refused !== undefined) {
      fail(sessionFailure(refused));
      return { kind: 'no-session', failure: refused };
    }
    const log = new RotationLog(sink, inputs.settings.keyName);
    const progress = new Progress();
    const tell = safe(on?.event);
    const ended = await runEngine(inputs.settings, {
      ...portsOf(inputs, connection, context),
      report: (event) => {
        progress.event(event);
        log.event(event);
        tell(event);
      },
    });
    log.end();
    const outcome = withOneToken(ended, inputs);
    if (outcome.kind === 'failed') fail(failureOf(outcome, progress.givenUp));
    else for (const line of resultLines(outcome)) sink.line(line);
    return outcome;
  } finally {
    await connection.close();
  }
}
