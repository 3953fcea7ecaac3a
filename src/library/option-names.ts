import { INPUTS, type InputName, inputsOf } from '../inputs/table.ts';

/** Inputs of the action that are options under another name. */
const OWN_NAME = {
  'bootstrap-jwt': 'mutx.credential.token',
  'refresh-token': 'mutx.credential.refreshToken',
  'refresh-token-secret': 'mutx.credential.successor',
  email: 'mutx.credential.email',
  password: 'mutx.credential.password',
  'api-url': 'mutx.apiUrl',
  'github-token': 'github.token',
} as const satisfies Partial<Record<InputName, string>>;

/** What the runner tells an action, and an option tells us. */
const OF_THE_RUNNER = {
  GITHUB_API_URL: 'github.apiUrl',
  GITHUB_SERVER_URL: 'github.serverUrl',
} as const;

/** Written `owner/repo@environment` as a target; there is no repository that it could be shorthand for. */
const NO_OPTION: ReadonlySet<InputName> = new Set(['environment']);

/** The path of the option that stands for an input, or for a variable of the runner. */
export function optionOf(input: InputName | keyof typeof OF_THE_RUNNER): string {
  const names: Readonly<Record<string, string>> = { ...OWN_NAME, ...OF_THE_RUNNER };
  return names[input] ?? input.replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

/** Every option that a rotation has, by its path, and the variable in which an action would find its value. */
export const ROTATE_OPTIONS: ReadonlyMap<string, InputName | keyof typeof OF_THE_RUNNER> = new Map(
  [...inputsOf('rotate').filter((name) => !NO_OPTION.has(name)), ...runnerVariables()].map(
    (input) => [optionOf(input), input] as const,
  ),
);

/** The same text, with options in the place of the inputs it names in backticks. */
export function inOptions(text: string): string {
  return text.replace(/`([a-z-]+)(?=[`:])/gu, (whole, name: string) =>
    Object.hasOwn(INPUTS, name) ? `\`${optionOf(name as InputName)}` : whole,
  );
}

function runnerVariables() {
  return Object.keys(OF_THE_RUNNER) as readonly (keyof typeof OF_THE_RUNNER)[];
}
