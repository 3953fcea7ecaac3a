import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { runStep } from '../../scripts/runner.ts';
import { ROOT, read } from './files.ts';

/** The job of ci.yml that has `uses: ./`, run here step by step, so that it does not fail on GitHub first. */
interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

const REPOSITORY = 'mutx/api-key-action';
const GITHUB = { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: 'https://api.github.com' };

test('the job with `uses: ./` works', async () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: { action: { steps: Step[] } } };
  const temp = mkdtempSync(join(tmpdir(), 'ci-action-job-'));
  const started: ChildProcess[] = [];
  onTestFinished(() => {
    for (const { pid } of started) endGroup(pid);
    rmSync(temp, { recursive: true, force: true });
  });
  const file = join(temp, 'github-env');
  writeFileSync(file, '');
  const outputs = new Map<string, Readonly<Record<string, string>>>();

  for (const step of jobs.action.steps) {
    const env = Object.fromEntries(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const evaluated = (values: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, evaluate(value, { env, temp, outputs })]),
      );
    if (step.uses?.startsWith('./') === true) {
      const action = join(ROOT, 'action.yml');
      await using run = await runStep({
        action,
        inputs: evaluated(step.with),
        env: { ...GITHUB, ...evaluated(step.env) },
      });
      expect(run.exitCode, run.log.join('\n')).toBe(0);
      outputs.set(step.id ?? '', run.outputs);
    } else if (step.run !== undefined && step.run !== 'npm ci') {
      const variables = { ...process.env, ...env, ...evaluated(step.env), ...GITHUB, GITHUB_ENV: file };
      const bash = spawn('bash', ['-e', '-c', step.run], {
        cwd: ROOT,
        env: { ...variables, RUNNER_TEMP: temp },
        // A group of its own, so that what it leaves running can be ended.
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      started.push(bash);
      const code = await new Promise((resolve) => bash.once('exit', resolve));
      expect(code, step.run).toBe(0);
    }
  }
  expect([...outputs.keys()]).toEqual(['first', 'second']);
});

interface Contexts {
  readonly env: Readonly<Record<string, string>>;
  readonly temp: string;
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** The few expressions that the job has. */
function evaluate(value: string, { env, temp, outputs }: Contexts): string {
  return value.replace(/\$\{\{ (.+?) \}\}/gu, (_, expression: string) => {
    if (expression === 'runner.temp') return temp;
    const [, variable] = /^env\.(\w+)$/u.exec(expression) ?? [];
    if (variable !== undefined) return env[variable] ?? '';
    const [, step] = /^toJSON\(steps\.(\w+)\.outputs\)$/u.exec(expression) ?? [];
    if (step !== undefined) return JSON.stringify(outputs.get(step));
    throw new Error(`not modelled: ${expression}`);
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
