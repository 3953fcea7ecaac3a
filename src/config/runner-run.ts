import { type PerRun, randomDigits } from './key-name.ts';
import type { InputReader } from './reader.ts';

/** What the runner says of this run; each of them a part of a name, and so of a form that a sweep knows again. */
const RUN = [
  ['GITHUB_RUN_ID', 'run', /^[1-9]\d{0,19}$/, 'a whole number'],
  ['GITHUB_RUN_ATTEMPT', 'attempt', /^[1-9]\d{0,5}$/, 'a whole number'],
  ['GITHUB_JOB', 'job', /^[A-Za-z_][\w-]*$/, 'the id of a job: letters, digits, `_` and `-`'],
] as const;

/** The run that a runner tells of; what it does not tell is noted as a problem. */
export function readRun(reader: InputReader, env: NodeJS.ProcessEnv): PerRun {
  const read = { run: '1', attempt: '1', job: 'unreadable' };
  for (const [input, part, form, allowed] of RUN) {
    const text = env[input] ?? '';
    if (form.test(text)) read[part] = text;
    else {
      reader.problems.push({
        input,
        message: "is not what the key's default name is made of; the runner sets it",
        allowed,
        fix: 'give `key-name`; outside of GitHub Actions, you can also set the variable yourself',
      });
    }
  }
  return { ...read, random: randomDigits() };
}
