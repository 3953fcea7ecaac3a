import type { FleetKey } from '../../config/fleet/load-fleet.ts';
import type { Outcome } from '../../rotation/outcome.ts';
import { earlyFailure, type FailureReport } from '../failure.ts';
import { code, plain, table } from '../markdown.ts';
import { stateOf } from '../state.ts';
import { MOST_ROWS, page } from '../summary.ts';
import { ALL_OF_IT, count, instantText, someOf } from '../words.ts';

/** One key of a fleet, and what its rotation came to. */
export interface RotatedKey {
  readonly key: FleetKey;
  /** undefined: it was not due, and nothing was called for it */
  readonly outcome: Outcome | undefined;
  /** Keys revoked before their successor was stored (`on-quota: replace`). */
  readonly givenUp: readonly string[];
  /** Why it was not due. */
  readonly why: string;
}

interface Row {
  readonly result: 'rotated' | 'not due' | 'failed';
  readonly name: string;
  readonly targets: string;
  readonly expires: string;
  readonly note: string;
}

function rowOf({ key, outcome, why }: RotatedKey): Row {
  const common = { name: key.settings.keyName, targets: count(key.targets.length, 'target'), expires: '—' };
  switch (outcome?.kind) {
    case undefined:
      return { ...common, result: 'not due', note: why };
    case 'rotated': {
      const { expiresAt, id } = outcome.key;
      const expires = expiresAt === undefined ? 'never' : instantText(expiresAt);
      return { ...common, result: 'rotated', expires, note: `key ${id}` };
    }
    case 'not-due':
    case 'planned':
      return { ...common, result: 'not due', note: outcome.plan.why };
    case 'failed': {
      const { failures, message } = outcome.failure;
      return { ...common, result: 'failed', note: failures[0]?.message ?? message };
    }
  }
}

/** `58 of 60 keys rotated, 2 failed` */
export function fleetOutcome(results: readonly RotatedKey[]): string {
  const rows = results.map(rowOf);
  const many = (result: Row['result']) => rows.filter((row) => row.result === result).length;
  const others = [
    ...(many('not due') > 0 ? [`${many('not due')} not due`] : []),
    ...(many('failed') > 0 ? [`${many('failed')} failed`] : []),
  ];
  return [`${many('rotated')} of ${count(results.length, 'key')} rotated`, ...others].join(', ');
}

/** A heading, and a line a key, what failed first. */
export function fleetResultLines(results: readonly RotatedKey[]): readonly string[] {
  const rows = sorted(results).map(rowOf);
  const width = Math.min(60, Math.max(3, ...rows.map(({ name }) => name.length)));
  const line = ({ result, name, targets, expires, note }: Record<keyof Row, string>) =>
    `${result.padEnd(8)}  ${name.padEnd(width)}  ${targets.padEnd(11)}  ${expires.padEnd(20)}  ${note}`;
  const head = { result: 'Result', name: 'Key', targets: 'Targets', expires: 'Expires', note: 'Note' };
  return [line(head), ...rows.map(line)];
}

/** The same, in GitHub's Markdown. */
export function fleetResultSummary(results: readonly RotatedKey[]): string {
  const rows = sorted(results).slice(0, MOST_ROWS).map(rowOf);
  const cells = rows.map(({ result, name, targets, expires, note }) => [
    `${ICON[result]} ${result}`,
    code(name),
    targets,
    expires,
    plain(note),
  ]);
  const more = results.length - rows.length;
  return page('MUTX API keys of the fleet', [
    plain(fleetOutcome(results)),
    table(['Result', 'Key', 'Targets', 'Expires', 'Note'], cells),
    more > 0 ? `… and ${count(more, 'more key')}.` : '',
  ]);
}

const ICON: Readonly<Record<Row['result'], string>> = { rotated: '✅', 'not due': '➖', failed: '❌' };

/** What machines get. */
export function fleetResultJson(results: readonly RotatedKey[]): string {
  return JSON.stringify(
    results.map((one) => {
      const { outcome } = one;
      const { result, name, note } = rowOf(one);
      const key = outcome?.kind === 'rotated' || outcome?.kind === 'not-due' ? outcome.key : undefined;
      return {
        'key-name': name,
        result,
        note,
        'key-id': key?.id ?? null,
        'expires-at': key?.expiresAt === undefined ? null : instantText(key.expiresAt),
        'superseded-key-ids': outcome?.keys.superseded ?? [],
        'revoked-key-ids': outcome?.keys.revoked ?? [],
      };
    }),
  );
}

/** Every cause once, however many keys it made fail; undefined: none failed. */
export function fleetFailure(results: readonly RotatedKey[]): FailureReport | undefined {
  const failed = results.flatMap(({ key, outcome, givenUp }) =>
    outcome?.kind === 'failed' ? [{ name: key.settings.keyName, outcome, givenUp }] : [],
  );
  if (failed.length === 0) return undefined;
  const withoutCall = failed.filter(({ outcome }) => outcome.failure.failures.length === 0);
  const reasons = grouped(
    withoutCall.map(({ name, outcome: { failure } }) => [`${failure.message} [${failure.code}]`, name]),
  );
  const states = grouped(
    failed.flatMap(({ name, outcome, givenUp }) =>
      stateOf(outcome, givenUp)
        // The places of a key that was not touched are in the table.
        .filter((text) => !text.endsWith(': untouched'))
        .map((text) => [text, name] as const),
    ),
  );
  return earlyFailure({
    code: 'fleet-incomplete',
    message: `${failed.length} of ${count(results.length, 'key')} could not be rotated`,
    details: reasons.map(([text, names]) => `${someOf(names, ALL_OF_IT)}: ${text}`),
    calls: failed.flatMap(({ outcome }) => outcome.failure.failures),
    state: [
      'each key that is named as rotated above is stored in all of its targets',
      ...states.map(([text, names]) => `${someOf(names, ALL_OF_IT)}: ${text}`),
    ],
  });
}

/** The texts that differ, each with everything that has it. */
function grouped(
  pairs: readonly (readonly [text: string, name: string])[],
): readonly (readonly [text: string, names: readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const [text, name] of pairs) groups.set(text, [...(groups.get(text) ?? []), name]);
  return [...groups];
}

function sorted(results: readonly RotatedKey[]): readonly RotatedKey[] {
  const rank = { failed: 0, rotated: 1, 'not due': 2 } as const;
  return results.toSorted((a, b) => rank[rowOf(a).result] - rank[rowOf(b).result]);
}
