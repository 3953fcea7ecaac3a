import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type EmulatedUser, type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { call, type JobRun } from './model.ts';

export const HERE = 'acme/keys';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface CallOptions {
  readonly granted?: Readonly<Record<string, string>>;
  /** How long the environment's timer makes a job wait. */
  readonly waits?: number;
  readonly secrets?: Readonly<Record<string, string>>;
  /** As of a runner; default: yes. */
  readonly namesWorkflow?: boolean;
}

/** Both services, a repository that calls our workflows, and what they hold afterwards. */
export class Stage implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  readonly token: string;
  readonly environments: string[] = [];
  readonly #workspace = mkdtempSync(join(tmpdir(), 'workflow-'));
  readonly #runs: JobRun[] = [];

  constructor(emulator: Emulator) {
    this.emulator = emulator;
    this.user = emulator.mutx.addUser({ plan: 'PRO' });
    emulator.github.addRepository(HERE);
    this.token = emulator.github.issueToken({ permissions: { secrets: 'write' } });
  }

  fleet(text: string): void {
    writeFileSync(join(this.#workspace, 'mutx-keys.yml'), text);
  }

  /** A run of a workflow that calls this one of ours. */
  async run(
    workflow: 'rotate' | 'audit',
    inputs: Readonly<Record<string, unknown>> = {},
    {
      granted = { contents: 'read', issues: 'write' },
      waits = 0,
      secrets,
      namesWorkflow = true,
    }: CallOptions = {},
  ): Promise<ReadonlyMap<string, JobRun>> {
    const { mutx, github } = this.emulator;
    const token = workflow === 'rotate' ? { 'writer-token': this.token } : { 'reader-token': this.token };
    const jobs = await call(
      `.github/workflows/${workflow}.yml`,
      { 'api-url': mutx.url, ...inputs },
      secrets ?? { email: this.user.email, password: this.user.password, ...token },
      {
        repository: HERE,
        workspace: this.#workspace,
        githubApiUrl: github.url,
        granted,
        namesWorkflow,
        issueToken: (permissions) => github.issueToken({ kind: 'github-token', permissions }),
        onEnvironment: (name) => {
          this.environments.push(name);
          this.advance(waits);
        },
      },
    );
    this.#runs.push(...jobs);
    return new Map(jobs.map((job) => [job.name, job]));
  }

  advance(ms: number): void {
    this.emulator.mutx.clock.advance(ms);
    this.emulator.github.clock.advance(ms);
  }

  /** The key that a secret holds, if it works. */
  working(repository: string, name = 'MUTX_API_KEY'): string | undefined {
    const { mutx, github } = this.emulator;
    const value = github.openSecret(repository, name) ?? '';
    return mutx.accepts(value) ? value : undefined;
  }

  active(name: string): number {
    return this.emulator.mutx.activeKeys(this.user, name).length;
  }

  get issues() {
    return this.emulator.github.repository(HERE).issues.all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.close();
    rmSync(this.#workspace, { recursive: true, force: true });
    const credentials = [
      this.token,
      this.user.password,
      ...this.emulator.mutx.keys.map((key) => key.plaintext),
    ];
    for (const { steps, log } of this.#runs) {
      for (const step of steps) {
        const said = step.rawStdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
        const left = [...said, step.rawStderr, step.summary, JSON.stringify(step.outputs), log].join('\n');
        expect(credentials.filter((credential) => left.includes(credential))).toEqual([]);
        await step[Symbol.asyncDispose]();
      }
    }
    expect(this.emulator.ledger.unexpected()).toEqual([]);
  }
}

/** @param behind how far the services' clocks are behind the machine's, so that a wait for them is over at once */
export async function startStage(behind = 0): Promise<Stage> {
  const machineClock = () => Date.now() - behind;
  return new Stage(await startEmulator({ mutx: { machineClock }, github: { machineClock } }));
}

/** What each job came to. */
export function resultsOf(jobs: ReadonlyMap<string, JobRun>): Readonly<Record<string, string>> {
  return Object.fromEntries([...jobs].map(([name, { result }]) => [name, result]));
}
