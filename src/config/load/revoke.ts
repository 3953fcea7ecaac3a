import type { Instant } from '../../core/time.ts';
import { isWrittenKeyId } from '../../mutx/fields.ts';
import type { RevocationRequest, Selection } from '../../revoke/request.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { type Access, readAccess } from './access.ts';
import { givenKeyName } from './key.ts';
import { refreshTokenWarnings } from './warnings.ts';

interface RevokeInputs extends Access {
  readonly request: RevocationRequest;
}

/**
 * The inputs of the action that revokes, from the runner's variables. Credentials are masked before anything
 * else; every problem is found, not only the first; nothing is called.
 */
export function loadRevokeInputs(env: NodeJS.ProcessEnv, secrets: SecretRegistry): Loaded<RevokeInputs> {
  const reader = new InputReader(env, secrets, 'revoke');
  const { credential, here: _here, host: _host, ...services } = readAccess(reader, env, secrets);
  const selection = readSelection(reader);
  const maxRevocations = reader.integer('max-revocations');
  const dryRun = reader.boolean('dry-run');
  const ifNone = reader.choice('if-none') ?? 'fail';
  const notBefore = readInstant(reader);
  const { problems, warnings } = reader;
  if (credential === undefined || selection === undefined || problems.length > 0) {
    return { ok: false, problems, warnings, credential };
  }
  const value = {
    ...services,
    credential,
    request: { selection, maxRevocations, dryRun, ifNone, notBefore },
  };
  return { ok: true, value, warnings: [...warnings, ...refreshTokenWarnings(value, reader)] };
}

/** Of MUTX's clock, so that no time zone is left to be guessed. */
function readInstant(reader: InputReader): Instant | undefined {
  const text = reader.text('not-before');
  if (text === '') return undefined;
  const instant = Date.parse(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/u.test(text) && !Number.isNaN(instant)) return instant;
  const fix = 'write it in UTC with a `Z` at its end, as the output `revoke-after` of a rotation has it';
  reader.problem('not-before', { message: 'is not an instant', fix }, text);
  return undefined;
}

function readSelection(reader: InputReader): Selection | undefined {
  const byIds = reader.isGiven('key-ids');
  const byName = reader.isGiven('key-name');
  if (byIds && byName) {
    reader.problem('key-ids', {
      message: 'was given together with `key-name`',
      fix: 'keep one of them: ids for certain keys, the name for every active key of it',
    });
  }
  if (!byIds && !byName) {
    reader.problem('key-ids', {
      message: 'is empty, and so is `key-name`: nothing says which keys to revoke',
      fix: 'give one of them; an empty list of ids is written `[]`',
    });
    return undefined;
  }
  const ids = byIds ? readIds(reader) : undefined;
  const name = givenKeyName(reader);
  if (ids !== undefined) return { by: 'ids', ids };
  return name === '' ? undefined : { by: 'name', name };
}

/** No two the same, in the order given; undefined where they cannot be read. */
function readIds(reader: InputReader): readonly string[] | undefined {
  const text = reader.text('key-ids');
  if (text === '') return undefined;
  const entries = idsIn(text);
  if (entries === undefined || (entries.length === 0 && !text.startsWith('['))) {
    const fix = 'write it as `["id", "id"]`, or the ids alone, separated by commas or lines';
    reader.problem('key-ids', { message: 'is not a list of ids', fix }, text);
    return undefined;
  }
  for (const entry of entries.filter((one) => !isWrittenKeyId(one))) {
    const fix = "copy the id from MUTX, or from a rotation's outputs; a name goes into `key-name`";
    reader.problem('key-ids', { message: 'holds what cannot be the id of a key', fix }, entry);
  }
  // UUIDs, in which case means nothing.
  const known = new Set<string>();
  return entries.filter((entry) => known.size < known.add(entry.toLowerCase()).size);
}

/** One JSON array, or lines of ids and of JSON arrays, as a repeated flag gives them; undefined if it is neither. */
function idsIn(text: string): readonly string[] | undefined {
  const whole = text.startsWith('[') ? jsonTexts(text) : undefined;
  if (whole !== undefined) return whole;
  const parts = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .map((line) => (line.startsWith('[') ? jsonTexts(line) : listed(line)));
  const ids: string[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    ids.push(...part);
  }
  return ids;
}

/** The texts in a JSON array; undefined if it is none, or holds anything else. */
function jsonTexts(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
