import type { EphemeralEvent, EphemeralWarning, LeftBehind, RevokedBecause } from '../../ephemeral/events.ts';
import { retryText } from '../log.ts';
import type { Sink } from '../sink.ts';
import { count, durationText, expiryText, inTheWay, NOBODY_CAN_TELL } from '../words.ts';

const WHY_SWEPT: Readonly<Record<LeftBehind, string>> = {
  expired: 'expired',
  old: 'older than `sweep-after`',
};

const WHY_REVOKED: Readonly<Record<RevokedBecause, string>> = {
  'not-verified': 'it does not work, and was handed to nobody',
  'reply-lost': 'made by a create whose reply was lost',
};

export const WARNING_TITLE: Readonly<Record<EphemeralWarning, string>> = {
  'sweep-failed': 'Left-over keys were not swept',
  'create-lost': 'A created key was lost',
  'revocation-failed': 'A key was not revoked',
};

/** Renders the events of a per-run key as they come, a line each, and knows what they come to. */
export class EphemeralLog {
  readonly #sink: Sink;
  readonly #looksFor: string;
  readonly #swept: string[] = [];
  #key: string | undefined;
  #perhaps = false;

  /** @param unique nobody else uses the key's name, so that the post step looks for it by that */
  constructor(sink: Sink, unique = true) {
    this.#sink = sink;
    this.#looksFor = unique ? 'the post step looks for its key' : `of its key ${NOBODY_CAN_TELL}`;
  }

  readonly event = (event: EphemeralEvent): void => {
    switch (event.type) {
      case 'swept':
        this.#swept.push(event.id);
        this.#sink.line(`swept: ${event.id}, ${event.name} (${WHY_SWEPT[event.why]})`);
        break;
      case 'sweep-missed':
        this.#sink.line(`not swept: ${event.id}, ${event.name} (MUTX answers that there is no such key)`);
        break;
      case 'sweep-ended':
        this.#sink.line(sweepText(event));
        break;
      case 'sweep-put-off':
        this.#sink.line('left-over keys are looked for by a later run: MUTX limits requests at the moment');
        break;
      case 'minted':
        this.#key = `the new key ${event.id} is alive (${expiryText(event.expiresAt)}); the post step revokes it`;
        this.#sink.line(`✓ ${event.name}: new key ${event.id}, ${expiryText(event.expiresAt)}`);
        break;
      case 'verified':
        this.#sink.line('✓ MUTX accepts the new key');
        break;
      case 'revoked':
        if (event.because === 'not-verified') this.#key = `the new key ${event.id} was revoked`;
        this.#sink.line(`revoked: ${event.id} (${WHY_REVOKED[event.because]})`);
        break;
      case 'retrying':
        this.#sink.line(retryText(event.failure, event.attempt, event.wait));
        break;
      case 'waiting':
        this.#sink.line(
          `the plan has no place left: waiting ${durationText(event.wait)}, for ${durationText(event.left)} more at the most`,
        );
        for (const line of inTheWay(event.holders ?? [])) this.#sink.line(line);
        break;
      case 'warning':
        if (event.code === 'create-lost') this.#perhaps = true;
        this.#sink.warning({ title: WARNING_TITLE[event.code], message: event.message });
        break;
    }
  };

  /** In which state things are at this moment, a line each. */
  state(): readonly string[] {
    const unknown = `no key is known to exist; should a create be under way, ${this.#looksFor}`;
    return [
      this.#key ?? unknown,
      ...(this.#perhaps ? [`a create got no clear answer before; ${this.#looksFor}`] : []),
      ...(this.#swept.length === 0 ? [] : [`swept: ${this.#swept.join(', ')}`]),
    ];
  }
}

function sweepText({ revoked, more }: Extract<EphemeralEvent, { type: 'sweep-ended' }>): string {
  const keys = count(revoked, 'left-over key');
  const done = revoked === 0 ? '✓ nothing to sweep' : `✓ ${keys} swept`;
  return more ? `${keys} swept; more is left for later runs` : done;
}
