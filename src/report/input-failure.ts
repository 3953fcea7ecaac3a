import type { InputProblem } from '../inputs/loaded.ts';
import { earlyFailure, type FailureReport } from './failure.ts';
import { count } from './words.ts';

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
