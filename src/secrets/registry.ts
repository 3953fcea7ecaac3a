import { printable } from '../core/text.ts';
import { formsOf } from './forms.ts';
import { Secret } from './secret.ts';
import { looksLikeCredential } from './shapes.ts';
import { bare, viewsOf } from './views.ts';

/** A view that is shorter would be found in texts by chance; the forms are looked for all the same. */
const SHORTEST_VIEW = 8;

/**
 * Every credential this process has seen. Admitting one masks it before anything else can print it
 * (protocol P5); afterwards any text can be asked whether it holds one.
 */
export class SecretRegistry {
  /** As they stand in texts. */
  readonly #forms = new Set<string>();
  /** As they stand in the views of texts. */
  readonly #views = new Set<string>();
  readonly #masked = new Set<string>();
  readonly #mask: (form: string) => void;

  /** @param mask tells the log's owner (the runner) to hide this text from now on */
  constructor(mask: (form: string) => void) {
    this.#mask = mask;
  }

  /** Masks a freshly decoded credential in all its forms and returns the only value that may travel. */
  admit(text: string): Secret {
    for (const form of this.#note(text)) {
      if (this.#masked.has(form)) continue;
      this.#masked.add(form);
      this.#mask(form);
    }
    return new Secret(text);
  }

  /**
   * Withholds from now on every text that holds this one, without telling the runner: for what may be a credential
   * and may be anything, of which masks could make the log unreadable.
   */
  withhold(text: string): void {
    this.#note(text);
  }

  #note(text: string): readonly string[] {
    const forms = formsOf(text);
    for (const form of forms) this.#forms.add(form);
    for (const view of [...viewsOf(text), ...forms.map(bare)]) {
      if (view.length >= SHORTEST_VIEW) this.#views.add(view);
    }
    return forms;
  }

  /** Whether `text` holds an admitted credential in any of its forms, or what a reader could take for one. */
  holds(text: string): boolean {
    for (const form of this.#forms) if (text.includes(form)) return true;
    if (this.#views.size === 0) return false;
    const views = viewsOf(text);
    for (const known of this.#views) if (views.some((view) => view.includes(known))) return true;
    return false;
  }

  /**
   * A server's own words, for an error or the log: one printable line of at most `max` characters, or a note
   * that they were withheld because they hold a credential, or what looks like one.
   */
  quote(text: string, max = 200): string {
    const line = printable(text, max);
    const holdsOne =
      this.holds(text) ||
      this.holds(line) ||
      [text, line, ...viewsOf(text)].some((one) => looksLikeCredential(one));
    return holdsOne ? '(withheld: the text holds a credential)' : line;
  }
}
