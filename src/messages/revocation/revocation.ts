import { printable } from '../../core/text.ts';
import type { Instant } from '../../core/time.ts';
import type { KeyResult, RevocationOutcome, RevocationRequest } from '../../revoke/request.ts';
import { type Bounded, boundedIds } from '../bounded.ts';
import { earlyFailure, type FailureReport, retryAtOf } from '../failure.ts';
import { code, plain, table } from '../markdown.ts';
import type { Annotation } from '../sink.ts';
import { failureText, MOST_ROWS, page, warningSummary } from '../summary.ts';
import { ALL_OF_IT, count, FAILURE_TITLE, instantText, MOST_NAMED, someOf } from '../words.ts';
import { keyStates, keyText, plannedLines, STATE_TEXT } from './words.ts';

type Failed = Extract<RevocationOutcome, { kind: 'failed' }>;

/** The states that count as done (src/revoke/request.ts). */
const DONE: ReadonlySet<KeyResult['state']> = new Set(['revoked', 'already-revoked', 'gone']);

/** The output `revoked-key-ids`: right after a partial failure too, and empty after a dry run. */
export function revokedIds(results: readonly KeyResult[]): Bounded {
  return boundedIds(results.filter(({ state }) => DONE.has(state)).map(({ id }) => id));
}

/** The last lines of the log of a run that did what was asked. */
export function revocationLines(
  outcome: Exclude<RevocationOutcome, Failed>,
  request: RevocationRequest,
): readonly string[] {
  const { results } = outcome;
  const next = noSuchKey(outcome, request)?.message ?? whatNext(outcome, request) ?? [];
  if (outcome.kind === 'planned') {
    return [...plannedLines(results), 'Dry run: nothing was changed'].concat(next);
  }
  return (results.length === 0 ? ['Nothing to revoke'] : keyStates(results)).concat(next);
}

/** A name that no active key has: done, or mistyped. */
export function noSuchKey(
  outcome: RevocationOutcome,
  { selection }: RevocationRequest,
): Annotation | undefined {
  if (outcome.kind === 'failed' || outcome.results.length > 0 || selection.by === 'ids') return undefined;
  const message = `no active key is named ${printable(selection.name, 255)}: there was nothing to revoke. If you expected one, check the spelling (names are matched exactly, case included) and the account: \`mutx-api-key keys list\``;
  return { title: 'No such key', message };
}

/** What a name that has lost all of its keys needs next; of keys named by their ids nobody knows. */
function whatNext(
  outcome: Exclude<RevocationOutcome, Failed>,
  { selection }: RevocationRequest,
): string | undefined {
  if (outcome.results.length === 0 || selection.by === 'ids') return undefined;
  const name = printable(selection.name, 255);
  return outcome.kind === 'planned'
    ? `After that, no key named ${name} would work: run its rotation next, which stores a new one`
    : `What was named ${name} does not work any more: run its rotation next, which stores a new one`;
}

/** Ids that count as done, and may be of another account. */
export function goneKeys({ results }: RevocationOutcome): Annotation | undefined {
  const gone = results.filter(({ state }) => state === 'gone' || state === 'none').map(({ id }) => id);
  if (gone.length === 0) return undefined;
  const message = `${count(gone.length, 'id')} of no key that this account has, or still has: ${someOf(gone, ALL_OF_IT)}. If that is unexpected, check the ids and the account`;
  return { title: 'Keys that are gone', message };
}

interface FailureContext {
  /** The credential may have been one of the keys. */
  readonly mayRevokeItself: boolean;
  /** By this machine's clock. */
  readonly now: Instant;
  /** Names that may have been meant, the most likely first. */
  readonly near?: readonly string[];
}

export function revocationFailure(
  outcome: Failed,
  { mayRevokeItself, now, near = [] }: FailureContext,
): FailureReport {
  const { code: why, message, failures, results, missing } = outcome;
  const lostItself =
    mayRevokeItself &&
    failures.some(({ status }) => status === 401) &&
    results.some(({ state }) => state === 'revoked');
  return earlyFailure({
    code: why,
    message,
    calls: failures,
    details: [
      ...(why === 'revocations-exceeded' ? named(results) : []),
      ...(missing === undefined ? [] : [`asked for: ${someNames([missing.name])}`]),
      ...(near.length === 0 ? [] : [`did you mean ${someNames(near)}?`]),
      ...(lostItself
        ? [
            'the API key in `bootstrap-jwt` does not work any more: it was most likely one of those that were revoked; run again with another credential for the rest',
          ]
        : []),
    ],
    state: results.length === 0 ? ['no key was revoked'] : keyStates(results),
    retryAt: retryAtOf(failures, now),
  });
}

function someNames(names: readonly string[]): string {
  return names.map((name) => `\`${printable(name, 255)}\``).join(' or ');
}

/** The keys that would go, one a line. */
function named(results: readonly KeyResult[]): readonly string[] {
  const keys = results.filter(({ state }) => state === 'untouched');
  const lines = keys.slice(0, MOST_NAMED).map((key) => `would be revoked: ${keyText(key)}`);
  const more = keys.length - lines.length;
  return more > 0 ? [...lines, `and ${count(more, 'more key')}; ${ALL_OF_IT} has them all`] : lines;
}

/** The job summary, in GitHub's Markdown; text from outside is escaped. */
export function revocationSummary(
  outcome: Exclude<RevocationOutcome, Failed>,
  request: RevocationRequest,
): string {
  const { results } = outcome;
  const rows = keyTable(results);
  const mistyped = noSuchKey(outcome, request);
  const next =
    mistyped === undefined
      ? plain(whatNext(outcome, request) ?? '')
      : warningSummary(mistyped.message, undefined).trimEnd();
  if (outcome.kind === 'planned') {
    return page('MUTX API keys: what would be revoked (dry run)', ['Nothing was changed.', rows, next]);
  }
  const title = results.every(({ state }) => state === 'gone' || state === 'none')
    ? 'MUTX API keys: nothing left to revoke'
    : 'MUTX API keys revoked';
  return page(title, [results.length === 0 ? 'There was nothing to revoke.' : rows, next]);
}

/** The same for a run that failed. */
export function failedRevocationSummary({ results }: Failed, failure: FailureReport): string {
  return page(`❌ ${plain(FAILURE_TITLE.revoke)}`, [...failureText(failure), keyTable(results)]);
}

function keyTable(results: readonly KeyResult[]): string {
  if (results.length === 0) return '';
  const rows = results
    .slice(0, MOST_ROWS)
    .map(({ id, name, expiresAt, state, failure }) => [
      code(id),
      name === undefined ? '' : code(name),
      expiresAt === undefined ? '' : instantText(expiresAt),
      plain(failure === undefined ? STATE_TEXT[state] : `${STATE_TEXT[state]}: ${failure.message}`),
    ]);
  const more = results.length - rows.length;
  const rest = more > 0 ? `\n\n… and ${count(more, 'more key')}.` : '';
  return table(['Key', 'Name', 'Expires', 'Result'], rows) + rest;
}
