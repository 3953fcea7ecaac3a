import type { KeyRecord, MintedKey } from '../rotation/ports.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import type { Secret } from '../secrets/secret.ts';
import { credentialsIn, isNoWord } from '../secrets/shapes.ts';
import { type Decoded, decoded, Fields, type Form, isKeyId } from './fields.ts';

const ID: Form = { test: isKeyId };

/**
 * What a credential has to be before it is masked: what is masked is black wherever the log has it, and a server that
 * is not well, or not MUTX, may send a letter, a line break, a word or the name of a key. So: as long as any credential
 * is at least, in the characters that a header takes for one (RFC 9110, section 11.2, `token68`), and no word. The
 * shape beyond that is the server's business.
 */
const CREDENTIAL: Form = { test: (text) => /^[\w.~+/-]{16,4096}={0,2}$/.test(text) && isNoWord(text) };

/** One page of the list; the documented generation has only one. */
export interface KeyPage {
  readonly keys: readonly KeyRecord[];
  /** Whether keys come after these. */
  readonly hasMore: boolean;
  /** Of the whole list, as far as the server knows. */
  readonly total: number;
}

export function decodeKeyPage(json: unknown): Decoded<KeyPage> {
  return decoded(() => {
    if (Array.isArray(json)) {
      const keys = recordsOf(json, 'the reply');
      // It says no total: what it has is all there is, however often.
      return { keys, hasMore: false, total: new Set(keys.map(({ id }) => id)).size };
    }
    const page = new Fields(json, 'the reply');
    return {
      keys: recordsOf(page.list('items'), 'items'),
      hasMore: page.boolean('has_more'),
      total: page.count('total'),
    };
  });
}

function recordsOf(rows: readonly unknown[], where: string): readonly KeyRecord[] {
  return rows.map((row, index) => {
    const fields = new Fields(row, `${where}[${index}]`);
    return {
      id: fields.text('id', ID),
      // Compared exactly by whoever wants to know whose it is, so nothing about it is mended here.
      name: fields.text('name'),
      createdAt: fields.instant('created_at'),
      expiresAt: fields.instantOrNone('expires_at'),
      lastUsed: fields.instantOrNone('last_used'),
      isActive: fields.boolean('is_active'),
    };
  });
}

/** The id of a reply that is not usable otherwise: all that is left of a key that was made. */
export function decodeId(json: unknown): string | undefined {
  const id = decoded(() => new Fields(json, 'the reply').text('id', ID));
  return id.ok ? id.value : undefined;
}

/**
 * A create's reply. The key is masked before anything else of it is read; a credential that is known already, such as
 * the one of this very session, is no new key, and neither is what the key is called.
 * @param name that was asked for; undefined: that of a key which is replaced in place
 */
export function decodeMintedKey(
  json: unknown,
  name: string | undefined,
  secrets: SecretRegistry,
): Decoded<MintedKey> {
  return decoded(() => {
    const fields = new Fields(json, 'the reply');
    const isNew = (text: string) => !secrets.holds(text) && name?.includes(text) !== true;
    const key = credential(fields, 'key', secrets, { test: (text) => CREDENTIAL.test(text) && isNew(text) });
    return {
      id: fields.text('id', ID),
      name: name === undefined ? fields.text('name') : fields.same('name', name),
      createdAt: fields.instant('created_at'),
      expiresAt: fields.instantOrNone('expires_at'),
      key,
    };
  });
}

/**
 * A credential, judged and then masked, in one synchronous step. What is none may still hold one, or half of one: what
 * has the shape of one is masked all the same, and no text that holds it is printed.
 */
export function credential(fields: Fields, name: string, secrets: SecretRegistry, form = CREDENTIAL): Secret {
  const secret = masked(fields, name, secrets, form);
  if (secret !== undefined) return secret;
  throw fields.malformedText(name);
}

/** undefined: it is no credential, and {@link credential} of it fails. */
export function masked(
  fields: Fields,
  name: string,
  secrets: SecretRegistry,
  form = CREDENTIAL,
): Secret | undefined {
  const value = fields.raw(name);
  if (typeof value !== 'string') return undefined;
  if (form.test(value)) return secrets.admit(value);
  for (const one of credentialsIn(value)) if (CREDENTIAL.test(one)) secrets.admit(one);
  if (value.trim().length >= SHORTEST_WITHHELD) secrets.withhold(value);
  return undefined;
}

/** Less is in texts by chance. */
const SHORTEST_WITHHELD = 8;

/** The plan's name, cleaned; undefined where the server does not say. */
export function decodePlan(json: unknown, secrets: SecretRegistry): Decoded<string | undefined> {
  return decoded(() => {
    const user = new Fields(json, 'the reply');
    return user.has('plan') ? secrets.quote(user.text('plan'), 40) : undefined;
  });
}
