import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FinishedStep } from '../../scripts/runner-steps.ts';
import { INPUT_NAMES, type InputName, specOf } from '../../src/config/table.ts';
import { type Leak, leaksIn } from './search.ts';

/** The inputs that hold credentials, whichever action takes them. */
const CREDENTIAL_INPUTS: ReadonlySet<string> = new Set(
  INPUT_NAMES.filter((name) => ['credential', 'password'].includes(specOf(name).kind.type)),
);

/** The one output that is a credential, of the actions that declare it, and the input that names a variable. */
const KEY_OUTPUT = 'api-key';
const NAME_OF_VARIABLE = 'env-name';

/** A literal expression, or the mask itself, stands for a credential and is none. */
const NO_CREDENTIAL = /^\s*(?:\*+|\$\{\{.*|(?:secrets|env|vars)\.\w+)\s*$/su;

/** The credentials that a step was given. */
function givenTo({ inputs }: Pick<FinishedStep, 'inputs'>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(inputs)
      .filter(([name]) => CREDENTIAL_INPUTS.has(name as InputName))
      .map(([name, value]) => [value.trim(), `input ${name}`] as const)
      .filter(([value]) => !NO_CREDENTIAL.test(value)),
  );
}

/**
 * P5, for any step of any action: no credential that exists is in anything that the step left. Mask commands
 * are how the runner is told; the output `api-key`, and the variable that an action says it exports, hold a key,
 * alone, because that is what they are for.
 * @param issued every credential that exists, and what it is
 */
export function leaksOf(step: FinishedStep, issued: ReadonlyMap<string, string>): readonly Leak[] {
  const credentials = new Map([...issued, ...givenTo(step)]);
  return leaksIn(channelsOf(step, credentials), credentials);
}

function channelsOf(
  step: FinishedStep,
  credentials: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const { result } = step;
  const isKey = (value: string) => credentials.get(value) === 'api-key';
  const outputs = entriesOf(
    result.outputs,
    (name, value) => name === KEY_OUTPUT && declaresKey(step) && isKey(value),
  );
  const env = entriesOf(result.env, (name, value) => name === exportedBy(step) && isKey(value));
  const exempt = [...outputs.exempt, ...env.exempt];
  return new Map([
    ['stdout', withoutMasks(result.rawStdout)],
    ['stderr', result.rawStderr],
    ['log', result.log.join('\n')],
    ['annotations', result.annotations.map(({ title, message }) => `${title}\n${message}`).join('\n')],
    ['outputs', outputs.text],
    ['env', env.text],
    ['state', entriesOf(result.state, () => false).text],
    ['summary', result.summary],
    // Without what Markdown escapes between a credential's characters.
    ['summary, as it is shown', result.summary.replaceAll(/\\([!-/:-@[-`{-~])/gu, '$1')],
    ['arguments', step.arguments.join('\n')],
    ['children', step.children.join('\n')],
    ...filesIn(result.folder, exempt),
  ]);
}

function declaresKey({ outputs }: FinishedStep): boolean {
  return outputs.includes(KEY_OUTPUT);
}

/** undefined: the action exports nothing */
function exportedBy({ inputs }: FinishedStep): string | undefined {
  return inputs[NAME_OF_VARIABLE];
}

function entriesOf(
  values: Readonly<Record<string, string>>,
  isExempt: (name: string, value: string) => boolean,
): { readonly text: string; readonly exempt: readonly string[] } {
  const exempt = Object.entries(values).filter(([name, value]) => isExempt(name, value));
  const rest = Object.entries(values).filter(([name, value]) => !isExempt(name, value));
  return {
    text: rest.map((pair) => pair.join('=')).join('\n'),
    exempt: exempt.map(([, value]) => value),
  };
}

/** What the process wrote, without the commands by which the runner is told what to mask. */
export function withoutMasks(stdout: string): string {
  return stdout
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

/** Everything on disk. A value that is allowed in a command file is taken out of that file, once. */
function filesIn(folder: string, exempt: readonly string[]): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      const text = readFileSync(path, 'utf8');
      const isCommandFile =
        name.startsWith('commands/GITHUB_OUTPUT') || name.startsWith('commands/GITHUB_ENV');
      const left = isCommandFile ? exempt.reduce((rest, value) => rest.replace(value, ''), text) : text;
      return [name, left] as const;
    });
}
