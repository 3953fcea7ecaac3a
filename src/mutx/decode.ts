import type { KeyRecord, MintedKey } from '../rotation/ports.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import type { Secret } from '../secrets/secret.ts';
import { type Decoded, decoded, Fields, type Form } from './fields.ts';
import { isKeyId } from './key-id.ts';

const ID: Form = { test: isKeyId };

/** A shorter text would black out whole words of the log if it were masked. */
const SHORTEST = 8;

/** What can stand in a header: visible ASCII. The shape is the server's business. */
const CREDENTIAL: Form = { test: (text) => /^[!-~]{1,4096}$/.test(text) && text.length >= SHORTEST };

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
      return { keys: recordsOf(json, 'the reply'), hasMore: false, total: json.length };
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
 * A create's reply. The key is masked before anything about it is judged; a credential that is known already,
 * such as the one of this very session, is no new key.
 * @param name that was asked for; undefined: that of a key which is replaced in place
 */
export function decodeMintedKey(
  json: unknown,
  name: string | undefined,
  secrets: SecretRegistry,
): Decoded<MintedKey> {
  return decoded(() => {
    const fields = new Fields(json, 'the reply');
    fields.text('key', { test: (text) => !secrets.holds(text) });
    const key = credential(fields, 'key', secrets);
    return {
      id: fields.text('id', ID),
      name: name === undefined ? fields.text('name') : fields.same('name', name),
      createdAt: fields.instant('created_at'),
      expiresAt: fields.instantOrNone('expires_at'),
      key,
    };
  });
}

/** Masked first, judged afterwards: what is no credential may still be half of one. */
export function credential(fields: Fields, name: string, secrets: SecretRegistry): Secret {
  const secret = masked(fields, name, secrets);
  fields.text(name, CREDENTIAL);
  return secret as Secret;
}

/** Whatever is long enough to be a credential; undefined: nothing is, white space least of all. */
export function masked(fields: Fields, name: string, secrets: SecretRegistry): Secret | undefined {
  const value = fields.raw(name);
  return typeof value === 'string' && value.trim().length >= SHORTEST ? secrets.admit(value) : undefined;
}

/** The plan's name, cleaned; undefined where the server does not say. */
export function decodePlan(json: unknown, secrets: SecretRegistry): Decoded<string | undefined> {
  return decoded(() => {
    const user = new Fields(json, 'the reply');
    return user.has('plan') ? secrets.quote(user.text('plan'), 40) : undefined;
  });
}
