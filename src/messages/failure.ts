import type { InputProblem } from '../config/problem.ts';
import type { CallFailure } from '../core/call.ts';
import type { Instant } from '../core/time.ts';
import type { Outcome } from '../rotation/outcome.ts';
import { hintOf } from './catalogue/catalogue.ts';
import type { Hint } from './catalogue/hint.ts';
import type { Annotation, FilePlace } from './sink.ts';
import { stateOf } from './state.ts';
import { ALL_OF_IT, afterText, count, inTheWay, MOST_NAMED, someOf } from './words.ts';

/** Why a run did not do what was asked for, ready to be rendered for the log, the annotation and the summary. */
export interface FailureReport {
  /** One line: what could not be done and why. */
  readonly message: string;
  /** Index into the hints. */
  readonly code: string;
  /** The calls that failed for good; equal causes are told once. */
  readonly calls: readonly FailedCall[];
  /** What else is to be said of the cause, a line each: the inputs that cannot be used. */
  readonly details: readonly string[];
  /** Cause and fix where no single call is to blame. */
  readonly hint: Hint | undefined;
  /** In which state things are now, a line each. */
  readonly state: readonly string[];
  readonly retryAt: Instant | undefined;
  /** Where in the repository it can be mended. */
  readonly at?: FilePlace;
}

/** One cause, and every call it made fail. */
export interface FailedCall {
  readonly failure: CallFailure;
  /** Further calls that failed in just the same way, be it for other targets. */
  readonly alike: readonly CallFailure[];
  readonly cause: string | undefined;
  /** May be several lines, with YAML to copy. */
  readonly fix: string | undefined;
}

/** @param givenUp keys revoked before their successor was stored (`on-quota: replace`) */
export function failureOf(
  outcome: Extract<Outcome, { kind: 'failed' }>,
  givenUp: readonly string[] = [],
): FailureReport {
  const { failure } = outcome;
  return {
    message: failure.message,
    code: failure.code,
    calls: explained(failure.failures),
    details: inTheWay(failure.inTheWay ?? []),
    hint: hintOf(failure.code),
    state: stateOf(outcome, givenUp),
    retryAt: failure.retryAt,
  };
}

interface EarlyFailure {
  readonly code: string;
  readonly message: string;
  readonly calls?: readonly CallFailure[];
  readonly details?: readonly string[];
  /** Where something was changed after all. */
  readonly state?: readonly string[];
  readonly retryAt?: Instant | undefined;
  readonly at?: FilePlace | undefined;
}

/** A failure outside the rotation itself: before it began, nothing has been changed. */
export function earlyFailure(early: EarlyFailure): FailureReport {
  return {
    message: early.message,
    code: early.code,
    calls: explained(early.calls ?? []),
    details: early.details ?? [],
    hint: hintOf(early.code),
    state: early.state ?? ['nothing was changed: no key was made or revoked, no secret was written'],
    retryAt: early.retryAt,
    ...(early.at === undefined ? {} : { at: early.at }),
  };
}

/** When a run can work again, as far as the servers say; undefined: they do not, or waiting helps against nothing. */
export function retryAtOf(failures: readonly CallFailure[], now: Instant): Instant | undefined {
  const waits = failures.map(({ retryAfter }) => retryAfter ?? 0);
  const wait = failures.some(({ kind }) => kind === 'refused') ? 0 : Math.max(0, ...waits);
  return wait === 0 ? undefined : now + wait;
}

function explained(failures: readonly CallFailure[]): readonly FailedCall[] {
  const groups = new Map<string, CallFailure[]>();
  for (const failure of failures) {
    // A token is of one owner: another one's has a fix of its own.
    const same = [failure.code, failure.status, failure.needs?.owner, messageForAny(failure)].join('\n');
    groups.set(same, [...(groups.get(same) ?? []), failure]);
  }
  return [...groups.values()].flatMap(([first, ...alike]) => {
    if (first === undefined) return [];
    const hint = hintOf(first.code);
    return [{ failure: first, alike, cause: hint?.cause, fix: first.hint ?? hint?.fix }];
  });
}

/** The same for somebody at a shell: what a token lacks, in one line, in place of a workflow to copy. */
export function withoutWorkflow(report: FailureReport): FailureReport {
  const calls = report.calls.map((call) => {
    const { needs } = call.failure;
    if (needs === undefined) return call;
    const { owner, repository, missing } = needs;
    const place = repository === undefined ? owner : `${owner}/${repository}`;
    return { ...call, fix: `give the token ${missing} for ${place}, or take another token that has it` };
  });
  return { ...report, calls };
}

/** The message without its target; what else differs is to be told, such as the new name of a repository. */
function messageForAny({ message, target }: CallFailure): string {
  return target === undefined ? message : message.replace(target, '…');
}

/** docs/troubleshooting.md, which is made of the hints, where everybody can read it. */
const PAGE = 'https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md';

/** The entry of that page to read first: about the call that failed, where one did. */
export function entryOf({ calls: [first], code }: FailureReport): string {
  return `${PAGE}#${first?.failure.code ?? code}`;
}

/**
 * The whole of it, for the log.
 * @param title what was not done: `MUTX API key not rotated`
 */
export function failureLines(title: string, report: FailureReport): readonly string[] {
  const lines = [`${title}: ${report.message} [${report.code}]`];
  if (report.details.length > 0) lines.push('', ...report.details.map((line) => `  - ${line}`));
  for (const call of report.calls) lines.push('', ...callLines(call));
  if (report.hint !== undefined && report.calls.length === 0) {
    lines.push('', `  cause: ${report.hint.cause}`, ...fixLines(report.hint.fix));
  }
  lines.push('', '  State of things now:', ...report.state.map((line) => `  - ${line}`));
  if (report.retryAt !== undefined) {
    lines.push('', `  A run after ${afterText(report.retryAt)} can work.`);
  }
  lines.push('', `  more: ${entryOf(report)}`);
  return lines;
}

function callLines({ failure, alike, cause, fix }: FailedCall): readonly string[] {
  const lines = [`  ${callText(failure)} [${failure.code}]`, `  why:   ${failure.message}`];
  const also = alike.slice(0, MOST_NAMED - 1);
  for (const other of also) lines.push(`  also:  ${alikeText(other)}`);
  const more = alike.length - also.length;
  if (more > 0) lines.push(`  also:  ${more} more (${ALL_OF_IT} has them all)`);
  if (cause !== undefined) lines.push(`  cause: ${cause}`);
  if (fix !== undefined) lines.push(...fixLines(fix));
  const ids = [failure, ...also].flatMap(({ requestId }) => requestId ?? []);
  if (ids.length > 0) lines.push(`  request ${ids.length === 1 ? 'id' : 'ids'}: ${ids.join(', ')}`);
  return lines;
}

function fixLines(fix: string): readonly string[] {
  return fix.split('\n').map((line, index) => (index === 0 ? `  fix:   ${line}` : `         ${line}`));
}

/** `POST /v1/api-keys answered 409`, or that nothing answered. */
export function callText(failure: CallFailure): string {
  const service = failure.service === 'mutx' ? 'MUTX' : 'GitHub';
  if (failure.status !== undefined) return `${service}: ${failure.call} answered ${failure.status}`;
  // Throttled without a status: held back during a rest that an earlier reply had asked for.
  const unsent = failure.kind === 'not-sent' || failure.kind === 'throttled';
  return `${service}: ${failure.call} ${unsent ? 'was not sent' : 'got no usable answer'}`;
}

/** A call named by its target, where there is one: `acme/web (GitHub: GET … answered 404)`. */
export function alikeText(failure: CallFailure): string {
  const call = callText(failure);
  return failure.target === undefined ? call : `${failure.target} (${call})`;
}

/** The short form, which GitHub shows on the run's page. */
export function failureAnnotation(title: string, report: FailureReport): Annotation {
  const [first] = report.calls;
  const lines = [`${report.message} [${report.code}]`, ...report.details];
  if (first !== undefined) {
    lines.push(`${callText(first.failure)}: ${first.failure.message} [${first.failure.code}]`);
    const also = first.alike.map((one) => one.target ?? callText(one));
    if (also.length > 0) lines.push(`also: ${someOf(also, ALL_OF_IT)}`);
  }
  const more = report.calls.length - 1;
  if (more > 0) lines.push(`(and ${more} more; see the log)`);
  const fix = first?.fix ?? report.hint?.fix;
  if (fix !== undefined) lines.push(`Fix: ${fix}`);
  lines.push(`State now: ${report.state.join('; ')}`);
  if (report.retryAt !== undefined) lines.push(`A run after ${afterText(report.retryAt)} can work.`);
  lines.push(`More: ${entryOf(report)}`);
  return { title, message: lines.join('\n'), ...(report.at === undefined ? {} : { at: report.at }) };
}

/** Every input that cannot be used, at once; nothing has been called. */
export function inputFailure(problems: readonly InputProblem[]): FailureReport {
  return earlyFailure({
    code: 'invalid-input',
    message: `${count(problems.length, 'input')} cannot be used`,
    details: problems.map(problemText),
    at: problems.find(({ at }) => at !== undefined)?.at,
  });
}

function problemText(problem: InputProblem): string {
  return `${whatIsWrong(problem)}. Fix: ${problem.fix}`;
}

/** What is wrong with an input, without what to do about it. */
export function whatIsWrong({ input, message, given, allowed }: InputProblem): string {
  if (input === undefined) return message;
  const what = given === undefined ? '' : ` (given: \`${given}\`)`;
  return `\`${input}\` ${message}${what}; it takes ${allowed}`;
}
