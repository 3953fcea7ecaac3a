import type { FleetKey } from '../../config/fleet/load-fleet.ts';
import type { Finding } from '../../rotation/plan-fleet.ts';
import { code, plain, table } from '../markdown.ts';
import { ALL_OF_IT, count, instantText, someOf } from '../words.ts';

/** Rows beyond this would crowd out everything else; the output `plan` has them all. */
const MOST_ROWS = 500;

/** One key of the fleet, and what is planned for it. */
export interface PlannedKey {
  readonly key: FleetKey;
  readonly finding: Finding;
}

/** Whether it is known to be due. */
export function isDue({ finding }: PlannedKey): boolean {
  return finding.kind === 'planned' && finding.plan.due;
}

/** Whether a job has to be made of it: a key that could not be looked at gets one, which says what is wrong. */
export function needsJob(planned: PlannedKey): boolean {
  return planned.finding.kind === 'unreadable' || isDue(planned);
}

interface Row {
  readonly name: string;
  readonly state: 'due' | 'not due' | 'not known';
  readonly why: string;
  readonly targets: number;
  readonly expires: string;
  /** Why its rotation would not find a place, where that is so. */
  readonly room: string | undefined;
}

function rowOf({ key, finding }: PlannedKey): Row {
  const common = { name: key.settings.keyName, targets: key.targets.length };
  if (finding.kind === 'unreadable') {
    const why = whyUnreadable(finding);
    return { ...common, state: 'not known', why, expires: '—', room: undefined };
  }
  const { plan } = finding;
  const { current } = plan;
  const expires = current === undefined ? '—' : expiryOf(current.expiresAt);
  const full = plan.due && (plan.room.kind === 'full' || plan.room.kind === 'too-soon');
  const room = full ? 'there is no place for one more key now' : undefined;
  return { ...common, state: plan.due ? 'due' : 'not due', why: plan.why, expires, room };
}

function expiryOf(expiresAt: number | undefined): string {
  return expiresAt === undefined ? 'never' : instantText(expiresAt);
}

/** `3 of 12 keys are due`, and how many could not be looked at: each of these gets a job, too. */
export function fleetHeadline(planned: readonly PlannedKey[]): string {
  const due = planned.filter(isDue).length;
  const unreadable = planned.filter(({ finding }) => finding.kind === 'unreadable').length;
  const targets = planned.reduce((sum, { key }) => sum + key.targets.length, 0);
  const unknown =
    unreadable === 0
      ? ''
      : `; ${unreadable} could not be looked at, and ${unreadable === 1 ? 'gets a job that finds' : 'get jobs that find'} out: ${count(due + unreadable, 'job')}`;
  return `${due} of ${count(planned.length, 'key')} (${count(targets, 'target')}) ${due === 1 ? 'is' : 'are'} due${unknown}`;
}

/** What the keys that could not be looked at have in common; undefined: there are none. */
export function unreadableText(planned: readonly PlannedKey[]): string | undefined {
  const unreadable = planned.flatMap(({ key, finding }) =>
    finding.kind === 'unreadable' ? [{ key, why: whyUnreadable(finding) }] : [],
  );
  const [first, ...more] = unreadable;
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : `; so it is for ${count(more.length, 'other key')}, see the table`;
  return `whether ${first.key.settings.keyName} is due is not known, so its job is to find out: ${first.why}${others}`;
}

function whyUnreadable({ failure }: Extract<Finding, { kind: 'unreadable' }>): string {
  return failure.failures[0]?.message ?? failure.message;
}

/** The plan for the log: a heading, and a line a key, what is due first. */
export function fleetLines(planned: readonly PlannedKey[]): readonly string[] {
  const rows = sorted(planned).map(rowOf);
  const width = Math.min(60, Math.max(3, ...rows.map(({ name }) => name.length)));
  const line = (state: string, name: string, targets: string, expires: string, why: string) =>
    `${state.padEnd(9)}  ${name.padEnd(width)}  ${targets.padEnd(11)}  ${expires.padEnd(20)}  ${why}`;
  return [
    line('State', 'Key', 'Targets', 'Expires', 'Why'),
    ...rows.map(({ state, name, targets, expires, why, room }) => {
      const note = room === undefined ? '' : `; ${room}`;
      return line(state, name, count(targets, 'target'), expires, `${why}${note}`);
    }),
  ];
}

/** The plan as the job's summary, in GitHub's Markdown. */
export function fleetSummary(planned: readonly PlannedKey[]): string {
  const rows = sorted(planned)
    .slice(0, MOST_ROWS)
    .map(rowOf)
    .map(({ state, name, targets, expires, why, room }) => [
      `${ICON[state]} ${state}`,
      code(name),
      String(targets),
      expires,
      plain(room === undefined ? why : `${why}; ${room}`),
    ]);
  const more = planned.length - rows.length;
  const rest = more > 0 ? `\n\n… and ${count(more, 'more key')}; the output \`plan\` has them all.` : '';
  const head = ['State', 'Key', 'Targets', 'Expires', 'Why'];
  return `## MUTX API keys: what is due\n\n${plain(fleetHeadline(planned))}\n\n${table(head, rows)}${rest}\n`;
}

const ICON: Readonly<Record<Row['state'], string>> = { due: '🔄', 'not due': '➖', 'not known': '❓' };

/** The plan for machines. */
export function fleetJson(planned: readonly PlannedKey[]): string {
  return JSON.stringify(
    planned.map((one) => {
      const { name, state, why, room } = rowOf(one);
      const { key, finding } = one;
      const current = finding.kind === 'planned' ? finding.plan.current : undefined;
      return {
        'key-name': name,
        line: key.line,
        due: state === 'not known' ? null : state === 'due',
        why,
        ...(room === undefined ? {} : { room }),
        'key-id': current?.id ?? null,
        'expires-at': current?.expiresAt === undefined ? null : instantText(current.expiresAt),
        'superseded-key-ids': finding.kind === 'planned' ? finding.superseded : [],
        targets: key.targets.map(({ label, secretName }) => ({ target: label, secret: secretName })),
      };
    }),
  );
}

function sorted(planned: readonly PlannedKey[]): readonly PlannedKey[] {
  return [...mostUrgentFirst(planned.filter(needsJob)), ...planned.filter((one) => !needsJob(one))];
}

/**
 * The jobs whose secrets may hold no working key come first, then those whose key ends first; last those that could not
 * be looked at, most of which fail.
 */
export function mostUrgentFirst(jobs: readonly PlannedKey[]): readonly PlannedKey[] {
  return jobs.toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
}

function urgencyOf({ finding }: PlannedKey): number {
  if (finding.kind === 'unreadable') return Number.MAX_VALUE;
  const { current } = finding.plan;
  return current === undefined ? 0 : (current.expiresAt ?? Number.MAX_SAFE_INTEGER);
}

/** What a run cannot hand on to its jobs, for the next run to take. */
export function laterText(later: readonly PlannedKey[], characters: number): string {
  const names = later.map(({ key }) => key.settings.keyName);
  return `GitHub hands over at most ${characters} characters from one job to the next, so ${count(later.length, 'key')} of those that need a job get none in this run. The next run takes them: ${someOf(names, ALL_OF_IT)}`;
}
