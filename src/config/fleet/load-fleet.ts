import { createHash } from 'node:crypto';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { credentialsIn } from '../../secrets/shapes.ts';
import { admitMisplaced } from '../credential/pasted.ts';
import { type KeyInputs, readKey } from '../load/key.ts';
import type { InputProblem } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { specOf } from '../table.ts';
import { identityOf, parseTarget, type RepositoryName, targetLines } from '../targets.ts';
import { variableOf } from '../unknown.ts';
import { Complaints, type FleetProblem, type RawEntry, type RawField, readDocument } from './document.ts';
import { DEFAULT_FIELDS, FIELDS, type FieldName, LISTS, whyNotAField } from './fields.ts';

/** Ten matrices of as many jobs as GitHub allows in one. */
const MOST_KEYS = 10 * 256;

/** One key of a fleet, and how its rotation is to be done. */
export interface FleetKey extends KeyInputs {
  /** Of 16 hex digits, the same for the same key name: for names that must not hold just any text. */
  readonly id: string;
  /** Where it stands in the file. */
  readonly line: number;
  /** What was said of it, defaults included, as inputs of the action that rotates. */
  readonly given: ReadonlyMap<FieldName, string>;
}

type LoadedFleet =
  | { readonly ok: true; readonly keys: readonly FleetKey[] }
  | { readonly ok: false; readonly problems: readonly FleetProblem[] };

interface FleetOptions {
  readonly secrets: SecretRegistry;
  /** Host of the GitHub server, with its port if it has one. */
  readonly host: string;
  /** How many targets one key can have at the most. */
  readonly mostTargets: number;
  /** The repository of this run: where a key without targets goes. Undefined: each key must name its targets. */
  readonly here?: () => RepositoryName;
}

/**
 * Reads a fleet: every problem at once, with its line. What looks like a credential is masked before anything
 * else, and a file that holds one is refused.
 */
export function loadFleet(text: string, options: FleetOptions): LoadedFleet {
  const { secrets } = options;
  admitMisplaced(secrets, text);
  const complaints = new Complaints(secrets);
  const raw = readDocument(text, secrets, complaints);
  refuseCredentials(text, raw, complaints);
  if (raw.keys.length > MOST_KEYS) {
    const message = `there are ${raw.keys.length} keys, and ${MOST_KEYS} is the limit`;
    complaints.add(raw.keys[MOST_KEYS]?.line ?? 1, message, 'make several fleets of it, a workflow each');
  }
  checkNames(raw.defaults, DEFAULT_FIELDS, complaints);
  const keys = raw.keys.map((entry) => keyOf(entry, raw.defaults, complaints, options));
  refuseSharing(keys, complaints);
  return complaints.found
    ? { ok: false, problems: complaints.all }
    : { ok: true, keys: keys.map(({ key }) => key) };
}

/** Of the shapes that are known, anywhere: in a comment too. And whatever stands under a credential's name. */
function refuseCredentials(
  text: string,
  { defaults, keys }: { readonly defaults: RawEntry; readonly keys: readonly RawEntry[] },
  complaints: Complaints,
): void {
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (credentialsIn(line).length === 0) continue;
    complaints.add(
      index + 1,
      'the line holds what looks like a credential',
      'take it out, and replace the credential: it is in the history of the repository',
    );
  }
  for (const { fields } of [defaults, ...keys]) {
    for (const [name, { line }] of fields) {
      const why = whyNotAField(name.toLowerCase());
      if (why !== undefined) complaints.add(line, `${complaints.name(name)} ${why.message}`, why.fix);
    }
  }
}

function checkNames({ fields }: RawEntry, known: readonly FieldName[], complaints: Complaints): void {
  const names: ReadonlySet<string> = new Set(known);
  for (const [name, { line }] of fields) {
    if (names.has(name) || whyNotAField(name.toLowerCase()) !== undefined) continue;
    if (FIELDS.some((field) => field === name)) {
      const message = `${complaints.name(name)} is each key's own, and cannot be a default`;
      complaints.add(line, message, 'give it to each key');
    } else complaints.unknown(line, name, known);
  }
}

interface Placed {
  readonly key: FleetKey;
  /** The line of each target, by its identity. */
  readonly lines: ReadonlyMap<string, number>;
}

function keyOf(entry: RawEntry, defaults: RawEntry, complaints: Complaints, options: FleetOptions): Placed {
  checkNames(entry, FIELDS, complaints);
  const { secrets, host, here, mostTargets } = options;
  const fields = new Map<FieldName, RawField>();
  const given = new Map<FieldName, string>();
  for (const name of FIELDS) {
    const field = entry.fields.get(name) ?? defaults.fields.get(name);
    if (field === undefined) continue;
    fields.set(name, field);
    given.set(name, inputText(name, field, complaints));
  }
  if (here === undefined && !entry.fields.has('targets')) {
    complaints.add(entry.line, 'the key has no `targets`', 'name at least one target');
  }
  const env = Object.fromEntries([...given].map(([name, text]) => [variableOf(name), text]));
  const reader = new InputReader(env, secrets, 'rotate');
  const key = readKey(reader, here?.() ?? { owner: 'nobody', repo: 'nothing' }, host);
  const lineOf = (problem: InputProblem) => lineOfProblem(problem, fields, entry, secrets);
  for (const problem of reader.problems) complaints.add(lineOf(problem), problemText(problem), problem.fix);
  const targetsLine = fields.get('targets')?.line ?? entry.line;
  if (key.targets.length > mostTargets) {
    complaints.add(
      targetsLine,
      `the key has ${key.targets.length} targets, and ${mostTargets} is the limit: GitHub's pace allows no more within the ten minutes that a rotation has for its writes`,
      'split them over several keys, or store the key in one organisation secret',
    );
  }
  const id = createHash('sha256').update(key.settings.keyName).digest('hex').slice(0, 16);
  const lines = linesOfTargets(fields.get('targets'), given.get('secret-name') ?? specDefault('secret-name'));
  return { key: { ...key, id, line: entry.line, given }, lines };
}

/** What the action's input would hold. */
function inputText(name: FieldName, { line, isList, texts }: RawField, complaints: Complaints): string {
  if (isList && !LISTS.has(name)) {
    complaints.add(line, `\`${name}\` is a list where one value belongs`, 'write one value');
    return '';
  }
  if (texts.every(({ text }) => text.trim() === '')) {
    complaints.add(line, `\`${name}\` is empty`, 'give it a value, or leave it out');
    return '';
  }
  for (const item of isList ? texts : []) {
    if (item.text.trim() !== '' && !/[\r\n]/.test(item.text)) continue;
    complaints.add(item.line, `an item of \`${name}\` is not one line`, 'write one item for each');
  }
  return texts.map(({ text }) => text).join('\n');
}

/** The line of the item that a problem is about, of its field, or of the entry. */
function lineOfProblem(
  { input, given }: InputProblem,
  fields: ReadonlyMap<string, RawField>,
  entry: RawEntry,
  secrets: SecretRegistry,
): number {
  const field = input === undefined ? undefined : fields.get(input);
  if (field === undefined) return entry.line;
  const item = field.texts.find(({ text }) => secrets.quote(targetLines(text)[0] ?? '', 100) === given);
  return field.isList && item !== undefined ? item.line : field.line;
}

function problemText({ input, message, given, allowed }: InputProblem): string {
  const shown = given === undefined ? '' : ` (given: \`${given}\`)`;
  return input === undefined ? message : `\`${input}\` ${message}${shown}; it takes ${allowed}`;
}

function specDefault(name: FieldName): string {
  return specOf(name).verbs.rotate?.default ?? '';
}

function linesOfTargets(field: RawField | undefined, secretName: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { line, text } of field?.texts ?? []) {
    for (const target of targetLines(text)) {
      const parsed = parseTarget(target, secretName);
      if (parsed.ok) found.set(identityOf(parsed.value), line);
    }
  }
  return found;
}

/** Two keys of one name, or with a secret in common: each rotation would undo the other's. */
function refuseSharing(keys: readonly Placed[], complaints: Complaints): void {
  const names = new Map<string, FleetKey>();
  const owners = new Map<string, { readonly key: FleetKey; readonly line: number }>();
  for (const { key, lines } of keys) {
    const { keyName } = key.settings;
    const namesake = names.get(keyName);
    if (keyName !== '' && namesake !== undefined) {
      complaints.add(
        key.line,
        `the key name ${complaints.name(keyName)} is taken by the key of line ${namesake.line}`,
        'give each key a name of its own: each rotation revokes all older keys of its name',
      );
    }
    names.set(keyName, namesake ?? key);
    for (const target of key.targets) {
      const identity = identityOf(target);
      const line = lines.get(identity) ?? key.line;
      const owner = owners.get(identity);
      if (owner === undefined) owners.set(identity, { key, line });
      else if (owner.key !== key) {
        complaints.add(
          line,
          `the secret ${target.secretName} of ${complaints.name(target.label)} belongs to the key of line ${owner.key.line} (its target of line ${owner.line})`,
          'let one key have it, or give the secret another name with ` as OTHER_NAME`: two keys would overwrite each other',
        );
      }
    }
  }
}
