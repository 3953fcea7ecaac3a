import type { Target } from '../config/targets.ts';
import type { SessionEvent, SessionFailure, SessionWarning } from '../mutx/session/session.ts';
import { credentialWarning } from './annotations.ts';
import { hintOf } from './catalogue/catalogue.ts';
import { earlyFailure, type FailureReport } from './failure.ts';
import { retryText } from './log.ts';
import type { Sink } from './sink.ts';
import { warningSummary } from './summary.ts';
import { instantText, placeText } from './words.ts';

/** Renders what a session tells while it works, between the engine's lines where it renews itself. */
export function logSession(event: SessionEvent, sink: Sink): void {
  switch (event.type) {
    case 'logged-in':
      sink.line('✓ logged in to MUTX');
      break;
    case 'logged-out':
      sink.line('✓ logged out of MUTX');
      break;
    case 'exchanging':
      sink.line(
        `exchanging the refresh token: it counts as spent from here on, until its successor is stored: ${placeText(event)}`,
      );
      break;
    case 'successor-stored': {
      const until =
        event.endsAt === undefined ? '' : `; the next run has to start before ${instantText(event.endsAt)}`;
      sink.line(`✓ refresh token exchanged; its successor is stored: ${placeText(event)}${until}`);
      break;
    }
    case 'retrying':
      sink.line(retryText(event.failure, event.attempt, event.wait));
      break;
    case 'warning':
      warn(event, sink);
      break;
  }
}

/** In the summary at once, and so above the rest, however the run ends. */
function warn(warning: SessionWarning, sink: Sink): void {
  const { message, fix } = adviceOf(warning);
  sink.warning(credentialWarning(fix === undefined ? message : `${message}\nFix: ${fix}`));
  sink.summary(warningSummary(message, fix));
}

/** The other warnings say themselves what to do. */
function adviceOf(warning: SessionWarning): { message: string; fix: string | undefined } {
  const { code, message } = warning;
  return code === 'renewal-failed'
    ? { message: `${message} [${code}]`, fix: warning.fix ?? hintOf(code)?.fix }
    : { message, fix: undefined };
}

/** A session that could not be opened: no key has been touched, but a refresh token may be spent. */
export function sessionFailure({ code, message, cause, state, retryAt }: SessionFailure): FailureReport {
  return earlyFailure({
    code,
    message,
    calls: [cause],
    state: ['no key was made or revoked, and no target was written', ...state],
    retryAt,
  });
}

/** The state of things while a refresh token is being exchanged, for a run that ends in that moment. */
export function spendingState({ secretName, label }: Target): readonly string[] {
  const place = placeText({ secret: secretName, target: label });
  return [
    'no key was made or revoked, and no target was written',
    `the refresh token may be spent: its successor is in ${place} if that secret was updated just now, otherwise log in to MUTX again; if the log above tells of no exchange, it is unspent`,
  ];
}
