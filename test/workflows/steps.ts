import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runStep, type StepOptions, type StepResult } from '../../scripts/runner.ts';
import { ROOT } from '../project/files.ts';
import { type Contexts, type Status, textOf, valueIn } from './expressions.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Texts = Readonly<Record<string, string>>;

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Values;
  readonly env?: Values;
}
/** What the model needs to know of the world that a workflow runs in. */
export interface Host {
  /** The repository whose workflow it is, or calls ours, and what a checkout of it gives. */
  readonly repository: string;
  readonly workspace: string;
  readonly githubApiUrl: string;
  /** The permissions that the calling job may have. */
  readonly granted: Texts;
  /** A job's own token. */
  readonly issueToken: (permissions: Texts) => string;
  /** A job waits for an environment. */
  readonly onEnvironment: (name: string) => void;
  /** Other workflows of the repository, as `uses:` names them. */
  readonly files?: ReadonlyMap<string, string>;
  /** Inputs of our actions where a step does not give them: where the services are. */
  readonly defaults?: Texts;
  /** A folder of programs that go before those of the machine. */
  readonly programs?: string;
  /** The token of a GitHub App with the permissions that are asked for. */
  readonly appToken?: (inputs: Texts) => string;
  /** Whether the runner says where a reusable workflow is from, as old ones do not; default: yes. */
  readonly namesWorkflow?: boolean;
}

/** Where our workflows come from: what `job.workflow_…` says inside of them. */
const OWN = { repository: 'mutx/api-key-action', sha: '0123456789012345678901234567890123456789' };

/** The steps of one job, one after the other. */
export class Steps {
  readonly results: StepResult[] = [];
  log = '';
  readonly #host: Host;
  readonly #contexts: Contexts;
  readonly #outputs: Record<string, { readonly outputs: Texts }> = {};
  /** The job's variables, and those that its steps leave for the next ones. */
  #env: Texts;
  /** Of the steps that went by, the newest first. */
  #posts: readonly StepOptions[] = [];
  /** What is checked out, by its path. */
  readonly #checkedOut = new Map<string, readonly string[]>();

  constructor(host: Host, contexts: Contexts, env: Texts) {
    this.#host = host;
    this.#contexts = contexts;
    this.#env = env;
  }

  get contexts(): Contexts {
    const { namesWorkflow = true } = this.#host;
    const job = namesWorkflow ? { workflow_repository: OWN.repository, workflow_sha: OWN.sha } : {};
    return { ...this.#contexts, steps: this.#outputs, job };
  }

  /** What the steps asked the runner to hide. */
  get masks(): readonly string[] {
    return this.results.flatMap(({ masks }) => masks);
  }

  /** @returns whether it went well */
  async run(step: Step, status: Status): Promise<boolean> {
    const values = (of: Values = {}) => mapValues(of, (one) => textOf(valueIn(one, this.contexts, status)));
    if (step.run !== undefined) return this.#bash(step.run, values(step.env), step.id);
    const { uses = '' } = step;
    if (uses.startsWith('actions/checkout@')) {
      this.#checkOut(values(step.with));
      return true;
    }
    if (uses.startsWith('actions/create-github-app-token@')) {
      const outputs = { token: this.#host.appToken?.(values(step.with)) ?? '' };
      if (step.id !== undefined) this.#outputs[step.id] = { outputs };
      return outputs.token !== '';
    }
    const options: StepOptions = {
      action: this.#action(uses),
      inputs: { ...this.#host.defaults, ...values(step.with) },
      env: {
        ...this.#env,
        GITHUB_REPOSITORY: this.#host.repository,
        GITHUB_API_URL: this.#host.githubApiUrl,
        GITHUB_WORKSPACE: this.#host.workspace,
        GITHUB_WORKFLOW_REF: `${this.#host.repository}/.github/workflows/keys.yml@refs/heads/main`,
      },
    };
    const run = await this.#runOurs(options);
    if (step.id !== undefined) this.#outputs[step.id] = { outputs: run.outputs };
    this.#env = { ...this.#env, ...run.env };
    if (/^ {2}post:/mu.test(readFileSync(options.action, 'utf8'))) {
      this.#posts = [{ ...options, phase: 'post', state: run.state }, ...this.#posts];
    }
    return run.exitCode === 0;
  }

  /** What steps left to be done at the end of the job. @returns whether it went well */
  async runPost(): Promise<boolean> {
    let well = true;
    for (const options of this.#posts) well = (await this.#runOurs(options)).exitCode === 0 && well;
    return well;
  }

  async #runOurs(options: StepOptions): Promise<StepResult> {
    const run = await runStep(options);
    this.results.push(run);
    this.log += `${run.log.join('\n')}\n`;
    return run;
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
    const released = /^mutx\/api-key-action\/?([a-z]*)@v1$/u.exec(uses)?.[1];
    if (released !== undefined) return join(ROOT, released, 'action.yml');
    const [, path = '', folder = ''] = /^\.\/(\.mutx-api-key-action)\/?(.*)$/u.exec(uses) ?? [];
    const sparse = this.#checkedOut.get(path);
    if (sparse === undefined) throw new Error(`${uses} is not checked out`);
    for (const needed of ['dist', ...(folder === '' ? [] : [folder])]) {
      if (sparse.some((one) => `${needed}/`.startsWith(`${one}/`))) continue;
      throw new Error(`${uses} needs ${needed}, which is not checked out`);
    }
    return join(ROOT, folder, 'action.yml');
  }

  async #bash(script: string, env: Texts, id: string | undefined): Promise<boolean> {
    const folder = mkdtempSync(join(tmpdir(), 'output-'));
    const file = join(folder, 'output');
    writeFileSync(file, '');
    const { PATH } = process.env;
    const { programs } = this.#host;
    // Not in one go: what it calls is served by this very process.
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: this.#host.workspace,
      env: {
        PATH: programs === undefined ? PATH : `${programs}:${PATH}`,
        ...this.#env,
        ...env,
        GITHUB_OUTPUT: file,
      },
    });
    const [stdout, stderr, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    this.log += stdout + stderr;
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    rmSync(folder, { recursive: true });
    if (id !== undefined) {
      const pairs = lines.map((line) => [line.replace(/=.*$/u, ''), line.replace(/^[^=]*=/u, '')] as const);
      this.#outputs[id] = { outputs: Object.fromEntries(pairs) };
    }
    return status === 0;
  }
}

export function mapValues<T, R>(values: Readonly<Record<string, T>>, to: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]));
}
