import type { CallFailure } from '../core/call.ts';
import type { Duration, Instant } from '../core/time.ts';
import type { RequestLine } from '../http/result.ts';
import type { RevocationReason, RotationEvent, StepName, WarningCode } from '../rotation/events.ts';
import { callText } from './failure.ts';
import type { Sink } from './sink.ts';
import {
  count,
  durationText,
  expiryText,
  instantText,
  PHASE_OF,
  placeText,
  planLines,
  STEP_TEXT,
} from './words.ts';

const WHY_REVOKED: Readonly<Record<RevocationReason, string>> = {
  superseded: 'superseded by the new key',
  expired: 'expired',
  'not-stored': 'in no target',
  own: 'the new key, which no secret holds',
  replace: 'to make room: on-quota is replace',
};

export const WARNING_TITLE: Readonly<Record<WarningCode, string>> = {
  'revocation-failed': 'A key was not revoked',
  'too-many-revocations': 'More keys than max-revocations',
  'name-used-elsewhere': 'The key name is used elsewhere',
  'clocks-apart': 'Clocks apart',
  'readings-differ': 'GitHub contradicts itself',
  'times-contradict': 'Times contradict each other',
  'account-unreadable': 'The plan is not known',
  'create-lost': 'A created key was lost',
  'written-late': 'The key was stored too late',
  'secret-contradiction': 'A secret was not what it was taken for',
};

/** Renders the engine's events as they come: one line a step, in groups that fold, with durations. */
export class RotationLog {
  readonly #sink: Sink;
  readonly #keyName: string;
  #phase: string | undefined;
  readonly #seen = new Set<string>();

  constructor(sink: Sink, keyName: string) {
    this.#sink = sink;
    this.#keyName = keyName;
  }

  /** Closes the group that is open, so that what follows is always seen. */
  end(): void {
    if (this.#phase !== undefined) this.#sink.endGroup();
    this.#phase = undefined;
  }

  event(event: RotationEvent): void {
    switch (event.type) {
      case 'step-started':
        this.#enter(PHASE_OF[event.step]);
        break;
      case 'step-ended':
        this.#line(stepText(event.step, event.ok, event.ms));
        break;
      case 'looked':
        this.#line(this.#lookedText(event));
        break;
      case 'planned':
        this.#enter('Plan');
        for (const line of planLines(event.plan)) this.#line(line);
        break;
      case 'minted':
        this.#line(`${event.name}: new key ${event.id}, ${expiryText(event.expiresAt)}`);
        break;
      case 'target-written':
        this.#line(targetText(event));
        break;
      case 'revoking':
      case 'not-revoked':
        break;
      case 'revoked':
        this.#line(
          `${event.gone ? 'no longer active' : 'revoked'}: ${event.id} (${WHY_REVOKED[event.reason]})`,
        );
        break;
      case 'retrying':
        this.#line(retryText(event.failure, event.attempt, event.wait));
        break;
      case 'waiting':
        this.#line(waitText(event));
        break;
      case 'warning':
        this.#sink.warning({ title: WARNING_TITLE[event.code], message: event.message });
        break;
    }
  }

  #enter(phase: string): void {
    if (phase === this.#phase) return;
    this.end();
    this.#phase = phase;
    this.#sink.group(this.#seen.has(phase) ? `${phase}, again` : phase);
    this.#seen.add(phase);
  }

  #line(text: string): void {
    this.#sink.line(text);
  }

  #lookedText(event: Extract<RotationEvent, { type: 'looked' }>): string {
    const places =
      event.places === undefined || !Number.isFinite(event.places)
        ? 'no limit is known'
        : `${count(event.places, 'place')}${event.plan === undefined ? '' : ` in the plan ${event.plan}`}`;
    return `${count(event.active, 'active key')}, ${event.ofName} of them named ${this.#keyName}; ${places}`;
  }
}

function stepText(step: StepName, ok: boolean, ms: Duration): string {
  const [done, notDone] = STEP_TEXT[step];
  return `${ok ? `✓ ${done}` : `✗ ${notDone}`} (${durationText(ms)})`;
}

function targetText({ result, done, of }: Extract<RotationEvent, { type: 'target-written' }>): string {
  const progress = of > 1 ? `[${done}/${of}] ` : '';
  const why = result.failure === undefined ? '' : `: ${result.failure.message}`;
  return `${progress}${placeText(result)} ${result.status}${why}`;
}

/** The line of a call that is going to be tried again. */
export function retryText(failure: CallFailure, attempt: number, wait: Duration): string {
  return `${callText(failure)} [${failure.code}]: try ${attempt + 1} in ${durationText(wait)}`;
}

function waitText(event: { for: string; wait: Duration; until: Instant | undefined }): string {
  const until = event.until === undefined ? '' : ` (until ${instantText(event.until)})`;
  return `waiting ${durationText(event.wait)} for ${event.for}${until}`;
}

/** A request as `RUNNER_DEBUG` shows it: never a header, a query or a body. */
export function requestText({ service, method, path, status, ms }: RequestLine): string {
  return `${service === 'mutx' ? 'MUTX' : 'GitHub'}: ${method} ${path} → ${status} in ${ms} ms`;
}
