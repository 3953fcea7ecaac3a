import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStep } from '../../scripts/runner.ts';
import { HERE, startWorld, type World } from './world.ts';

const ROOT = new URL('../../', import.meta.url);
const LATE = ['fleet.js', 'libsodium.js', 'yaml.js'];

describe('dist/ without what is loaded late', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'late-'));
    for (const part of ['action.yml', 'audit', 'dist', 'ephemeral', 'revoke']) {
      await cp(fileURLToPath(new URL(part, ROOT)), join(root, part), { recursive: true });
    }
    expect(await readdir(join(root, 'dist'))).toEqual(expect.arrayContaining(LATE));
    for (const file of LATE) await rm(join(root, 'dist', file));
  });
  afterAll(() => rm(root, { recursive: true }));

  function run({ emulator, user, token }: World, action: string, inputs: Readonly<Record<string, string>>) {
    const { mutx, github } = emulator;
    return runStep({
      action: join(root, action),
      inputs: { 'bootstrap-jwt': mutx.issueAccessJwt(user), 'api-url': mutx.url, ...inputs },
      env: { GITHUB_REPOSITORY: HERE, GITHUB_API_URL: github.url, GITHUB_TOKEN: token },
    });
  }

  // What it costs to read and compile them, at every start, is why they are files of their own.
  it.each([
    ['a rotation that makes no key', 'action.yml', { 'dry-run': 'true' }],
    ['a key for one job', 'ephemeral/action.yml', {}],
    ['an audit', 'audit/action.yml', {}],
    ['a revocation', 'revoke/action.yml', { 'key-name': 'nothing-is-called-so', 'if-none': 'ignore' }],
  ] as const)('runs %s', async (_, action, inputs) => {
    await using world = await startWorld();
    const more = action === 'action.yml' || action.startsWith('audit') ? { 'github-token': world.token } : {};
    await using step = await run(world, action, { ...inputs, ...more });
    expect(step.exitCode, step.log.join('\n')).toBe(0);
    expect(step.rawStderr).toBe('');
  });

  it('says what there is where a rotation cannot load them, and its old key is still the stored one', async () => {
    await using world = await startWorld();
    const before = world.emulator.mutx.addKey(world.user, { name: 'gha/acme/web/MUTX_API_KEY' });
    world.emulator.github.setSecret(HERE, 'MUTX_API_KEY', before.plaintext);
    await using step = await run(world, 'action.yml', { 'github-token': world.token });
    expect(step.exitCode).toBe(1);
    const made = world.active().find(({ id }) => id !== before.id);
    expect(step.log.join('\n')).toContain(`the new key ${made?.id} is alive`);
    expect(world.emulator.mutx.accepts(world.stored() ?? '')).toBe(true);
    expect(world.stored()).toBe(before.plaintext);
  });
});
