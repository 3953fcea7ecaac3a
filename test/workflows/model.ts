import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runStep, type StepResult } from '../../scripts/runner.ts';
import { ROOT, read } from '../project/files.ts';
import { type Contexts, holds, type Status, textOf, valueIn } from './expressions.ts';

type Values = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Values;
  readonly env?: Values;
}
interface Job {
  readonly name?: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Values;
  readonly secrets?: Values;
  readonly permissions?: Texts;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string };
  readonly strategy?: { readonly matrix?: unknown };
  readonly outputs?: Values;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on: {
    readonly workflow_call: {
      readonly inputs?: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>;
      readonly secrets?: Readonly<Record<string, { readonly required?: boolean }>>;
    };
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What the model needs to know of the world that the workflow runs in. */
export interface Host {
  /** The repository whose workflow calls ours, and what a checkout of it gives. */
  readonly repository: string;
  readonly workspace: string;
  readonly githubApiUrl: string;
  /** The permissions that the calling job grants. */
  readonly granted: Texts;
  /** A job's own token. */
  readonly issueToken: (permissions: Texts) => string;
  /** A job waits for an environment. */
  readonly onEnvironment: (name: string) => void;
}

export interface JobRun {
  /** `rotate / web`: as the run's page shows it, with the ids of callers. */
  readonly name: string;
  readonly group: string | undefined;
  readonly result: 'success' | 'failure' | 'skipped';
  readonly log: string;
  readonly steps: readonly StepResult[];
}

/** Where our workflows come from: what `job.workflow_…` says inside of them. */
const OWN = { repository: 'mutx/api-key-action', sha: '0123456789012345678901234567890123456789' };

/** Runs one of our reusable workflows, job by job, with the real actions. @returns every job there was, in order */
export async function call(
  file: string,
  given: Values,
  secrets: Texts,
  host: Host,
): Promise<readonly JobRun[]> {
  const jobs: JobRun[] = [];
  await new Model(host, jobs).workflow(file, given, secrets, '');
  return jobs;
}

interface Done {
  readonly result: JobRun['result'];
  readonly outputs: Texts;
}

class Model {
  readonly #host: Host;
  readonly #jobs: JobRun[];

  constructor(host: Host, jobs: JobRun[]) {
    this.#host = host;
    this.#jobs = jobs;
  }

  async workflow(file: string, given: Values, secrets: Texts, above: string): Promise<JobRun['result']> {
    const { on, jobs } = parse(read(file)) as Workflow;
    const { inputs: declared = {}, secrets: known = {} } = on.workflow_call;
    refuseUnknown(file, given, declared);
    refuseUnknown(file, secrets, known);
    const inputs = Object.fromEntries(
      Object.entries(declared).map(([name, { default: value }]) => [name, given[name] ?? value ?? '']),
    );
    const done = new Map<string, Done>();
    for (const [id, job] of Object.entries(jobs)) {
      const needs = Object.fromEntries((job.needs ?? []).map((name) => [name, done.get(name)]));
      const contexts = { github: this.#github(job), inputs, secrets, needs, strategy: {}, jobs: {} };
      const status = statusOf(ancestors(id, jobs).map((name) => done.get(name)?.result));
      done.set(
        id,
        holds(job.if, contexts, status)
          ? await this.#each(job, contexts, status, above + id)
          : { result: this.#skip(above + id), outputs: {} },
      );
    }
    return worst([...done.values()].map(({ result }) => result));
  }

  /** All jobs that its matrix makes of it, or the one. */
  async #each(job: Job, contexts: Contexts, status: Status, name: string): Promise<Done> {
    const runs: Done[] = [];
    for (const matrix of combinations(valueIn(job.strategy?.matrix, contexts, status), contexts, status)) {
      runs.push(await this.#job(job, { ...contexts, matrix }, status, name));
    }
    return { result: worst(runs.map(({ result }) => result)), outputs: runs.at(-1)?.outputs ?? {} };
  }

  async #job(job: Job, contexts: Contexts, status: Status, id: string): Promise<Done> {
    const texts = (values: Values = {}) => mapValues(values, (one) => valueIn(one, contexts, status));
    if (job.uses !== undefined) {
      const file = job.uses.replace('./', '');
      const secrets = mapValues(texts(job.secrets), textOf);
      return { result: await this.workflow(file, texts(job.with), secrets, `${id} / `), outputs: {} };
    }
    const environment = textOf(valueIn(job.environment, contexts, status));
    if (environment !== '') this.#host.onEnvironment(environment);
    const group = job.concurrency && textOf(valueIn(job.concurrency.group, contexts, status));
    const shown =
      job.name?.includes('${{') === true ? `${id} / ${textOf(valueIn(job.name, contexts, status))}` : id;
    const steps = new Steps(this.#host, contexts);
    let failed = false;
    for (const step of job.steps ?? []) {
      const before: Status = { failed, succeeded: !failed };
      if (!holds(step.if, steps.contexts, before)) continue;
      failed = !(await steps.run(step, before)) || failed;
    }
    const result = failed ? 'failure' : 'success';
    this.#jobs.push({ name: shown, group, result, log: steps.log, steps: steps.results });
    const outputs = mapValues(job.outputs ?? {}, (one) =>
      textOf(valueIn(one, steps.contexts, { failed, succeeded: !failed })),
    );
    return { result, outputs };
  }

  #skip(name: string): 'skipped' {
    this.#jobs.push({ name, group: undefined, result: 'skipped', log: '', steps: [] });
    return 'skipped';
  }

  /** A job can have no more permissions than its caller grants. */
  #github({ permissions = {} }: Job): Values {
    const { granted, repository } = this.#host;
    for (const [name, level] of Object.entries(permissions)) {
      if (granted[name] !== level) throw new Error(`the caller does not grant ${name}: ${level}`);
    }
    return { token: this.#host.issueToken(permissions), repository, workflow: 'Rotate keys' };
  }
}

class Steps {
  readonly results: StepResult[] = [];
  log = '';
  readonly #host: Host;
  readonly #contexts: Contexts;
  readonly #outputs: Record<string, { readonly outputs: Texts }> = {};
  /** What is checked out, by its path. */
  readonly #checkedOut = new Map<string, readonly string[]>();

  constructor(host: Host, contexts: Contexts) {
    this.#host = host;
    this.#contexts = contexts;
  }

  get contexts(): Contexts {
    const job = { workflow_repository: OWN.repository, workflow_sha: OWN.sha };
    return { ...this.#contexts, steps: this.#outputs, job };
  }

  /** @returns whether it went well */
  async run(step: Step, status: Status): Promise<boolean> {
    const values = (of: Values = {}) => mapValues(of, (one) => textOf(valueIn(one, this.contexts, status)));
    if (step.run !== undefined) return this.#bash(step.run, values(step.env));
    const { uses = '' } = step;
    if (uses.startsWith('actions/checkout@')) {
      this.#checkOut(values(step.with));
      return true;
    }
    const run = await runStep({
      action: this.#action(uses),
      inputs: values(step.with),
      env: {
        GITHUB_REPOSITORY: this.#host.repository,
        GITHUB_API_URL: this.#host.githubApiUrl,
        GITHUB_WORKSPACE: this.#host.workspace,
        GITHUB_WORKFLOW_REF: `${this.#host.repository}/.github/workflows/keys.yml@refs/heads/main`,
      },
    });
    this.results.push(run);
    this.log += `${run.log.join('\n')}\n`;
    if (step.id !== undefined) this.#outputs[step.id] = { outputs: run.outputs };
    return run.exitCode === 0;
  }

  #checkOut(given: Texts): void {
    const { repository, ref, path = '', 'sparse-checkout': sparse } = given;
    if (path === '') {
      if (repository !== undefined) throw new Error('a checkout over that of the caller');
    } else if (repository !== OWN.repository || ref !== OWN.sha) {
      throw new Error(`${path} is not what the workflow itself is from`);
    }
    this.#checkedOut.set(
      path,
      (sparse ?? '').split('\n').filter((line) => line !== ''),
    );
  }

  /** The metadata of an action of ours, where the folders that it takes are checked out. */
  #action(uses: string): string {
    const [, path = '', folder = ''] = /^\.\/(\.mutx-api-key-action)\/?(.*)$/u.exec(uses) ?? [];
    const sparse = this.#checkedOut.get(path);
    if (sparse === undefined) throw new Error(`${uses} is not checked out`);
    for (const needed of ['dist', ...(folder === '' ? [] : [folder])]) {
      if (sparse.some((one) => `${needed}/`.startsWith(`${one}/`))) continue;
      throw new Error(`${uses} needs ${needed}, which is not checked out`);
    }
    return join(ROOT, folder, 'action.yml');
  }

  #bash(script: string, env: Texts): boolean {
    const { PATH } = process.env;
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      {
        env: { PATH, ...env },
        encoding: 'utf8',
      },
    );
    this.log += stdout + stderr;
    return status === 0;
  }
}

function refuseUnknown(file: string, given: Values, declared: Values): void {
  for (const [name, value] of Object.entries(given)) {
    if (declared[name] === undefined) throw new Error(`${file} does not declare ${name}: ${textOf(value)}`);
  }
}

function ancestors(id: string, jobs: Readonly<Record<string, Job>>): readonly string[] {
  const direct = jobs[id]?.needs ?? [];
  return [...new Set([...direct, ...direct.flatMap((name) => ancestors(name, jobs))])];
}

function statusOf(results: readonly (JobRun['result'] | undefined)[]): Status {
  return { failed: results.includes('failure'), succeeded: results.every((one) => one === 'success') };
}

function worst(results: readonly JobRun['result'][]): JobRun['result'] {
  if (results.includes('failure')) return 'failure';
  return results.includes('success') ? 'success' : 'skipped';
}

/** `include` alone, or lists of values alone: what our workflows have. */
function combinations(matrix: unknown, contexts: Contexts, status: Status): readonly Values[] {
  if (matrix === null || matrix === undefined) return [{}];
  const { include, ...axes } = matrix as { include?: readonly Values[] } & Values;
  if (include !== undefined) return include;
  return Object.entries(axes).reduce<readonly Values[]>(
    (all, [name, values]) => {
      const list = valueIn(values, contexts, status) as readonly unknown[];
      return all.flatMap((one) => list.map((value) => ({ ...one, [name]: value })));
    },
    [{}],
  );
}

function mapValues<T, R>(values: Readonly<Record<string, T>>, to: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
