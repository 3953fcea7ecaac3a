import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type EmulatedUser, type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { wholeWorkflow } from '../../scripts/workflow-yaml/examples.ts';
import { codeBlocks, DOCUMENTS, read } from '../project/files.ts';
import { type JobRun, start } from './model.ts';
import type { Texts, Values } from './steps.ts';

type Permissions = NonNullable<NonNullable<Parameters<Emulator['github']['issueToken']>[0]>['permissions']>;
type Place = Parameters<Emulator['github']['openSecret']>[0];

export const HERE = 'acme/web';
export const SECRET = 'MUTX_API_KEY';
const USE_KEY = fileURLToPath(new URL('use-key.mjs', import.meta.url));
const DAY = 24 * 60 * 60 * 1_000;

/** The workflows that a document shows, in order; those that show steps alone are made whole. */
function workflowsOf(document: string): readonly string[] {
  return codeBlocks(document).flatMap((block) => {
    const whole = block.language === 'yaml' ? wholeWorkflow(block) : undefined;
    return whole === undefined ? [] : [whole];
  });
}

/** The documents that show workflows. */
export const WITH_WORKFLOWS = DOCUMENTS.filter((document) => workflowsOf(document).length > 0);

interface Queued {
  readonly event?: Values;
  readonly inputs?: Values;
  readonly secrets?: Texts;
  /** How every job ends; by default well. */
  readonly result?: JobRun['result'];
}

/** A repository that has copied a document's workflows, both services, and what they hold afterwards. */
export class Example implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  /** Environments that jobs waited for. */
  readonly environments: string[] = [];
  readonly #workflows: readonly string[];
  /** Minutes, of each environment of which the document says so. */
  readonly #timers: ReadonlyMap<string, number>;
  readonly #ran = new Set<number>();
  /** How long a job waits for each of them. */
  waits = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), 'example-'));
  readonly #runs: JobRun[] = [];

  constructor(document: string, emulator: Emulator) {
    this.emulator = emulator;
    this.user = emulator.mutx.addUser({ plan: 'PRO' });
    emulator.github.addOrganisation('acme');
    emulator.github.addRepository(HERE, { environments: ['staging', 'production', 'mutx-rotation'] });
    emulator.github.addRepository('acme/shop');
    this.#workflows = workflowsOf(document);
    this.#timers = new Map(
      [...read(document).matchAll(/environment `([\w-]+)` with a wait timer of (\d+) minutes/gu)].map(
        ([, name = '', minutes]) => [name, Number(minutes)],
      ),
    );
    mkdirSync(join(this.#folder, 'programs'));
    for (const program of ['programs/curl', 'programs/npm', 'integration-tests']) {
      const path = join(this.#folder, program);
      writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${USE_KEY}' '${emulator.mutx.url}' "$@"\n`);
      chmodSync(path, 0o755);
    }
  }

  /**
   * A run of one of the document's workflows, all of whose jobs have to end as expected.
   * @param permissions what the writer's token may do, and no more
   */
  async run(index: number, permissions: Permissions = { secrets: 'write' }, queued: Queued = {}) {
    const { mutx, github } = this.emulator;
    this.#ran.add(index);
    const { secrets, result: expected = 'success', ...rest } = queued;
    const jobs = await start(
      this.#workflows[index] ?? '',
      {
        vars: { APP_CLIENT_ID: 'Iv1.0123456789abcdef' },
        secrets: {
          MUTX_EMAIL: this.user.email,
          MUTX_PASSWORD: this.user.password,
          SECRETS_WRITER_TOKEN: github.issueToken({ permissions: { metadata: 'read', ...permissions } }),
          SECRETS_READER_TOKEN: github.issueToken({ permissions: { metadata: 'read', secrets: 'read' } }),
          APP_PRIVATE_KEY: 'the private key of the app',
          ...secrets,
        },
        ...rest,
      },
      {
        repository: HERE,
        workspace: this.#folder,
        programs: join(this.#folder, 'programs'),
        githubApiUrl: github.url,
        granted: { contents: 'read', issues: 'write' },
        defaults: { 'api-url': mutx.url },
        files: this.#files(),
        issueToken: (granted) => github.issueToken({ kind: 'github-token', permissions: granted }),
        appToken: (inputs) => github.issueToken({ kind: 'app', permissions: permissionsOf(inputs) }),
        onEnvironment: (name) => {
          this.environments.push(name);
          this.#advance(this.waits + (this.#timers.get(name) ?? 0) * 60_000);
        },
      },
    );
    this.#runs.push(...jobs);
    for (const { name, result, log, steps } of jobs) {
      if (result === 'skipped') continue;
      expect(result, `${name}\n${log}`).toBe(expected);
      // What a page shows runs without a warning, which it would have to explain.
      if (expected === 'success') expect(steps.flatMap(({ annotations }) => annotations)).toEqual([]);
    }
    return new Map(jobs.map((job) => [job.name, job]));
  }

  /** The workflows that say in their first line where they are, by how a caller names them. */
  #files(): ReadonlyMap<string, string> {
    return new Map(
      this.#workflows.flatMap((text) => {
        const path = /^# (\.github\/workflows\/\S+)\n/u.exec(text)?.[1];
        return path === undefined ? [] : [[`./${path}`, text] as const];
      }),
    );
  }

  /** The key that a secret holds, which has to work. */
  working(place: Place = HERE, name = SECRET): string {
    const value = this.emulator.github.openSecret(place, name) ?? '';
    expect(this.emulator.mutx.accepts(value), `the key in ${JSON.stringify(place)}`).toBe(true);
    return value;
  }

  dead(key: string): boolean {
    return !this.emulator.mutx.accepts(key);
  }

  aWeekPasses(): void {
    this.#advance(7 * DAY);
  }

  /** A file of the repository. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  #advance(ms: number): void {
    for (const { clock } of [this.emulator.mutx, this.emulator.github]) clock.advance(ms);
  }

  /** Which of the document's workflows nobody has started. */
  get notRun(): readonly number[] {
    return this.#workflows.map((_, index) => index).filter((index) => !this.#ran.has(index));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator.close();
    for (const { steps } of this.#runs) for (const step of steps) await step[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
    expect(this.emulator.ledger.unexpected()).toEqual([]);
  }
}

/** @param behind how far the services' clocks are behind the machine's: what a job waits for is past by its clock, too */
export async function startExample(document: string, behind = 0): Promise<Example> {
  const machineClock = () => Date.now() - behind;
  return new Example(document, await startEmulator({ mutx: { machineClock }, github: { machineClock } }));
}

/** `permission-secrets: write`, as create-github-app-token takes it. */
function permissionsOf(inputs: Texts): Permissions {
  const asked = Object.entries(inputs).flatMap(([name, level]) => {
    const permission = /^permission-(.+)$/u.exec(name)?.[1];
    return permission === undefined ? [] : [[permission.replaceAll('-', '_'), level]];
  });
  return { metadata: 'read', ...Object.fromEntries(asked) } as Permissions;
}
