import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { runStep } from '../../scripts/runner.ts';
import { ROOT } from '../project/files.ts';

// Holds invariant 35 of docs/threat-model.md.

const HERE = 'acme/keys';
const HURRY = new URL('../scenarios/hurry.mjs', import.meta.url).href;

async function startRepository() {
  const emulator = await startEmulator();
  emulator.github.addRepository(HERE);
  const { issues } = emulator.github.repository(HERE);
  const token = emulator.github.issueToken({ kind: 'github-token', permissions: { issues: 'write' } });
  const keep = (
    results: string,
    inputs: Readonly<Record<string, string>> = {},
    workflow = `${HERE}/.github/workflows/keys.yml@refs/heads/main`,
  ) =>
    runStep({
      action: join(ROOT, '.github/actions/issue/action.yml'),
      inputs: { 'github-token': token, kind: 'rotate', results, ...inputs },
      env: {
        GITHUB_REPOSITORY: HERE,
        GITHUB_API_URL: emulator.github.url,
        GITHUB_WORKFLOW_REF: workflow,
      },
      nodeOptions: ['--import', HURRY],
    });
  return { emulator, issues, token, keep };
}

it('leaves things as they are when the run was cancelled', async () => {
  const { emulator, keep } = await startRepository();
  await using _ = emulator;
  await using run = await keep('plan=success rotate=cancelled');
  expect(run.exitCode, run.log.join('\n')).toBe(0);
  expect(emulator.ledger.entries).toEqual([]);
});

it('updates the older of two that were opened at the same moment, and closes both', async () => {
  const { emulator, issues, keep } = await startRepository();
  await using _ = emulator;
  await using first = await keep('plan=failure');
  expect(first.exitCode).toBe(0);
  issues.open('twin', issues.all[0]?.body ?? '', ['mutx-api-key']);
  await using second = await keep('plan=failure');
  expect(second.exitCode).toBe(0);
  expect(issues.all.map(({ body }) => /failures=(\d+)/u.exec(body ?? '')?.[1])).toEqual(['2', '1']);
  await using third = await keep('plan=success rotate=skipped');
  expect(third.exitCode).toBe(0);
  expect(issues.all.map(({ state }) => state)).toEqual(['closed', 'closed']);
});

it('keeps one for each kind', async () => {
  const { emulator, issues, keep } = await startRepository();
  await using _ = emulator;
  await using rotation = await keep('plan=failure');
  await using audit = await keep('audit=success', { kind: 'audit' });
  expect([rotation.exitCode, audit.exitCode]).toEqual([0, 0]);
  expect(issues.all).toMatchObject([{ state: 'open' }]);
});

it('fails, and says which permission the caller has to give, where the token may not', async () => {
  const { emulator, issues, keep } = await startRepository();
  await using _ = emulator;
  const token = emulator.github.issueToken({ kind: 'github-token', permissions: { metadata: 'read' } });
  await using run = await keep('plan=failure', { 'github-token': token });
  expect(run.exitCode).toBe(1);
  expect(run.log.join('\n')).toContain('`permissions:` with `issues: write`');
  expect(run.log.join('\n')).not.toContain(token);
  expect(issues.all).toEqual([]);
});

it('reads again after an error of the server, and opens only once where the reply was lost', async () => {
  const { emulator, issues, keep } = await startRepository();
  await using _ = emulator;
  emulator.fault({ server: 'github', method: 'GET', times: 1, what: 'refuse', status: 502 });
  emulator.fault({ server: 'github', method: 'POST', times: 1, what: 'reply-lost' });
  await using run = await keep('plan=failure');
  expect(run.exitCode).toBe(1);
  expect(issues.all).toHaveLength(1);
});

it('tells what is wrong with what it was given, and calls nobody', async () => {
  const { emulator, keep } = await startRepository();
  await using _ = emulator;
  await using run = await keep('plan', { kind: 'other', 'github-token': '' });
  expect(run.exitCode).toBe(1);
  for (const name of ['github-token', 'kind', 'results']) expect(run.log.join('\n')).toContain(`\`${name}\``);
  expect(emulator.ledger.entries).toEqual([]);
});

it('opens no issue that every workflow would share, where the runner does not say which one runs', async () => {
  const { emulator, issues, keep } = await startRepository();
  await using _ = emulator;
  await using run = await keep('plan=failure', {}, '');
  expect(run.exitCode).toBe(1);
  expect(run.log.join('\n')).toContain('`GITHUB_WORKFLOW_REF` names no workflow');
  expect(issues.all).toEqual([]);
  expect(emulator.ledger.entries).toEqual([]);
});

it.each(['plan=**failure**', 'plan=failure\n@octocat', '<b>=failure', 'plan=failure::error::x'])(
  'takes nothing into an issue but names of jobs and their results: %j',
  async (results) => {
    const { emulator, issues, keep } = await startRepository();
    await using _ = emulator;
    await using run = await keep(results);
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('`results` is not a list of `job=result`');
    expect(issues.all).toEqual([]);
    expect(emulator.ledger.entries).toEqual([]);
  },
);
