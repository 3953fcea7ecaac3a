import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { HERE, openShell, type Shell } from '../cli/shell.ts';
import { ROOT, read } from './files.ts';

/** What docs/network.md says that is called, held against what the emulator was asked for. */

const VERBS = ['rotate', 'ephemeral', 'revoke', 'audit'] as const;
type Verb = (typeof VERBS)[number];

/** `verb METHOD path`, of each row and each verb in it. */
const DOCUMENTED = [...read('docs/network.md').matchAll(/^\| `([A-Z]+ \S+)` \| ([^|]+) \|/gmu)].flatMap(
  ([, request = '', verbs = '']) =>
    [...verbs.matchAll(/`([a-z]+)`/gu)].map(([, verb]) => `${verb} ${request}`),
);

/** A path as the tables write it. */
function written(path: string): string {
  return path
    .replace(/^\/v1\//u, '/')
    .replace(/^\/api-keys\/[^/]+$/u, '/api-keys/{id}')
    .replace(/^\/(?:repos|orgs)\/.+(?=\/secrets(?:\/|$))/u, '…')
    .replace(/\/secrets\/(?!public-key$)[^/]+/u, '/secrets/{name}')
    .replace(/^\/repos\/[^/]+\/[^/]+/u, '/repos/{owner}/{repo}')
    .replace(/\/environments\/[^/]+$/u, '/environments/{name}');
}

interface Run {
  readonly verb: Verb;
  readonly args: readonly string[];
  readonly refreshes?: true;
  /** A key that no run stored is there, old enough to go: that takes a second reading. */
  readonly orphan?: true;
}

const NEW_ENVIRONMENT = ['--environment', 'new', '--create-environment', 'true'];
const ORGANISATION = ['--targets', 'org:acme', '--key-name', 'shared'];
const RUNS: readonly Run[] = [
  { verb: 'rotate', args: [] },
  { verb: 'rotate', args: ['--renew-before', '7d'] },
  { verb: 'rotate', args: ['--renew-before', '7d'], orphan: true },
  {
    verb: 'rotate',
    args: ['--environment', 'other', '--create-environment', 'true', '--grace-period', '1h'],
    orphan: true,
  },
  { verb: 'rotate', args: NEW_ENVIRONMENT },
  {
    verb: 'rotate',
    args: [...ORGANISATION, '--visibility', 'selected', '--selected-repositories', 'web'],
  },
  // An hour later: see below.
  { verb: 'rotate', args: ORGANISATION },
  { verb: 'rotate', args: [], refreshes: true },
  { verb: 'audit', args: ['--targets', `${HERE}\n${HERE} as OTHER`, '--fail-on', 'none'] },
  { verb: 'audit', args: ['--fail-on', 'none'], refreshes: true },
  { verb: 'ephemeral', args: ['--', 'true'] },
  { verb: 'revoke', args: ['--key-name', 'shared'] },
  { verb: 'revoke', args: ['--key-name', 'none of this name', '--if-none', 'ignore'], refreshes: true },
];

async function requestsOf(shell: Shell, { verb, args, refreshes, orphan }: Run): Promise<readonly string[]> {
  const { ledger, mutx, github } = shell.emulator;
  for (const { clock } of [mutx, github]) clock.advance(60 * 60 * 1_000);
  if (orphan === true) {
    const place = args.includes('--environment') ? `${HERE}@other` : HERE;
    const createdAt = mutx.clock.now() - 40 * 60 * 1_000;
    mutx.addKey(shell.user, { name: `gha/${place}/MUTX_API_KEY`, createdAt });
  }
  ledger.clear();
  const token = refreshes === true ? mutx.issueRefreshToken(shell.user) : '';
  const password = refreshes === true ? { MUTX_EMAIL: '', MUTX_PASSWORD: '' } : {};
  const command = verb === 'ephemeral' ? 'exec' : verb;
  const { code, stdout, stderr } = await shell.run([command, ...args], {
    ...password,
    MUTX_REFRESH_TOKEN: token,
  });
  expect(code, stdout + stderr).toBe(0);
  return ledger.entries.map(({ method, path }) => `${verb} ${method} ${written(path)}`);
}

describe('the requests', () => {
  it('are those that the document names, of each verb, and no others', async () => {
    const made = new Set<string>();
    for (const generation of ['v1', 'documented'] as const) {
      await using shell = await openShell({ mutx: { generation } });
      shell.emulator.github.addOrganisation('acme');
      for (const run of RUNS) for (const request of await requestsOf(shell, run)) made.add(request);
    }
    expect([...made].sort()).toEqual([...DOCUMENTED].sort());
  });
});

test('connections are opened in one place, which has the limits and the proxy', () => {
  const opens =
    /node:(?:https?|http2|net|tls|dgram|dns)\b|\b(?:fetch|WebSocket|EventSource|XMLHttpRequest|sendBeacon)\(/u;
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'));
  /** Reads addresses, and opens nothing. */
  const addresses = "import { BlockList, isIP } from 'node:net';";
  const opening = files.filter((path) => opens.test(read(`src/${path}`).replace(addresses, '')));
  expect(opening).toContain('http/connect.ts');
  expect(opening.filter((path) => !path.startsWith('http/'))).toEqual([]);
  // It stands for the two services, in tests; in `dist/` there is none of it.
  expect(read('dist/index.js')).not.toContain('packages/emulator');
});
