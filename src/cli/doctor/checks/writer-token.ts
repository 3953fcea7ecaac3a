import type { CallFailure } from '../../../core/call.ts';
import type { Instant } from '../../../core/time.ts';
import type { TokenExpiryWarning } from '../../../github/token-expiry.ts';
import { instantText, list, someOf } from '../../../messages/words.ts';
import { type Check, fine, fixOf, problem, type Subject, warning } from './check.ts';

/** A place that the token has to write, and what reading what a write needs came to. */
export interface Prepared {
  readonly label: string;
  readonly about: Extract<Subject, 'target' | 'successor'>;
  /** undefined: all could be read */
  readonly failure: CallFailure | undefined;
}

/** Causes that lie in the token or the way to GitHub, whichever target it was asked for. */
const OF_THE_TOKEN: ReadonlySet<string> = new Set([
  'github-bad-credentials',
  'github-unknown-host',
  'github-unreachable',
  'github-tls-refused',
  'github-proxy-setting',
  'github-proxy-unreachable',
  'github-proxy-refused',
  'github-timeout',
  'github-rate-limited',
]);

/** `"Secrets: Read and write"` */
const PERMISSION = /"[^"]+: (?:Read-only|Read and write|Admin)"/gu;

/** What to do about a token without a permission, where it is known which. */
const GRANTS: ReadonlyMap<string, (permissions: string) => string> = new Map([
  ['github-token-cannot-write', otherTokenFix],
  ['github-missing-permission', (permissions) => `give the token ${permissions} in its settings at GitHub`],
]);

/** In place of a token that can never write secrets. @param permissions as GitHub's settings name them */
export function otherTokenFix(permissions: string): string {
  return `give \`github-token\` a fine-grained personal access token, or the token of a GitHub App, with ${permissions} among its permissions`;
}

/** Whether each place can be written, as far as reading tells; the same cause is told once, with all its places. */
export function placeChecks(places: readonly Prepared[]): readonly Check[] {
  const readable = places
    .filter(({ failure }) => failure === undefined)
    .map(({ label, about }) =>
      fine(about, `${label}: the token sees what it needs; whether it may write is known at the first write`),
    );
  const groups = new Map<string, Failing[]>();
  for (const one of places.flatMap(failing)) groups.set(one.cause, [...(groups.get(one.cause) ?? []), one]);
  return [...readable, ...[...groups.values()].flatMap(groupCheck)];
}

interface Failing {
  readonly label: string;
  readonly about: Subject;
  readonly failure: CallFailure;
  /** What those have in common that are told in one line. */
  readonly cause: string;
}

function failing({ label, about, failure }: Prepared): readonly Failing[] {
  if (failure === undefined) return [];
  const { code, target = label } = failure;
  const general = (text: string) => text.replaceAll(target, '…').replace(PERMISSION, '…');
  const cause = OF_THE_TOKEN.has(code)
    ? code
    : [code, general(failure.message), general(fixOf(failure))].join('\n');
  return [{ label, about, failure, cause }];
}

function groupCheck(group: readonly Failing[]): readonly Check[] {
  const [first] = group;
  if (first === undefined) return [];
  const { failure, about } = first;
  if (OF_THE_TOKEN.has(failure.code)) {
    return [problem('github-token', `GitHub: ${failure.message}`, fixOf(failure))];
  }
  const permissions = new Set(group.flatMap((one) => one.failure.message.match(PERMISSION) ?? []));
  const named = list([...permissions]);
  const text = failure.message.replace(PERMISSION, named);
  const labels = someOf([...new Set(group.map(({ label }) => label))], 'the list of targets');
  const grant = named === '' ? undefined : GRANTS.get(failure.code);
  return [problem(about, `${labels}: ${text}`, grant?.(named) ?? fixOf(failure))];
}

const RENEW = 'make a new token, or use a GitHub App, whose tokens are made for each run';

/** How long the token will do. @param ends as GitHub says; undefined: it does not */
export function expiryChecks(
  ends: Instant | undefined,
  soon: TokenExpiryWarning | undefined,
): readonly Check[] {
  if (soon !== undefined) {
    const left = soon.daysLeft === 0 ? 'less than a day' : `${soon.daysLeft} d`;
    const text = `the github-token ends at ${instantText(soon.expiresAt)}, in ${left}; after that no secret can be written`;
    return [warning('github-token', text, RENEW)];
  }
  const text = ends === undefined ? 'GitHub does not say that it ends' : `it ends at ${instantText(ends)}`;
  return [fine('github-token', `github-token: GitHub takes it; ${text}`)];
}
