import type { Doubt } from '../audit/doubt.ts';
import type { Finding } from '../audit/finding.ts';
import type { KeyRecord } from '../rotation/ports.ts';
import type { Quote, Words } from './audit-words.ts';
import { count, instantText, placeText, someOf } from './words.ts';

type DeadSecret = Extract<Finding, { kind: 'secret-dead' | 'secret-doubtful' }>;

const ROTATE = 'run the rotation of this key (`mutx/api-key-action`), which stores a new one';

/** What is said of a secret whose key does not work, or may not. */
export function deadSecretWords(finding: DeadSecret, quote: Quote): Words {
  const { place, updatedAt } = finding;
  const where = placeText(place);
  const written = `${where} was last written at ${instantText(updatedAt)}`;
  switch (finding.kind) {
    case 'secret-dead': {
      const { keys } = finding;
      const [key] = keys;
      const about = { fix: ROTATE, keys: idsOf(keys), place };
      const name = quote(key?.name ?? '');
      return keys.length === 1
        ? { ...about, message: `key ${name} (${key?.id}) was revoked, and is held by ${where}` }
        : {
            ...about,
            message: `${written} and holds one of ${keys.length} keys named ${name}, none of which works any more (${idText(keys)}): what uses it gets 401`,
          };
    }
    case 'secret-doubtful':
      return { place, ...doubtWords(finding.why, written, finding.keyName, quote) };
  }
}

function doubtWords(why: Doubt, written: string, keyName: string, quote: Quote): Omit<Words, 'place'> {
  const name = quote(keyName);
  switch (why.kind) {
    case 'newest-dead':
    case 'some-dead': {
      const { kind, candidates, dead } = why;
      const newest = kind === 'newest-dead' ? 'the newest among them' : 'the newest not among them';
      return {
        message: `${written} and holds one of ${candidates.length} keys named ${name}, of which ${count(dead.length, 'does', 'do')} not work any more, ${newest} (${idText(dead)}): what uses it may get 401`,
        fix: ROTATE,
        keys: idsOf(dead),
      };
    }
    case 'other-name': {
      const { key } = why;
      const state = why.works ? 'is active' : 'does not work';
      return {
        message: `${written}, and no key is named ${name}. Key ${quote(key.name)} (${key.id}) was made about then and ${state}; whether the secret holds it is not known. If it holds another key, what uses it may get 401`,
        fix: 'audit the secret with the `key-name` of its rotation; the answer is certain then',
        keys: [key.id],
      };
    }
    case 'none':
    case 'saved-again': {
      const { kind, shared, justNow } = why;
      const no = kind === 'none' ? 'could be in it' : 'was made for it then';
      const now = justNow ? '. Or a rotation is storing one just now' : '';
      const by = shared
        ? 'If a person saved it again, or edited its visibility'
        : 'If a person saved it again';
      const older =
        kind === 'none'
          ? '. If a person saved it by hand, it holds what they saved'
          : `. ${by}, it may hold an older key, which works`;
      return {
        message: `${written}, and no active key named ${name} ${no}: if a rotation wrote it, its key is revoked, and what uses it gets 401${older}${now}`,
        fix: `${ROTATE}; if that has another \`key-name\`, audit the secret with it`,
        keys: [],
      };
    }
  }
}

function idsOf(keys: readonly KeyRecord[]): readonly string[] {
  return keys.map(({ id }) => id);
}

function idText(keys: readonly KeyRecord[]): string {
  return someOf(idsOf(keys), 'the report');
}
