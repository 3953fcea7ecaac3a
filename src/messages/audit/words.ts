import type { UncertainReason } from '../../audit/doubt.ts';
import type { Finding, FindingKind, Level, SecretName } from '../../audit/finding.ts';
import type { AuditNote } from '../../audit/snapshot.ts';
import type { SparedBeside } from '../../audit/spared.ts';
import type { Duration, Instant } from '../../core/time.ts';
import type { KeyRecord } from '../../rotation/ports.ts';
import { afterText, count, durationText, instantText, MOST_NAMED, placeText, someOf } from '../words.ts';

/** A finding as people and machines are told of it. All texts are one printable line and hold no credential. */
export interface ToldFinding {
  readonly kind: FindingKind;
  readonly level: Level;
  /** The kind in words: `Never expires`. */
  readonly title: string;
  /** What is wrong, and with what. */
  readonly message: string;
  readonly since: Instant | undefined;
  /** What to do; code is marked with backticks. */
  readonly fix: string;
  /** Ids of the keys it is about. */
  readonly keys: readonly string[];
  readonly place: SecretName | undefined;
}

/** Makes a name from MUTX fit to be shown. */
export type Quote = (name: string) => string;

const TITLE: Readonly<Record<FindingKind, string>> = {
  'expired-active': 'Expired, yet active',
  'expires-soon': 'Expires soon',
  'no-expiry': 'Never expires',
  'too-old': 'Too old',
  unused: 'Not used',
  orphaned: 'In no secret',
  'duplicate-name': 'Several keys of one name',
  'secret-outdated': 'Secret older than its key',
  'secret-dead': 'Secret holds a revoked key',
  'secret-doubtful': 'Secret may hold a revoked key',
  quota: 'Plan nearly full',
  'writer-token': 'Writer token expires soon',
};

export const NOTE_TEXT: Readonly<Record<AuditNote, string>> = {
  'clocks-apart':
    'the clocks of MUTX and GitHub differ by more than 30 s, so nothing can be said about secrets',
  'no-date':
    "MUTX sends no date with its replies: this machine's clock was used, and nothing is said about secrets",
  'account-unreadable': "the account's plan is not known, so nothing can be said about its places",
  'older-unread': 'older keys were not read, so nothing is said about them',
};

/** @param date of the look */
export function toldFinding(finding: Finding, date: Instant, quote: Quote): ToldFinding {
  const { kind, level, since } = finding;
  return { kind, level, since, title: TITLE[kind], ...wordsOf(finding, date, quote) };
}

type Words = Pick<ToldFinding, 'message' | 'fix' | 'keys' | 'place'>;

function wordsOf(finding: Finding, date: Instant, quote: Quote): Words {
  const about = (key: KeyRecord, what: string, fix: string, place?: SecretName): Words => ({
    message: `key ${quote(key.name)} (${key.id}) ${what}`,
    fix,
    keys: [key.id],
    place,
  });
  switch (finding.kind) {
    case 'expired-active': {
      const { key, heldBy } = finding;
      return heldBy.length === 0
        ? about(key, 'has expired and still takes a place of the plan', revokeFix(key))
        : about(key, `has expired, and is held by ${places(heldBy)}`, ROTATE, heldBy[0]);
    }
    case 'expires-soon': {
      const { key, heldBy } = finding;
      const left = durationText((key.expiresAt ?? date) - date);
      const where = heldBy.length === 0 ? '' : `, and is held by ${places(heldBy)}`;
      return about(key, `expires in ${left}${where}`, ROTATE, heldBy[0]);
    }
    case 'no-expiry':
      return about(finding.key, 'never expires: a copy of it works for ever', REPLACE);
    case 'too-old':
      return about(finding.key, `is ${days(finding.age)} old`, REPLACE);
    case 'unused': {
      const { key } = finding;
      const what =
        key.lastUsed === undefined
          ? `was never used since it was made ${days(date - key.createdAt)} ago`
          : `was not used for ${days(date - key.lastUsed)}`;
      return about(key, what, `if nobody needs it, ${revokeFix(key)}`);
    }
    case 'orphaned': {
      const { key, how, used } = finding;
      const what =
        how === 'never-stored'
          ? 'was never stored in any target'
          : 'was superseded and is in no target any more';
      return used
        ? about(key, `is used, although it ${what}: somebody has a copy of it`, leakFix(key))
        : about(key, what, revokeFix(key));
    }
    case 'duplicate-name': {
      const { keys } = finding;
      const [latest] = keys;
      const ids = someOf(
        keys.map(({ id }) => id),
        'the report',
      );
      return {
        message: `${keys.length} active keys are named ${quote(latest?.name ?? '')}: ${ids}`,
        fix: 'revoke those that nobody needs, with `mutx/api-key-action/revoke` and `key-ids`, or give each use a name of its own',
        keys: keys.map(({ id }) => id),
        place: undefined,
      };
    }
    case 'secret-outdated': {
      const { key, place, updatedAt, works } = finding;
      const what =
        updatedAt === undefined
          ? `is stored in other targets, and there is no ${placeText(place)}`
          : `was made after the last write of ${placeText(place)} (${instantText(updatedAt)}): that holds ${held(works)}`;
      return about(key, what, ROTATE, place);
    }
    case 'secret-dead':
    case 'secret-doubtful':
      return deadSecretWords(finding, quote);
    case 'quota': {
      const { plan, places: of, taken } = finding;
      return {
        message: `${taken} of the ${count(of, 'place')} in the plan ${plan} are taken for good; a rotation needs one more for a moment`,
        fix: 'revoke keys that nobody needs, expired ones first, or take a larger plan',
        keys: [],
        place: undefined,
      };
    }
    case 'writer-token':
      return {
        message: `the github-token expires at ${instantText(finding.expiresAt)}; after that no secret can be read or written`,
        fix: 'make a new personal access token, or use a GitHub App, whose tokens are made for each run',
        keys: [],
        place: undefined,
      };
  }
}

/** A time as a cell of a table has it: `in 30 days (2026-12-30)`, `9 days ago (2026-11-21)`. The report has it whole. */
export function dayText(instant: Instant, date: Instant): string {
  const distance = days(Math.abs(instant - date));
  return `${instant > date ? `in ${distance}` : `${distance} ago`} (${instantText(instant).slice(0, 10)})`;
}

/** Of an id that is beside the name of its key: enough to tell it from the others of that name. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 8)}…` : id;
}

function held(works: boolean | undefined): string {
  if (works === undefined) return 'an older key, or none that works';
  return works ? 'an older key' : 'no key that works';
}

/** The keys that a rotation could not revoke yet, a line each. @param date of the look */
export function sparedTexts(spared: readonly SparedBeside[], date: Instant, quote: Quote): readonly string[] {
  const named = spared.slice(0, MOST_NAMED).map(({ key, until }) => {
    const which = date > until ? 'the next rotation' : `a rotation after ${afterText(until)}`;
    return `key ${quote(key.name)} (${key.id}) was made less than 15 minutes before the newest key of its name, so that it was too young to be revoked then: another run might still have been storing it; ${which} revokes it, or begins its grace period`;
  });
  const more = spared.length - named.length;
  return more > 0 ? [...named, `and ${count(more, 'more such key')}`] : named;
}

const ROTATE = 'run the rotation of this key (`mutx/api-key-action`), and see why its schedule has not';

const REPLACE =
  'replace it by one that expires, best by a rotation (`mutx/api-key-action`) on a schedule, then revoke it';

function revokeFix({ id }: KeyRecord): string {
  return `revoke it: \`mutx/api-key-action/revoke\` with \`key-ids: ${id}\``;
}

function leakFix(key: KeyRecord): string {
  return `find out who uses it; if nobody should, ${revokeFix(key)}, and rotate`;
}

function places(heldBy: readonly SecretName[]): string {
  return someOf(heldBy.map(placeText), 'the output `report`');
}

/** `30 days`, `5 h 3 min`. */
function days(duration: Duration): string {
  const whole = Math.floor(duration / 86_400_000);
  return whole < 1 ? durationText(duration) : count(whole, 'day');
}

type DeadSecret = Extract<Finding, { kind: 'secret-dead' | 'secret-doubtful' }>;

const ROTATE_THIS_KEY = 'run the rotation of this key (`mutx/api-key-action`), which stores a new one';

/** A rotation within a quarter of an hour of the others leaves the same doubt, so it is no answer to it. */
const WAIT_OR_ROTATE =
  'nothing, if what uses the secret works: after a repair this is expected, and the next scheduled rotation settles it. If something answers 401, run the rotation of this key (`mutx/api-key-action`)';

/** What is said of a secret whose key does not work, or may not. */
function deadSecretWords(finding: DeadSecret, quote: Quote): Words {
  const { place, updatedAt } = finding;
  const where = placeText(place);
  const written = `${where} was last written at ${instantText(updatedAt)}`;
  switch (finding.kind) {
    case 'secret-dead': {
      const { keys } = finding;
      const [key] = keys;
      const about = { fix: ROTATE_THIS_KEY, keys: idsOf(keys), place };
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

function doubtWords(
  why: UncertainReason,
  written: string,
  keyName: string,
  quote: Quote,
): Omit<Words, 'place'> {
  const name = quote(keyName);
  switch (why.kind) {
    case 'newest-dead':
    case 'some-dead': {
      const { kind, candidates, dead } = why;
      const gone = kind === 'newest-dead' ? 'the newest among them' : 'the newest not among them';
      const dies = `${count(dead.length, 'does', 'do')} not work any more, ${gone} (${idText(dead)})`;
      const likely = kind === 'newest-dead' ? '' : '. Most likely it holds the newest, which works';
      return {
        message: `${written} and holds one of ${candidates.length} keys named ${name}, of which ${dies}: what uses it may get 401${likely}`,
        fix: kind === 'newest-dead' ? ROTATE_THIS_KEY : WAIT_OR_ROTATE,
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
        fix: `${ROTATE_THIS_KEY}; if that has another \`key-name\`, audit the secret with it`,
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
