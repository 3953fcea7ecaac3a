import { formsOf } from '../../secrets/forms.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Secret } from '../../secrets/secret.ts';
import { type Access, readAccess } from '../load/access.ts';
import { aboutName } from '../load/warnings.ts';
import type { InputProblem, Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { FIELDS } from './fields.ts';
import { type FleetKey, loadFleet } from './load-fleet.ts';
import { matrixEntryOf } from './matrix.ts';

export interface PlanInputs extends Access {
  readonly githubToken: Secret;
  /** At least one. */
  readonly keys: readonly FleetKey[];
}

/** The text of a file; undefined: there is none that can be read. */
export type ReadText = (path: string) => string | undefined;

interface PlanOptions {
  readonly readText: ReadText;
  /** How many targets one key can have at the most. */
  readonly mostTargets: number;
  /** Whether the outputs go to other jobs of a workflow, by the runner. */
  readonly forJobs: boolean;
}

/** The inputs of `plan` and the fleet they name: every problem of both, nothing called. */
export function loadPlanInputs(
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
  { readText, mostTargets, forJobs }: PlanOptions,
): Loaded<PlanInputs> {
  const reader = new InputReader(env, secrets, 'plan');
  const { credential, githubToken, here, host, ...services } = readAccess(reader, env, secrets);
  const file = reader.text('fleet-file');
  const one = reader.isGiven('key');
  const text = one ? entryText(reader) : readText(file);
  const options = { secrets, host, mostTargets, ...(one ? { here } : {}) };
  if (text === undefined && !one) {
    const message = 'names a file that cannot be read';
    const fix = 'check the path, and that a step before this one checks the repository out';
    reader.problem('fleet-file', { message, fix }, file);
  }
  const fleet = text === undefined ? undefined : loadFleet(text, options);
  const { problems, warnings } = reader;
  const where = one ? undefined : secrets.quote(file, 100);
  if (fleet?.ok === false) problems.push(...fleet.problems.map((problem) => inputProblem(problem, where)));
  if (forJobs && credential?.kind === 'password' && fleet?.ok === true) {
    problems.push(...fleet.keys.flatMap((key) => droppedByRunner(key, credential.email, where)));
  }
  if (credential === undefined || githubToken === undefined || !fleet?.ok || problems.length > 0) {
    return { ok: false, problems, warnings, credential };
  }
  const { keys } = fleet;
  const aboutKeys = keys.flatMap((key) =>
    aboutName(key, host).map((note) => (where === undefined ? note : `${where}:${key.line}: ${note}`)),
  );
  return {
    ok: true,
    value: { ...services, credential, githubToken, keys },
    warnings: [...warnings, ...aboutKeys],
  };
}

/** A fleet of the one key in the input; undefined, and a problem, where that is no object. */
function entryText(reader: InputReader): string | undefined {
  const given = reader.text('key');
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) {
    // An input that holds a credential is told already, and counts as empty.
    if (given !== '') reader.problem('key', { message: 'is not a JSON object', fix: 'give one, like `{}`' });
    return undefined;
  }
  const said = new Map(Object.entries(parsed));
  const entry = FIELDS.flatMap((name) => {
    const value: unknown = said.get(name);
    return value === undefined || value === null || value === '' ? [] : [[name, value] as const];
  });
  // JSON is YAML. An empty line of its own for each field would tell nobody anything.
  return JSON.stringify({ keys: [Object.fromEntries(entry)] });
}

/**
 * The runner drops every output of a job that holds a secret of the job, with a line in the log and nothing else. The
 * others are admitted, so loading refuses them already; the e-mail address is no credential of its own.
 */
function droppedByRunner(key: FleetKey, email: string, file: string | undefined): readonly InputProblem[] {
  const entry = JSON.stringify(matrixEntryOf(key));
  if (!formsOf(email).some((form) => entry.includes(form))) return [];
  const message =
    "the key's name or one of its targets holds the e-mail address of the account, which is a secret of this job: GitHub's runner drops an output that holds one, and no job would be started";
  return [inputProblem({ line: key.line, message, fix: 'take the address out of it' }, file)];
}

function inputProblem(
  { line, message, fix }: { readonly line: number; readonly message: string; readonly fix: string },
  file: string | undefined,
): InputProblem {
  const where = file === undefined ? 'the key' : `${file}:${line}`;
  const problem = { input: undefined, message: `${where}: ${message}`, allowed: '', fix };
  // A path from elsewhere is none that the page of the run could lead to.
  if (file === undefined || /^(?:[/\\]|[A-Za-z]:|\.\.)/u.test(file)) return problem;
  return { ...problem, at: { file: file.replace(/^\.\//u, ''), line } };
}
