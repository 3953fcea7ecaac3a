import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ROOT, read, readJson } from './files.ts';

// Holds invariant 15 of docs/threat-model.md.

describe('.ci/run', () => {
  test('runs the commands that the README shows', () => {
    const { stdout } = gate(ROOT, '--list');
    expect(stdout).toContain('tests: npm ci && npm test\n');
    expect(stdout).toContain('demo: npm ci && npm run demo\n');
  });

  test('takes them from the README', () => {
    const copy = copyOfGate(read('README.md').replace('npm ci && npm test', 'echo something else'));
    expect(gate(copy, '--list').stdout).toContain('tests: echo something else\n');
  });

  test('fails, and says so last, when the README shows no command', () => {
    const { status, stdout } = gate(copyOfGate('# Nothing\n'), 'tests');
    expect(status).toBe(1);
    expect(stdout).toMatch(/failed gates: tests\n0 passed, 1 failed\n$/u);
  });

  test('goes on after a gate that failed, and names it', () => {
    const copy = copyOfGate(
      '<!-- command: demo -->\n```sh\nexit 3\n```\n<!-- command: test -->\n```sh\ntrue\n```\n',
    );
    const { status, stdout } = gate(copy, 'demo', 'tests');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /demo: exit 3\n {2}FAILED[\s\S]*tests: true\n {2}passed[\s\S]*failed gates: demo\n/u,
    );
  });

  test('counts the tests in its last line', () => {
    const report = '{"success":true,"numPassedTests":7,"numFailedTests":0}';
    const copy = copyOfGate(`<!-- command: test -->\n\`\`\`sh\necho '${report}' > "$TEST_REPORT"\n\`\`\`\n`);
    const { status, stdout } = gate(copy, 'tests');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nall gates passed\n7 passed, 0 failed\n$/u);
  });

  test('refuses a gate that it does not know', () => {
    expect(gate(copyOfGate(''), 'nonsense').status).toBe(1);
  });

  test('holds dist/ against its source, in CI and again before a release', () => {
    expect(gate(ROOT, '--list').stdout).toMatch(/^dist: npm run dist:check$/mu);
    expect(read('.github/workflows/ci.yml')).toMatch(/^ +- run: \.ci\/run$/mu);
    expect(read('.github/workflows/release.yml').match(/npm run dist:check$/gmu)).toHaveLength(2);
  });

  test('runs only scripts that exist', () => {
    const { scripts } = readJson('package.json') as { scripts: Record<string, string> };
    const named = [...gate(ROOT, '--list').stdout.matchAll(/npm run ([\w:]+)/gu)].map(
      ([, name]) => name ?? '',
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

/** The gate alone in a folder, with this README. */
function copyOfGate(readme: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, '.ci'), join(folder, '.ci'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), readme);
  return folder;
}

function gate(folder: string, ...args: string[]) {
  const { status, stdout } = spawnSync('bash', [join(folder, '.ci/run'), ...args], { encoding: 'utf8' });
  return { status, stdout };
}
