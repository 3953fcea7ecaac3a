import { describe, expect, it } from 'vitest';
import type { FaultMatch, FaultRule } from '../../packages/emulator/src/index.ts';
import { expectNoLeak } from './leaks.ts';
import { normal } from './normal.ts';
import { asItStands, expectPromisesKept } from './promises.ts';
import { HERE, type RotateOptions, startWorld, type World } from './world.ts';

// Holds invariant 26 of docs/threat-model.md.

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const create: FaultMatch = { server: 'mutx', method: 'POST', path: /\/api-keys$/u, ...ALWAYS };
const list: FaultMatch = { server: 'mutx', method: 'GET', path: /\/api-keys$/u, ...ALWAYS };
const verify: FaultMatch = { server: 'mutx', method: 'GET', path: /\/(agents|auth\/me)$/u, ...ALWAYS };
const publicKey: FaultMatch = { server: 'github', method: 'GET', path: /public-key$/u, ...ALWAYS };
const put: FaultMatch = { server: 'github', method: 'PUT', ...ALWAYS };

interface Failure {
  readonly code: string;
  readonly fault: FaultRule;
  /** Whether the run says that a key was made and what became of it. */
  readonly minted?: 'revoked' | 'alive';
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'MUTX answers the list with 401': {
    code: 'mutx-unauthorized',
    fault: { ...list, what: 'refuse', status: 401 },
  },
  'MUTX answers the list with 403': {
    code: 'mutx-forbidden',
    fault: { ...list, what: 'refuse', status: 403 },
  },
  'MUTX answers the list with 500': {
    code: 'mutx-server-error',
    fault: { ...list, what: 'refuse', status: 500 },
  },
  'MUTX answers the list with a page of a proxy': {
    code: 'mutx-proxy-page',
    fault: { ...list, what: 'html', status: 200 },
  },
  'MUTX cuts the list off': { code: 'mutx-lost-reply', fault: { ...list, what: 'cut-off' } },
  'MUTX answers the list with a list of something else': {
    code: 'mutx-bad-reply',
    fault: {
      ...list,
      what: 'raw',
      status: 200,
      body: '{"items":[{"id":7}],"total":1}',
      headers: { 'content-type': 'application/json' },
    },
  },
  'MUTX asks to wait longer than the credential lives': {
    code: 'mutx-rate-limited',
    fault: { ...list, what: 'rate-limit', retryAfter: 7_200 },
  },
  'MUTX answers the create with 404': {
    code: 'mutx-not-found',
    fault: { ...create, what: 'refuse', status: 404 },
  },
  'MUTX answers the create with 409': {
    code: 'quota-full',
    fault: { ...create, what: 'refuse', status: 409 },
  },
  'MUTX answers the create with 422': {
    code: 'mutx-validation',
    fault: { ...create, what: 'refuse', status: 422 },
  },
  'MUTX answers the create with 429, over and over': {
    code: 'mutx-rate-limited',
    fault: { ...create, what: 'rate-limit', retryAfter: 1 },
  },
  'MUTX answers the create with a page of a proxy': {
    code: 'mutx-proxy-page',
    fault: { ...create, what: 'html', status: 502 },
  },
  'GitHub answers the public key with 401': {
    code: 'github-bad-credentials',
    fault: { ...publicKey, what: 'refuse', status: 401 },
  },
  'GitHub answers the public key with 500': {
    code: 'github-server-error',
    fault: { ...publicKey, what: 'refuse', status: 500 },
  },
  'GitHub answers the public key with a page of a proxy': {
    code: 'github-proxy-page',
    fault: { ...publicKey, what: 'html', status: 403 },
  },
  'GitHub answers the PUT with 403': {
    code: 'github-',
    fault: { ...put, what: 'refuse', status: 403 },
    minted: 'revoked',
  },
  'GitHub answers the PUT with 404': {
    code: 'github-not-found',
    fault: { ...put, what: 'refuse', status: 404 },
    minted: 'revoked',
  },
  'GitHub answers the PUT with 422': {
    code: 'github-validation',
    fault: { ...put, what: 'refuse', status: 422 },
    minted: 'revoked',
  },
  'GitHub answers the PUT with 503': {
    code: 'github-server-error',
    fault: { ...put, what: 'refuse', status: 503 },
    minted: 'alive',
  },
  'GitHub stores the secret and answers 500, over and over': {
    code: 'github-server-error',
    fault: { ...put, what: 'refuse', status: 500, applied: true },
    minted: 'alive',
  },
  'GitHub drops the connection of the PUT': {
    code: 'github-',
    fault: { ...put, what: 'drop' },
    minted: 'alive',
  },
};

async function failing(world: World, options: RotateOptions = {}) {
  const run = await world.rotate({ hurry: true, ...options });
  const log = run.log.join('\n');
  expect(run.exitCode, log).toBe(1);
  expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(log).toMatch(/fix: {3}\S/u);
  expect(log).toMatch(/State of things now:\n {2}- \S/u);
  expect(run.summary).toContain('**State of things now**');
  expect(run.outputs['rotated']).not.toBe('true');
  return { run, log };
}

describe.concurrent('a failure', () => {
  it.each(Object.entries(FAILURES))(
    '%s: says what, why, the fix and the state',
    async (_what, { code, fault, minted }) => {
      await using world = await startWorld();
      await world.withStoredKey();
      const was = asItStands(world);
      world.emulator.fault(fault);
      const { run, log } = await failing(world);
      expect(log).toContain(`[${code}`);
      const id = run.outputs['key-id'] ?? '';
      if (minted === undefined) expect(id).toBe('');
      else expect(log).toMatch(new RegExp(`new key ${id} \\(expires \\S+\\): ${minted}`, 'u'));
      expectPromisesKept(world, was);
      await expectNoLeak(run, world);
    },
  );

  it('of the new key to work: it is revoked, and the secret is untouched', async () => {
    await using world = await startWorld();
    const stored = await world.withStoredKey();
    const was = asItStands(world);
    world.emulator.fault({ ...verify, skip: 1, what: 'refuse', status: 401 });
    const { log } = await failing(world);
    expect(log).toContain('[verify-refused]');
    expect(world.stored()).toBe(stored);
    expect(world.active().map((key) => key.plaintext)).toEqual([stored]);
    expectPromisesKept(world, was);
  });

  it('of the network: no connection to MUTX', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    const { log } = await failing(world, { inputs: { 'api-url': 'http://127.0.0.1:9' } });
    expect(log).toContain('[mutx-unreachable]');
    expectPromisesKept(world, was);
  });

  it('of the network: no connection to GitHub', async () => {
    await using world = await startWorld();
    const was = asItStands(world);
    const { log } = await failing(world, { env: { GITHUB_API_URL: 'http://127.0.0.1:9' } });
    expect(log).toContain('[github-unreachable]');
    expectPromisesKept(world, was);
  });

  it('of a repository that does not exist', async () => {
    await using world = await startWorld();
    const { log } = await failing(world, { inputs: { targets: 'acme/nowhere' } });
    expect(log).toContain('[github-not-found]');
    expect(world.emulator.mutx.keys).toEqual([]);
  });

  it('of a repository that was renamed gives its new name', async () => {
    await using world = await startWorld();
    world.emulator.github.renameRepository(HERE, 'acme/site');
    const { log } = await failing(world);
    expect(log).toContain('[github-repository-renamed]');
    expect(log).toContain('acme/site');
    expect(world.emulator.mutx.keys).toEqual([]);
  });
});

describe('a token that cannot write', () => {
  it('as GITHUB_TOKEN never can: names the permission and the lines that mend it', async () => {
    await using world = await startWorld();
    const token = world.emulator.github.issueToken({ kind: 'github-token' });
    const { run, log } = await failing(world, { inputs: { 'github-token': token } });
    const text = normal(log, world);
    expect(text.slice(text.indexOf('MUTX API key not rotated'))).toMatchInlineSnapshot(`
      "MUTX API key not rotated: not every target can be written, so no key was made [preflight-failed]

        GitHub: GET /repos/acme/web/actions/secrets/public-key answered 403 [github-token-cannot-write]
        why:   the github-token is GITHUB_TOKEN, which can never write secrets whatever \`permissions:\` says, or the token of a GitHub App without "Secrets: Read and write"
        cause: the \`GITHUB_TOKEN\` of a workflow cannot write secrets, whatever its \`permissions:\` say; neither can a GitHub App without the permission
        fix:   Use a GitHub App installed on acme/web with the permission "Secrets: Read and write":
               - uses: actions/create-github-app-token@v3
                 id: app-token
                 with:
                   client-id: \${{ vars.APP_CLIENT_ID }}
                   private-key: \${{ secrets.APP_PRIVATE_KEY }}
                   owner: acme
                   repositories: web
                   permission-secrets: write
               - uses: mutx/api-key-action@v1
                 with:
                   github-token: \${{ steps.app-token.outputs.token }}
               Or a fine-grained personal access token with "Secrets: Read and write", kept as a secret:
                   github-token: \${{ secrets.SECRETS_WRITER_TOKEN }}
        request id: <request id>

        State of things now:
        - MUTX_API_KEY in acme/web: untouched
        - no new key is known to exist
        - this run revoked no key that a secret holds

        more: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-token-cannot-write
      ##[error]not every target can be written, so no key was made [preflight-failed]
      GitHub: GET /repos/acme/web/actions/secrets/public-key answered 403: the github-token is GITHUB_TOKEN, which can never write secrets whatever \`permissions:\` says, or the token of a GitHub App without "Secrets: Read and write" [github-token-cannot-write]
      Fix: Use a GitHub App installed on acme/web with the permission "Secrets: Read and write":
      - uses: actions/create-github-app-token@v3
        id: app-token
        with:
          client-id: \${{ vars.APP_CLIENT_ID }}
          private-key: \${{ secrets.APP_PRIVATE_KEY }}
          owner: acme
          repositories: web
          permission-secrets: write
      - uses: mutx/api-key-action@v1
        with:
          github-token: \${{ steps.app-token.outputs.token }}
      Or a fine-grained personal access token with "Secrets: Read and write", kept as a secret:
          github-token: \${{ secrets.SECRETS_WRITER_TOKEN }}
      State now: MUTX_API_KEY in acme/web: untouched; no new key is known to exist; this run revoked no key that a secret holds
      More: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-token-cannot-write"
    `);
    expect(world.emulator.mutx.keys).toEqual([]);
    await expectNoLeak(run, world);
  });

  it('in several places: one workflow to copy has all that is missing', async () => {
    await using world = await startWorld();
    world.emulator.github.addRepository('acme/site', { environments: ['production'] });
    const token = world.emulator.github.issueToken({ permissions: { metadata: 'read' } });
    const targets = 'acme/site\nacme/site@production\ndependabot:acme/web';
    const { run, log } = await failing(world, {
      inputs: { 'github-token': token, targets, 'key-name': 'site' },
    });
    const [whole = ''] = log.split('##[error]');
    expect(whole.match(/actions\/create-github-app-token/gu)).toHaveLength(1);
    expect(whole.match(/repositories: .*|permission-.*/gu)).toEqual([
      'repositories: site,web',
      'permission-secrets: write',
      'permission-environments: write',
      'permission-dependabot-secrets: write',
    ]);
    for (const text of [run.summary, run.annotations[0]?.message]) {
      expect(text).toContain('permission-dependabot-secrets: write');
      expect(text?.match(/actions\/create-github-app-token/gu)).toHaveLength(1);
    }
  });
});

describe.concurrent('what goes wrong and heals by itself', () => {
  it.each<[string, FaultRule]>([
    [
      "GitHub's public key changes between GET and PUT",
      { server: 'github', method: 'PUT', what: 'stale-key' },
    ],
    ['GitHub answers 502 once', { server: 'github', method: 'PUT', what: 'html', status: 502 }],
    ['the reply to the PUT is lost', { server: 'github', method: 'PUT', what: 'reply-lost' }],
    ['MUTX asks to wait a second', { ...list, times: 1, what: 'rate-limit', retryAfter: 1 }],
    ['MUTX answers 503 twice', { ...list, times: 2, what: 'refuse', status: 503 }],
    ['the connection drops while listing', { ...list, times: 1, what: 'drop' }],
  ])('%s', async (_what, fault) => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    world.emulator.fault(fault);
    const run = await world.rotate({ hurry: true });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(world.active().map((key) => key.plaintext)).toEqual([world.stored()]);
    expectPromisesKept(world, was);
    await expectNoLeak(run, world);
  });

  it('the reply to a create is lost: another key is made, and a later run revokes the lost one', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    world.emulator.fault({ ...create, times: 1, what: 'reply-lost' });
    const run = await world.rotate({ hurry: true });
    expect(run.exitCode, run.log.join('\n')).toBe(0);
    expect(run.annotations.map(({ title }) => title)).toContain('A created key was lost');
    expect(world.active()).toHaveLength(2);
    expectPromisesKept(world, was);

    world.advance(60 * 60 * 1_000);
    expect((await world.rotate()).exitCode).toBe(0);
    expect(world.active().map((key) => key.plaintext)).toEqual([world.stored()]);
  });

  it('a revocation fails: a warning, the secret is new, and the next run revokes it', async () => {
    await using world = await startWorld();
    await world.withStoredKey();
    const was = asItStands(world);
    world.emulator.fault({ server: 'mutx', method: 'DELETE', ...ALWAYS, what: 'refuse', status: 500 });
    const run = await world.rotate({ hurry: true });
    expect(run.exitCode).toBe(0);
    expect(run.annotations.map(({ title }) => title)).toContain('A key was not revoked');
    expect(world.active()).toHaveLength(2);
    expectPromisesKept(world, was);

    world.emulator.clearFaults();
    world.advance(60 * 60 * 1_000);
    expect((await world.rotate()).exitCode).toBe(0);
    expect(world.active()).toHaveLength(1);
  });
});
