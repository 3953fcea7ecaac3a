import type { CallFailure } from '../../../core/call.ts';
import { hintOf } from '../../../messages/catalogue/catalogue.ts';
import { MOST_NAMED } from '../../../messages/words.ts';

/** What a check looked at. */
export type Subject =
  | 'inputs'
  | 'proxy'
  | 'mutx'
  | 'credential'
  | 'clock'
  | 'github-token'
  | 'target'
  | 'successor'
  | 'plan'
  | 'key'
  | 'workflow';

/**
 * One thing that was looked at, in one printable line without a credential. `problem`: a rotation would fail.
 * `warning`: it would work, and something else is not as it should be.
 */
export type Check =
  | { readonly about: Subject; readonly verdict: 'fine'; readonly text: string }
  | {
      readonly about: Subject;
      readonly verdict: 'warning' | 'problem';
      readonly text: string;
      /** What to do, in one line. */
      readonly fix: string;
    };

export function fine(about: Subject, text: string): Check {
  return { about, verdict: 'fine', text };
}

export function warning(about: Subject, text: string, fix: string): Check {
  return { about, verdict: 'warning', text, fix };
}

export function problem(about: Subject, text: string, fix: string): Check {
  return { about, verdict: 'problem', text, fix };
}

const MARKS = { fine: '✓', warning: '!', problem: '✗' } as const;

/** `✗ what is wrong. Fix: what to do` */
export function checkLine(check: Check): string {
  const line = `${MARKS[check.verdict]} ${check.text}`;
  return check.verdict === 'fine' ? line : `${line}. Fix: ${check.fix}`;
}

/** Whether a rotation would do what is asked of it, as far as anybody can know without doing it. */
export function wouldWork(checks: readonly Check[]): boolean {
  return checks.every(({ verdict }) => verdict !== 'problem');
}

const SEE = 'see what it says here';

/** What to do about a failed call, in one line: the adapter's own words, unless they are YAML to copy. */
export function fixOf({ code, hint }: Pick<CallFailure, 'code' | 'hint'>): string {
  const own = hint === undefined || hint.includes('\n') ? undefined : hint.replace(/\.$/u, '');
  return own ?? hintOf(code)?.fix ?? SEE;
}

/** Nobody reads five hundred lines that say the same of as many targets: of many that are fine, the first are told. */
export function condensed(checks: readonly Check[]): readonly Check[] {
  return checks.flatMap((check) => {
    if (check.verdict !== 'fine') return [check];
    const alike = checks.filter(({ about, verdict }) => about === check.about && verdict === 'fine');
    const before = alike.indexOf(check);
    if (before < MOST_NAMED) return [check];
    return before > MOST_NAMED ? [] : [fine(check.about, `and ${alike.length - MOST_NAMED} more like these`)];
  });
}
