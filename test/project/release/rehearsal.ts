import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT, read } from '../files.ts';

/** The jobs of release.yml, run here step by step against a GitHub of files, so that the first release is no trial. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly needs?: readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: { readonly name: string };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export const { jobs: JOBS } = parse(read('.github/workflows/release.yml')) as {
  readonly jobs: Readonly<Record<string, Job>>;
};

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const REPOSITORY = 'mutx/api-key-action';

/** Take minutes, and have gates of their own. */
const NOT_HERE = [
  'npm ci --ignore-scripts',
  'npm run dist:check',
  'npm ci --ignore-scripts && npm run dist:check',
];

export interface Outcome {
  readonly ok: boolean;
  readonly log: string;
}

export class Rehearsal implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  readonly #outputs = new Map<string, Readonly<Record<string, string>>>();
  readonly #version: string;

  /** A repository whose package.json and changelog are at this version, with CI green. */
  constructor(version: string, options: { readonly private: boolean }) {
    this.#version = version;
    mkdirSync(this.github('tags'), { recursive: true });
    const success = {
      path: '.github/workflows/ci.yml',
      event: 'push',
      head_branch: 'main',
      head_sha: COMMIT,
      conclusion: 'success',
    };
    writeFileSync(this.github('ci-runs'), JSON.stringify({ workflow_runs: [success] }));
    writeFileSync(this.github('immutable'), 'true\n');

    const repository = (path: string) => join(this.#folder, 'repository', path);
    mkdirSync(repository('dist'), { recursive: true });
    cpSync(join(ROOT, 'scripts/release'), repository('scripts/release'), { recursive: true });
    writeFileSync(repository('dist/index.js'), 'console.log(1);\n');
    writeFileSync(repository('dist/licenses.txt'), 'one\n');
    const url = `git+https://github.com/${REPOSITORY}.git`;
    const manifest = {
      name: '@mutx/api-key-action',
      version,
      type: 'module',
      files: ['lib'],
      scripts: { prepack: 'node prepack.cjs' },
      repository: { url },
    };
    writeFileSync(repository('.npmrc'), read('.npmrc'));
    writeFileSync(
      repository('prepack.cjs'),
      "const { mkdirSync, writeFileSync } = require('node:fs');\nmkdirSync('lib');\nwriteFileSync('lib/index.js', '');\n",
    );
    writeFileSync(repository('package.json'), JSON.stringify({ ...manifest, ...options }));
    writeFileSync(
      repository('package-lock.json'),
      JSON.stringify({ version, packages: { '': { version } } }),
    );
    writeFileSync(repository('CHANGELOG.md'), `# Changelog\n\n## [${version}] - 2026-11-30\n\n- A thing.\n`);
  }

  /** A file of the GitHub of files. */
  github(path: string): string {
    return join(this.#folder, 'github', path);
  }

  /** A file of the artifact that goes from job to job. */
  artifact(path: string): string {
    return join(this.#folder, 'artifact', path);
  }

  /** Keeps GitHub and the artifact as they are now, for `restore`. */
  save(): void {
    for (const part of ['github', 'artifact']) {
      cpSync(join(this.#folder, part), join(this.#folder, 'saved', part), { recursive: true });
    }
  }

  restore(): void {
    for (const part of ['github', 'artifact']) {
      rmSync(join(this.#folder, part), { recursive: true, force: true });
      cpSync(join(this.#folder, 'saved', part), join(this.#folder, part), { recursive: true });
    }
  }

  tag(name: string): string | undefined {
    return existsSync(this.github(`tags/${name}`))
      ? readFileSync(this.github(`tags/${name}`), 'utf8').trim()
      : undefined;
  }

  /** What was asked of GitHub, and of npm, so far. */
  get calls(): string[] {
    return existsSync(this.github('calls'))
      ? readFileSync(this.github('calls'), 'utf8').trim().split('\n')
      : [];
  }

  /** Runs jobs one after the other, until one fails. */
  run(...names: readonly string[]): Outcome {
    let log = '';
    for (const name of names) {
      const outcome = this.#job(name);
      log += outcome.log;
      if (!outcome.ok) return { ok: false, log };
    }
    return { ok: true, log };
  }

  #job(name: string): Outcome {
    const job = JOBS[name];
    if (job === undefined) throw new Error(`release.yml has no job ${name}`);
    const workspace = join(this.#folder, name);
    const temp = join(this.#folder, `${name}-temp`);
    for (const folder of [workspace, temp]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    const steps: Record<string, Readonly<Record<string, string>>> = {};
    let log = '';
    for (const step of job.steps) {
      if (step.run === undefined) {
        this.#action(step, workspace);
        continue;
      }
      if (NOT_HERE.includes(step.run)) continue;
      const output = join(temp, 'output');
      writeFileSync(output, '');
      const env = Object.fromEntries(
        Object.entries(step.env ?? {}).map(([key, value]) => [key, this.#evaluate(value, steps)]),
      );
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run],
        {
          cwd: workspace,
          encoding: 'utf8',
          env: { ...this.#variables(temp, output), ...env },
        },
      );
      log += stdout + stderr;
      if (status !== 0) return { ok: false, log };
      const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean);
      steps[step.id ?? ''] = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    }
    const outputs = Object.entries(job.outputs ?? {}).map(([key, value]) => [
      key,
      this.#evaluate(value, steps),
    ]);
    this.#outputs.set(name, Object.fromEntries(outputs) as Record<string, string>);
    return { ok: true, log };
  }

  #variables(temp: string, output: string) {
    const fakes = join(ROOT, 'test/project/release');
    return {
      PATH: [fakes, dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: temp,
      GITHUB_OF_FILES: this.github(''),
      GITHUB_OUTPUT: output,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: COMMIT,
      RUNNER_TEMP: temp,
    };
  }

  #action({ uses = '', with: inputs = {} }: Step, workspace: string): void {
    const path = () => join(workspace, String(inputs['path']));
    const [name] = uses.split('@');
    if (name === 'actions/checkout') cpSync(join(this.#folder, 'repository'), workspace, { recursive: true });
    else if (name === 'actions/upload-artifact') cpSync(path(), this.artifact(''), { recursive: true });
    else if (name === 'actions/download-artifact') cpSync(this.artifact(''), path(), { recursive: true });
    else if (name !== 'actions/setup-node' && name !== 'actions/attest')
      throw new Error(`not modelled: ${uses}`);
  }

  /** The few expressions that the workflow has. */
  #evaluate(value: string, steps: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
    return value.replace(/\$\{\{ (.+?) \}\}/gu, (_, expression: string) => {
      if (expression === 'inputs.version') return this.#version;
      if (expression === 'github.repository') return REPOSITORY;
      if (expression === 'github.token') return 'a token';
      const [, kind, from = '', name = ''] =
        /^(steps|needs)\.(\w+)\.outputs\.([\w-]+)$/u.exec(expression) ?? [];
      const found = kind === 'steps' ? steps[from]?.[name] : this.#outputs.get(from)?.[name];
      if (found === undefined) throw new Error(`not known: ${expression}`);
      return found;
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
