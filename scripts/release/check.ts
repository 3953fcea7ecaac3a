/**
 * Whether this commit may be released, and how; the first job of release.yml.
 *
 *   node scripts/release/check.ts --version 1.2.3 --ref refs/heads/main --commit <sha> --repository <owner/repo> \
 *     --tags <file, a ref a line> --ci-runs <file, GitHub's JSON>
 *
 * Prints outputs for the workflow (`tag=v1.2.3` and so on), or what is in the way, all at once, and exits with 1.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Lockfile, type Manifest, readinessOf, type WorkflowRun } from './readiness.ts';

const OPTION = { type: 'string', default: '' } as const;
const { values } = parseArgs({
  options: {
    version: OPTION,
    ref: OPTION,
    commit: OPTION,
    repository: OPTION,
    tags: OPTION,
    'ci-runs': OPTION,
  },
});
const own = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const { workflow_runs: ciRuns } = JSON.parse(readFileSync(values['ci-runs'], 'utf8')) as {
  readonly workflow_runs: readonly WorkflowRun[];
};
const ready = readinessOf({
  wanted: values.version,
  repository: values.repository,
  ref: values.ref,
  commit: values.commit,
  manifest: JSON.parse(own('package.json')) as Manifest,
  lockfile: JSON.parse(own('package-lock.json')) as Lockfile,
  changelog: own('CHANGELOG.md'),
  tags: readFileSync(values.tags, 'utf8')
    .split('\n')
    .map((ref) => ref.replace('refs/tags/', '')),
  ciRuns,
});

if ('tag' in ready) {
  console.log(`version=${ready.version}`);
  console.log(`tag=${ready.tag}`);
  console.log(`major-tag=${ready.majorTag}`);
  console.log(`prerelease=${ready.prerelease}`);
  console.log(`latest=${ready.latest}`);
  console.log(`npm-tag=${ready.npmTag}`);
} else {
  for (const problem of ready) console.error(`::error::${problem}`);
  process.exitCode = 1;
}
