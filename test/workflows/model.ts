import { parse } from 'yaml';
import type { StepResult } from '../../scripts/runner.ts';
import { read } from '../project/files.ts';
import { type Contexts, holds, type Status, textOf, valueIn } from './expressions.ts';
import { type Host, mapValues, type Step, Steps, type Texts, type Values } from './steps.ts';

interface Job {
  readonly name?: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Values;
  readonly secrets?: Values;
  readonly permissions?: Texts;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string };
  readonly strategy?: { readonly matrix?: unknown };
  readonly outputs?: Values;
  readonly env?: Values;
  readonly steps?: readonly Step[];
}
type Declared = Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>;

interface Workflow {
  readonly name?: string;
  readonly on: {
    readonly workflow_call: {
      readonly inputs?: Declared;
      readonly secrets?: Readonly<Record<string, { readonly required?: boolean }>>;
      readonly outputs?: Readonly<Record<string, { readonly value: string }>>;
    };
    readonly workflow_dispatch?: { readonly inputs?: Declared } | null;
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface JobRun {
  /** `rotate / web`: as the run's page shows it, with the ids of callers. */
  readonly name: string;
  readonly group: string | undefined;
  readonly result: 'success' | 'failure' | 'skipped';
  readonly log: string;
  readonly steps: readonly StepResult[];
}

/** Runs one of our reusable workflows, job by job, with the real actions. @returns every job there was, in order */
export async function call(
  file: string,
  given: Values,
  secrets: Texts,
  host: Host,
): Promise<readonly JobRun[]> {
  const jobs: JobRun[] = [];
  await new Model(host, jobs).called(read(file), given, secrets, '');
  return jobs;
}

/** What starts a workflow, and what it may read. */
export interface Start {
  readonly event?: Values;
  readonly inputs?: Values;
  /** As they are when the run is queued. */
  readonly secrets: Texts;
  readonly vars: Texts;
}

/** Runs a workflow that somebody wrote who uses our actions. @returns every job there was, in order */
export async function start(text: string, given: Start, host: Host): Promise<readonly JobRun[]> {
  const jobs: JobRun[] = [];
  const { inputs: typed = {}, ...contexts } = given;
  const workflow = parse(text) as Workflow;
  const declared = workflow.on.workflow_dispatch?.inputs ?? {};
  refuseUnknown(workflow.name, typed, declared);
  const inputs = withDefaults(declared, typed);
  await new Model(host, jobs).jobs(workflow, { ...contexts, inputs }, '');
  return jobs;
}

function withDefaults(declared: Declared, given: Values): Values {
  return Object.fromEntries(
    Object.entries(declared).map(([name, { default: value }]) => [name, given[name] ?? value ?? '']),
  );
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

  async called(text: string, given: Values, secrets: Texts, above: string): Promise<Done> {
    const workflow = parse(text) as Workflow;
    const { inputs: declared = {}, secrets: known = {}, outputs = {} } = workflow.on.workflow_call;
    refuseUnknown(workflow.name, given, declared);
    refuseUnknown(workflow.name, secrets, known);
    const ownDefaults = Object.entries(this.#host.defaults ?? {}).filter(([name]) => name in declared);
    const inputs = withDefaults(declared, { ...Object.fromEntries(ownDefaults), ...given });
    const done = await this.jobs(workflow, { inputs, secrets }, above);
    const contexts = { inputs, jobs: Object.fromEntries(done) };
    const values = mapValues(outputs, ({ value }) =>
      textOf(valueIn(value, contexts, { failed: false, succeeded: true })),
    );
    return { result: worst([...done.values()].map(({ result }) => result)), outputs: values };
  }

  /** Every job of a workflow. */
  async jobs(
    { jobs }: Workflow,
    { event = {}, ...given }: Values,
    above: string,
  ): Promise<ReadonlyMap<string, Done>> {
    const done = new Map<string, Done>();
    for (const [id, job] of Object.entries(jobs)) {
      const needs = Object.fromEntries(needsOf(job).map((name) => [name, done.get(name)]));
      const github = { ...this.#github(job), event };
      const contexts = { ...given, github, needs, strategy: {}, jobs: {} };
      const status = statusOf(ancestors(id, jobs).map((name) => done.get(name)?.result));
      done.set(
        id,
        holds(job.if, contexts, status)
          ? await this.#each(job, contexts, status, above + id)
          : { result: this.#skip(above + id), outputs: {} },
      );
    }
    return done;
  }

  /** All jobs that its matrix makes of it, or the one. */
  async #each(job: Job, contexts: Contexts, status: Status, name: string): Promise<Done> {
    const runs: Done[] = [];
    for (const matrix of combinations(valueIn(job.strategy?.matrix, contexts, status), contexts, status)) {
      runs.push(await this.#job(job, { ...contexts, matrix }, status, name));
    }
    // The last value that is not empty: https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows
    const outputs = runs.flatMap((run) => Object.entries(run.outputs).filter(([, value]) => value !== ''));
    return { result: worst(runs.map(({ result }) => result)), outputs: Object.fromEntries(outputs) };
  }

  async #job(job: Job, contexts: Contexts, status: Status, id: string): Promise<Done> {
    const texts = (values: Values = {}) => mapValues(values, (one) => valueIn(one, contexts, status));
    if (job.uses !== undefined) {
      // Those of a document name ours by their release.
      const path = job.uses.replace(/^(?:\.\/|mutx\/api-key-action\/)/u, '').replace(/@v1$/u, '');
      const text = this.#host.files?.get(job.uses) ?? read(path);
      const secrets = mapValues(texts(job.secrets), textOf);
      return this.called(text, texts(job.with), secrets, `${id} / `);
    }
    const environment = textOf(valueIn(job.environment, contexts, status));
    if (environment !== '') this.#host.onEnvironment(environment);
    const group = job.concurrency && textOf(valueIn(job.concurrency.group, contexts, status));
    const shown =
      job.name?.includes('${{') === true ? `${id} / ${textOf(valueIn(job.name, contexts, status))}` : id;
    const steps = new Steps(this.#host, contexts, mapValues(texts(job.env), textOf));
    let failed = false;
    for (const step of job.steps ?? []) {
      const before: Status = { failed, succeeded: !failed };
      if (!holds(step.if, steps.contexts, before)) continue;
      failed = !(await steps.run(step, before)) || failed;
    }
    failed = !(await steps.runPost()) || failed;
    const result = failed ? 'failure' : 'success';
    this.#jobs.push({ name: shown, group, result, log: steps.log, steps: steps.results });
    const outputs = mapValues(job.outputs ?? {}, (one) =>
      textOf(valueIn(one, steps.contexts, { failed, succeeded: !failed })),
    );
    return { result, outputs: withoutSecrets(outputs, contexts['secrets'], steps.masks) };
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

/** As the runner does it (JobExtension.cs): what holds a secret of the job, or is masked, is left out. */
function withoutSecrets(outputs: Texts, secrets: unknown, masks: readonly string[]): Texts {
  const values = Object.values((secrets ?? {}) as Values).map(textOf);
  const hidden = [...values, ...masks].filter((text) => text !== '');
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => !hidden.some((text) => value.includes(text))),
  );
}

function refuseUnknown(name: string | undefined, given: Values, declared: Values): void {
  for (const [key, value] of Object.entries(given)) {
    if (declared[key] === undefined) throw new Error(`${name} does not declare ${key}: ${textOf(value)}`);
  }
}

function needsOf({ needs = [] }: Job): readonly string[] {
  return typeof needs === 'string' ? [needs] : needs;
}

function ancestors(id: string, jobs: Readonly<Record<string, Job>>): readonly string[] {
  const direct = needsOf(jobs[id] ?? {});
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
