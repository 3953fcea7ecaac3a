import { describe, expect, it } from 'vitest';
import { runStep } from '../../scripts/runner.ts';
import { ROOT } from '../project/files.ts';
import { expectNoLeak } from './leaks.ts';
import { HERE, startWorld, type World } from './world.ts';

/** What stands in a variable that has to name a file of the runner. */
const UNUSABLE = [
  ['is not set', '', 'the runner names no file in'],
  ['is on a full disk', '/dev/full', '(ENOSPC)'],
  ['is in a folder that is gone', '/nowhere/commands/file', '(ENOENT)'],
] as const;

/** What a rotation, an audit and a revocation have in common: their work is done, and the outputs are absent. */
async function expectOutputsAbsent(run: Awaited<ReturnType<World['use']>>, why: string, world: World) {
  const log = run.log.join('\n');
  expect(run.exitCode, log).toBe(0);
  expect(run.outputs).toEqual({});
  expect(run.annotations).toMatchObject([{ level: 'warning', title: 'Outputs not set' }]);
  expect(run.annotations[0]?.message).toContain(why);
  expect(log).not.toContain('internal-error');
  await expectNoLeak(run, world);
}

describe.each(UNUSABLE)('the file for outputs %s', (_what, path, why) => {
  const env = { GITHUB_OUTPUT: path };

  it('a rotation stores its key all the same, and says that the outputs are absent', async () => {
    await using world = await startWorld();
    const old = await world.withStoredKey();
    const run = await world.rotate({ env });
    await expectOutputsAbsent(run, why, world);
    expect(world.stored()).not.toBe(old);
    expect(world.emulator.mutx.accepts(world.stored() ?? '')).toBe(true);
    expect(world.emulator.mutx.accepts(old)).toBe(false);
  });

  it('a revocation revokes', async () => {
    await using world = await startWorld();
    const key = world.emulator.mutx.addKey(world.user, { name: 'leaked' });
    const run = await world.use('revoke/action.yml', { inputs: { 'key-name': 'leaked' }, env });
    await expectOutputsAbsent(run, why, world);
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(false);
  });

  it('an audit reports in the log', async () => {
    await using world = await startWorld();
    const run = await world.use('audit/action.yml', { env });
    await expectOutputsAbsent(run, why, world);
  });

  it('a plan fails, because it is for other jobs, and calls it what it is', async () => {
    await using world = await startWorld();
    const run = await world.use('.github/actions/plan/action.yml', {
      inputs: { 'github-token': world.token, key: '{}' },
      env,
    });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[runner-file-unwritable]');
    expect(run.log.join('\n')).toContain(why);
    expect(world.emulator.ledger.effects().filter(({ server }) => server === 'github')).toEqual([]);
  });
});

describe.each(UNUSABLE)('a file that a key for one job needs %s', (what, path, why) => {
  it.each(['GITHUB_STATE', 'GITHUB_OUTPUT', 'GITHUB_ENV'])('%s: no key is left behind', async (variable) => {
    await using world = await startWorld();
    const jwt = world.emulator.mutx.issueAccessJwt(world.user);
    const use = (phase: 'main' | 'post', state: Readonly<Record<string, string>> = {}) =>
      runStep({
        action: `${ROOT}/ephemeral/action.yml`,
        phase,
        state,
        inputs: {
          'bootstrap-jwt': jwt,
          'api-url': world.emulator.mutx.url,
        },
        env: { GITHUB_REPOSITORY: HERE, ...(phase === 'main' ? { [variable]: path } : {}) },
      });
    await using main = await use('main');
    const log = main.log.join('\n');
    expect(main.exitCode, log).toBe(1);
    expect(log).toContain('[runner-file-unwritable]');
    expect(log).toContain(why);
    expect(main.outputs['key-id']).toBeUndefined();
    // That a disk is full shows only when something is written: outputs and variables are, once there is a key.
    const begins = what === 'is on a full disk' && variable !== 'GITHUB_STATE';
    if (!begins) expect(world.emulator.ledger.entries).toEqual([]);
    await using post = await use('post', main.state);
    expect(post.exitCode, post.log.join('\n')).toBe(0);
    expect(world.emulator.mutx.activeKeys(world.user)).toEqual([]);
  });
});

describe('a password that is a word of what is handed on', () => {
  it('leaves the output absent, and a warning says so', async () => {
    await using world = await startWorld();
    await world.withStoredKey({ 'renew-before': '7d' });
    world.user.password = 'unchanged';
    const { email, password } = world.user;
    const inputs = { 'bootstrap-jwt': undefined, email, password, 'renew-before': '7d' };
    const run = await world.rotate({ inputs });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(run.outputs).toMatchObject({ rotated: 'false' });
    expect(run.outputs).not.toHaveProperty('targets');
    expect(run.annotations).toMatchObject([
      {
        level: 'warning',
        title: 'Outputs not set',
        message: expect.stringContaining('`targets` was not set'),
      },
    ]);
  });

  it('stops a key for one job before it is made, where the post step would not find it', async () => {
    await using world = await startWorld();
    world.user.password = 'envelope';
    const { email, password } = world.user;
    const inputs = { 'bootstrap-jwt': undefined, email, password };
    const run = await world.use('ephemeral/action.yml', { inputs });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[output-withheld]');
    expect(world.emulator.mutx.keys).toEqual([]);
  });
});
