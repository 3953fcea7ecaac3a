/**
 * Runs everything that checks workflows, on those of this repository and on the examples in its documents, each to its
 * end: `npm run workflows`. Needs actionlint, shellcheck and zizmor; ci.yml has the versions.
 */

import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// Elsewhere: an example may call a workflow of its reader's repository, which actionlint would look for in this one.
const examples = mkdtempSync(join(tmpdir(), 'workflow-examples-'));

const workflowsIn = (folder: string) => globSync('.github/workflows/*.yml', { cwd: folder }).sort();
const examplesThere = () => workflowsIn(examples).map((path) => join(examples, path));

/** Each with what it is run on, known once the examples are written. */
const CHECKS: readonly (() => readonly [command: string, ...args: string[]])[] = [
  () => [process.execPath, 'scripts/workflow-yaml/write.ts', examples],
  () => ['actionlint', ...workflowsIn(ROOT)],
  () => ['actionlint', ...examplesThere()],
  () => ['shellcheck', '.ci/run', 'test/project/release/gh', 'test/project/release/npm'],
  () => ['zizmor', '--persona', 'pedantic', '.'],
  () => ['zizmor', '--persona', 'pedantic', '--config', 'scripts/workflow-yaml/zizmor.yml', examples],
];

const failed = CHECKS.flatMap((check) => {
  const [command, ...args] = check();
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) return [];
  const why = error === undefined ? `exit code ${status}` : error.message;
  return [`${[command, ...args.slice(0, 3)].join(' ')}: ${why}`];
});
rmSync(examples, { recursive: true, force: true });
for (const line of failed) console.error(line);
process.exitCode = failed.length === 0 ? 0 : 1;
