import { formsOf } from './forms.ts';
import { printable } from './printable.ts';
import { Secret } from './secret.ts';
import { looksLikeCredential } from './shapes.ts';

/**
 * Every credential this process has seen. Admitting one masks it before anything else can print it
 * (protocol P5); afterwards any text can be asked whether it holds one.
 */
export class SecretRegistry {
  readonly #forms = new Set<string>();
  readonly #mask: (form: string) => void;

  /** @param mask tells the log's owner (the runner) to hide this text from now on */
  constructor(mask: (form: string) => void) {
    this.#mask = mask;
  }

  /** Masks a freshly decoded credential in all its forms and returns the only value that may travel. */
  admit(text: string): Secret {
    for (const form of formsOf(text)) {
      if (this.#forms.has(form)) continue;
      this.#forms.add(form);
      this.#mask(form);
    }
    return new Secret(text);
  }

  /** Whether `text` holds an admitted credential in any of its forms. */
  holds(text: string): boolean {
    for (const form of this.#forms) if (text.includes(form)) return true;
    return false;
  }

  /**
   * A server's own words, for an error or the log: one printable line of at most `max` characters, or a note
   * that they were withheld because they hold a credential, or what looks like one.
   */
  quote(text: string, max = 200): string {
    const line = printable(text, max);
    const holdsOne = [text, line].some((one) => this.holds(one) || looksLikeCredential(one));
    return holdsOne ? '(withheld: the text holds a credential)' : line;
  }
}
