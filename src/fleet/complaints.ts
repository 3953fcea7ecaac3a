import { nearest } from '../inputs/unknown.ts';
import { printable } from '../secrets/printable.ts';
import type { SecretRegistry } from '../secrets/registry.ts';

/** What is wrong with a line of the file. One printable line each, without a credential. */
export interface FleetProblem {
  readonly line: number;
  /** A sentence without its full stop. */
  readonly message: string;
  readonly fix: string;
}

/** Everything that is wrong with a fleet, each thing once. */
export class Complaints {
  readonly #secrets: SecretRegistry;
  readonly #problems = new Map<string, FleetProblem>();

  constructor(secrets: SecretRegistry) {
    this.#secrets = secrets;
  }

  get found(): boolean {
    return this.#problems.size > 0;
  }

  /** In the order of the lines. */
  get all(): readonly FleetProblem[] {
    return [...this.#problems.values()].sort((one, other) => one.line - other.line);
  }

  add(line: number, message: string, fix: string): void {
    // What is wrong with a default is wrong with every key that has it.
    this.#problems.set(`${line} ${message}`, { line, message: printable(message, 500), fix });
  }

  /** A name that belongs to none of these. */
  unknown(line: number, name: string, known: readonly string[]): void {
    const meant = nearest(name.toLowerCase(), known);
    this.add(
      line,
      `${this.name(name)} is not known here`,
      meant === undefined ? `take it out; known are ${known.join(', ')}` : `did you mean \`${meant}\`?`,
    );
  }

  /** A name from the file, fit to be shown. */
  name(text: string): string {
    return `\`${this.#secrets.quote(text, 60)}\``;
  }
}
