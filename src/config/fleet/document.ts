import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
} from 'yaml';
import { printable } from '../../core/text.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { nearest } from '../unknown.ts';

/** Where the parser stumbles is often the line after the one that is wrong. */
const LOOK = 'see this line and the one before it';

const LAYOUT = `${LOOK}: names of one entry begin in one column, each with a colon and a space after it, and a list has an item a line: \`- key-name: web\`, and under it, two spaces further in than the \`-\`, \`targets: [acme/web]\``;

const FIXES: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['BAD_SCALAR_START', 'put the value in quotes'],
  ['BAD_INDENT', LAYOUT],
  ['BLOCK_AS_IMPLICIT_KEY', LAYOUT],
  ['MULTILINE_IMPLICIT_KEY', LAYOUT],
]);

/** What to do about an error of the YAML parser, which says only what it expected. */
function yamlFix({ code, message }: { readonly code: ErrorCode; readonly message: string }): string {
  if (code !== 'MISSING_CHAR') return FIXES.get(code) ?? `${LOOK}, and correct it`;
  return message.startsWith('Missing closing') ? 'close the quote' : LAYOUT;
}

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

/** Nobody writes more by hand, and reading it takes a second. */
const MOST_BYTES = 1024 * 1024;

/** The lines on which each text of a field stands: one text, or the items of a list. */
interface FieldText {
  readonly line: number;
  readonly text: string;
}

export interface RawField {
  /** Of the field's name. */
  readonly line: number;
  readonly isList: boolean;
  readonly texts: readonly FieldText[];
}

/** A mapping whose values are texts and lists of texts. Names are as they stand there, known or not. */
export interface RawEntry {
  readonly line: number;
  readonly fields: ReadonlyMap<string, RawField>;
}

interface RawFleet {
  readonly defaults: RawEntry;
  readonly keys: readonly RawEntry[];
}

const EMPTY: RawEntry = { line: 1, fields: new Map() };

/**
 * The YAML of a fleet as lines, names and texts. The tree is walked and never turned into objects, so that no
 * name in it means anything to JavaScript. Aliases, anchors and tags are refused: a file of a few lines could
 * grow without end, or become something else than it looks like.
 */
export function readDocument(text: string, secrets: SecretRegistry, complaints: Complaints): RawFleet {
  const nothing: RawFleet = { defaults: EMPTY, keys: [] };
  if (Buffer.byteLength(text) > MOST_BYTES) {
    complaints.add(1, 'the file is larger than 1 MiB', 'make several fleets of it, a workflow each');
    return nothing;
  }
  // What UTF-16 looks like to a reader of UTF-8: zeros between the letters, and a mark that is none.
  if (text.includes('\0') || text.startsWith('\ufffd\ufffd')) {
    complaints.add(1, 'the file is not UTF-8; it looks like UTF-16', 'save it as UTF-8');
    return nothing;
  }
  const lines = new LineCounter();
  // Twice the same name is looked for below: the parser's own check takes quadratic time.
  const [document, ...more] = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const at = (offset: number) => Math.max(1, lines.linePos(offset).line);
  if (document === undefined || document.contents === null) {
    complaints.add(1, 'the file is empty', 'declare at least one entry under `keys:`');
    return nothing;
  }
  if (more.length > 0) {
    complaints.add(at(more[0]?.range[0] ?? 0), 'a second YAML document begins', 'keep one of them');
  }
  const told = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const line = at(error.pos[0]);
    // What the parser says next of the same line follows from the first.
    if (told.has(line)) continue;
    told.add(line);
    complaints.add(line, `the YAML cannot be read: ${secrets.quote(error.message)}`, yamlFix(error));
  }
  visit(document, {
    Node: (_key, node) => {
      const what = forbidden(node);
      if (what === undefined) return;
      const instead = '`defaults` holds what several keys have in common';
      complaints.add(at(node.range?.[0] ?? 0), `${what} is not taken here`, `write it out; ${instead}`);
    },
  });
  return complaints.found ? nothing : new Walk(at, complaints).fleet(document.contents);
}

function forbidden(node: Node): string | undefined {
  if (isAlias(node)) return 'an alias';
  if ('anchor' in node && node.anchor !== undefined) return 'an anchor';
  return node.tag === undefined ? undefined : 'a tag';
}

type MapFields = readonly (readonly [name: string, line: number, value: unknown])[];

class Walk {
  readonly #at: (offset: number) => number;
  readonly #complaints: Complaints;

  constructor(at: (offset: number) => number, complaints: Complaints) {
    this.#at = at;
    this.#complaints = complaints;
  }

  fleet(root: unknown): RawFleet {
    let defaults = EMPTY;
    let keys: readonly RawEntry[] | undefined;
    const pairs = this.#map(root, 1, 'the file');
    for (const [name, line, value] of pairs ?? []) {
      if (name === 'defaults') defaults = this.#entry(value, line, '`defaults`');
      else if (name === 'keys') keys = this.#list(value, line);
      else this.#complaints.unknown(line, name, ['defaults', 'keys']);
    }
    if (keys === undefined && pairs !== undefined) {
      this.#complaints.add(1, 'there is no `keys`', 'declare at least one entry under `keys:`');
    }
    return { defaults, keys: keys ?? [] };
  }

  #list(value: unknown, line: number): readonly RawEntry[] {
    if (!isSeq(value) || value.items.length === 0) {
      this.#complaints.add(
        line,
        '`keys` is not a list with at least one entry',
        'begin each key with `- key-name:`',
      );
      return [];
    }
    return value.items.map((item) => this.#entry(item, this.#lineOf(item, line), 'an entry of `keys`'));
  }

  #entry(value: unknown, line: number, what: string): RawEntry {
    const fields = new Map<string, RawField>();
    for (const [name, at, content] of this.#map(value, line, what) ?? []) {
      fields.set(name, this.#field(name, at, content));
    }
    return { line, fields };
  }

  #field(name: string, line: number, value: unknown): RawField {
    if (isSeq(value)) {
      const texts = value.items.flatMap((item) => this.#text(name, item, this.#lineOf(item, line)));
      return { line, isList: true, texts };
    }
    return { line, isList: false, texts: this.#text(name, value, line) };
  }

  #text(name: string, value: unknown, line: number): readonly FieldText[] {
    if (isScalar(value)) return [{ line: this.#lineOf(value, line), text: textOf(value) }];
    const split = splitTarget(value);
    const message =
      split === undefined
        ? `${this.#complaints.name(name)} holds a mapping or a list where one value belongs`
        : `${this.#complaints.name(name)} holds a mapping where one value belongs: YAML makes one of a colon with a space after it`;
    const fix =
      split === undefined
        ? 'write one value, or a list of values for `targets`'
        : `write ${this.#complaints.name(split)}, without the space`;
    this.#complaints.add(this.#lineOf(value, line), message, fix);
    return [];
  }

  /** The pairs of a mapping whose names are plain texts; undefined: it is none, which is told. */
  #map(value: unknown, line: number, what: string): MapFields | undefined {
    if (!isMap(value)) {
      this.#complaints.add(line, `${what} is not a mapping of names to values`, 'write `name: value` lines');
      return undefined;
    }
    const seen = new Map<string, number>();
    return value.items.flatMap(({ key, value: content }) => {
      const at = this.#lineOf(key, line);
      if (!isScalar(key)) {
        this.#complaints.add(at, 'a name is no plain text', 'write `name: value` lines');
        return [];
      }
      const name = textOf(key);
      const before = seen.get(name);
      if (before !== undefined) {
        const message = `${this.#complaints.name(name)} stands here a second time, after line ${before}`;
        this.#complaints.add(at, message, 'keep one of them');
        return [];
      }
      seen.set(name, at);
      return [[name, at, content] as const];
    });
  }

  #lineOf(node: unknown, otherwise: number): number {
    const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    return range ? this.#at(range[0]) : otherwise;
  }
}

/** A target like `org: acme`, which YAML takes for a mapping, as it was meant; undefined: it is something else. */
function splitTarget(value: unknown): string | undefined {
  if (!isMap(value) || value.items.length !== 1) return undefined;
  const [pair] = value.items;
  if (!isScalar(pair?.key) || !isScalar(pair.value)) return undefined;
  const prefix = textOf(pair.key);
  return /^(?:org|actions|dependabot|codespaces|agents)$/iu.test(prefix)
    ? `${prefix}:${textOf(pair.value)}`
    : undefined;
}

/** As it was written: `0x10` and `1e2` are no numbers here, as they are none in an input of the action. */
function textOf(scalar: Scalar): string {
  return scalar.value === null ? '' : (scalar.source ?? '');
}
