import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../packages/emulator/src/index.ts';
import { READ_ONLY } from '../github/places.ts';
import { HERE } from '../scenarios/world.ts';
import { storedTokenWorks, TOKEN, tokenWorks } from './refresh-token.ts';
import { expectFailed, expectOk, MINUTE, type Scene, setScene } from './scene.ts';

// Holds invariant 12 of docs/threat-model.md.

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const EXCHANGE = 'POST /v1/auth/refresh';
const exchange = { server: 'mutx', method: 'POST', path: /\/auth\/refresh$/u } as const;
const probe = { server: 'github', method: 'PUT', path: new RegExp(`/${TOKEN}$`, 'u') } as const;

describe('a secret that cannot be written costs no refresh token', () => {
  it.each<[string, (scene: Scene) => Readonly<Record<string, string>>, string]>([
    [
      'GITHUB_TOKEN',
      ({ emulator }) => ({ 'github-token': emulator.github.issueToken({ kind: 'github-token' }) }),
      'github-token-cannot-write',
    ],
    [
      'a token that may do nothing with secrets',
      ({ emulator }) => ({
        'github-token': emulator.github.issueToken({ permissions: { actions: 'read' } }),
      }),
      'github-missing-permission',
    ],
    [
      'a token that has ended',
      ({ emulator, machine }) => ({
        'github-token': emulator.github.issueToken({ expiresAt: machine.now() - MINUTE }),
      }),
      'github-bad-credentials',
    ],
    [
      'a repository that is not there',
      () => ({ 'refresh-token-secret': `acme/gone as ${TOKEN}` }),
      'github-not-found',
    ],
    [
      'an environment that is not there',
      () => ({ 'refresh-token-secret': `${HERE}@staging as ${TOKEN}` }),
      'github-',
    ],
    [
      'an organisation secret that nobody has been named for',
      ({ emulator }) => {
        emulator.github.addOrganisation('acme');
        return { 'refresh-token-secret': `org:acme as ${TOKEN}` };
      },
      'github-',
    ],
  ])('%s', async (_what, inputsOf, code) => {
    await using scene = await setScene();
    const token = scene.logIn();
    const run = await scene.run({ inputs: { 'refresh-token': token, ...inputsOf(scene) } });
    const log = expectFailed(run, 'session-successor-unwritable');
    expect(log).toContain(`[${code}`);
    expect(scene.requests(/^(?!GET)/u)).toEqual([]);
    expect(tokenWorks(scene.world, token)).toBe(true);
    expectOk(await scene.run({ inputs: { 'refresh-token': token } }));
  });

  it.each<[string, string, (scene: Scene) => void]>([
    ['of the repository', TOKEN, () => {}],
    ['of an environment', `${HERE}@production as ${TOKEN}`, () => {}],
    ['of Dependabot', `dependabot:${HERE} as ${TOKEN}`, () => {}],
    ['of Codespaces', `codespaces:${HERE} as ${TOKEN}`, () => {}],
    ['of agents', `agents:${HERE} as ${TOKEN}`, () => {}],
    [
      'of an organisation',
      `org:acme as ${TOKEN}`,
      ({ emulator: { github } }) => {
        github.addOrganisation('acme');
        github.setSecret({ organisation: 'acme' }, TOKEN, 'old', { visibility: 'all', repositoryIds: [] });
      },
    ],
  ])('a token that may read secrets, but not write them: one %s', async (_what, secret, arrange) => {
    await using scene = await setScene();
    arrange(scene);
    const token = scene.logIn();
    const inputs = { 'refresh-token': token, 'refresh-token-secret': secret };
    const reader = scene.emulator.github.issueToken({ permissions: READ_ONLY });
    const run = await scene.run({ inputs: { ...inputs, 'github-token': reader } });
    const log = expectFailed(run, 'session-successor-unwritable');
    expect(log).toContain('[github-missing-permission]');
    expect(log).toMatch(/the github-token lacks "[\w ]+: Read and write"/u);
    expect(log).toContain('so the token was not used');
    expect(log).toMatch(
      /Use a GitHub App installed on acme\S* with the permission "[\w ]+: Read and write"/u,
    );
    expect(scene.requests(/auth|api-keys/u)).toEqual([]);
    expect(scene.requests(/^PUT/u)).toHaveLength(1);
    expect(scene.emulator.ledger.effects()).toEqual([]);
    expect(tokenWorks(scene.world, token)).toBe(true);
    expectOk(await scene.run({ inputs }));
  });

  it('and is found out before an environment that may be created is missing: it is created first', async () => {
    await using scene = await setScene();
    const token = scene.logIn();
    const inputs = {
      'refresh-token': token,
      'refresh-token-secret': `${HERE}@staging as ${TOKEN}`,
      'create-environment': 'true',
    };
    const permissions = { ...READ_ONLY, environments: 'write', actions: 'read' } as const;
    const narrow = scene.emulator.github.issueToken({ permissions });
    const log = expectFailed(
      await scene.run({ inputs: { ...inputs, 'github-token': narrow } }),
      'session-successor-unwritable',
    );
    expect(log).toContain('"Administration: Read and write"');
    expect(scene.requests(/auth|api-keys/u)).toEqual([]);
    expectOk(await scene.run({ inputs }));
    expect(storedTokenWorks(scene.world, { repository: HERE, environment: 'staging' })).toBe(true);
  });

  it.each<[string, FaultRule]>([
    ['500', { ...probe, ...ALWAYS, what: 'refuse', status: 500 }],
    ['a page of a proxy', { ...probe, ...ALWAYS, what: 'html', status: 422 }],
    ['a cut connection', { ...probe, ...ALWAYS, what: 'drop' }],
    ['a limit of an hour', { ...probe, ...ALWAYS, what: 'rate-limit', retryAfter: 3_600 }],
  ])('nor one of which it is not known, for %s', async (_what, fault) => {
    await using scene = await setScene();
    const there = scene.emulator.fault(fault);
    const token = scene.logIn();
    const log = expectFailed(
      await scene.run({ inputs: { 'refresh-token': token } }),
      'session-successor-unwritable',
    );
    if (fault.what === 'rate-limit') expect(log).toContain('A run after 2026-01-05T04:00:00Z can work.');
    expect(scene.requests(/auth/u)).toEqual([]);
    expect(tokenWorks(scene.world, token)).toBe(true);
    there.cancel();
    expectOk(await scene.run({ inputs: { 'refresh-token': token } }));
  });

  it('nor one that gives a clear answer late: it is asked again', async () => {
    await using scene = await setScene();
    scene.emulator.fault({ ...probe, times: 2, what: 'refuse', status: 502 });
    expectOk(await scene.run({ inputs: { 'refresh-token': scene.logIn() } }));
    expect(scene.requests(/auth/u).filter((request) => request === EXCHANGE)).toHaveLength(1);
    expect(storedTokenWorks(scene.world)).toBe(true);
  });

  it('and if the write that cannot be taken is taken: the secret holds the unspent token', async () => {
    await using scene = await setScene();
    const token = scene.logIn();
    scene.emulator.fault({ ...probe, times: 1, what: 'raw', status: 204, body: '' });
    scene.emulator.fault({ ...exchange, ...ALWAYS, what: 'rate-limit', retryAfter: 3_600 });
    expectFailed(await scene.run({ inputs: { 'refresh-token': token } }), 'session-refresh-failed');
    expect(scene.world.stored(HERE, TOKEN)).toBe(token);
    expect(storedTokenWorks(scene.world)).toBe(true);
  });
});
