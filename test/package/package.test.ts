import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { codeBlocks, read, readJson } from '../project/files.ts';
import { graphOf } from './imports.ts';
import { atLeast, InstalledPackage, type Manifest, nodesInRange, numbersOf } from './package.ts';

const { engines } = readJson('package.json') as Manifest;
const NODES = nodesInRange(engines['node'] ?? '');

let installed: InstalledPackage;
let emulator: Emulator;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  installed = new InstalledPackage();
  emulator = await startEmulator();
  const user = emulator.mutx.addUser({ plan: 'PRO' });
  emulator.github.addRepository('acme/web', { environments: ['production'] });
  env = {
    MUTX_API_URL: emulator.mutx.url,
    MUTX_EMAIL: user.email,
    MUTX_PASSWORD: user.password,
    GITHUB_API_URL: emulator.github.url,
    GITHUB_WRITER_TOKEN: emulator.github.issueToken(),
  };
}, 60_000);

afterAll(async () => {
  installed[Symbol.dispose]();
  await emulator.close();
});

describe('the tarball', () => {
  test('holds lib/ and what people read, and nothing else', () => {
    const others = installed.files.filter((path) => !/^lib\/[\w/-]+\.(?:js|d\.ts)$/u.test(path));
    expect(others).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    // What is for GitHub's runner alone is in dist/, which is not here.
    expect(installed.files.filter((path) => path.startsWith('lib/src/runner/'))).toEqual([]);
  });

  test('has declarations for each module, and every file that package.json names', () => {
    const modules = installed.files.filter((path) => path.endsWith('.js'));
    expect(modules.length).toBeGreaterThan(100);
    const declared = modules.map((path) => path.replace(/\.js$/u, '.d.ts'));
    expect(declared.filter((path) => !installed.files.includes(path))).toEqual([]);
    const { bin, exports } = JSON.parse(readFileSync(installed.own('package.json'), 'utf8')) as {
      readonly bin: unknown;
      readonly exports: unknown;
    };
    const named = [...JSON.stringify([bin, exports]).matchAll(/"\.\/([^"]+\.\w+)"/gu)].map(
      ([, path]) => path,
    );
    expect(named).toContain('lib/src/cli/main.js');
    expect(named.filter((path) => !installed.files.includes(path ?? ''))).toEqual([]);
  });

  test('is small', () => {
    expect(statSync(installed.tarball).size).toBeLessThan(450 * 1024);
  });

  test('runs nothing when it is installed, and brings no Node along', () => {
    const { scripts, optionalDependencies } = readJson('package.json') as {
      readonly scripts: Readonly<Record<string, string>>;
      readonly optionalDependencies?: unknown;
    };
    expect(optionalDependencies).toBeUndefined();
    const onInstall = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ];
    expect(onInstall.filter((name) => scripts[name] !== undefined)).toEqual([]);
  });

  test('begins its command with the line that makes it one', () => {
    expect(readFileSync(installed.own('lib/src/cli/main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/u);
  });
});

describe('what is loaded', () => {
  const entry = (path: string) => installed.own(`lib/${path}`);

  test('is in dependencies, and nothing else is', () => {
    const { packages } = graphOf(
      entry('src/cli/main.js'),
      entry('src/index.js'),
      entry('packages/emulator/src/index.js'),
    );
    expect([...packages].sort()).toEqual(Object.keys(installed.manifest.dependencies).sort());
  });

  test('by the library is neither the runner’s protocol nor the command line', () => {
    const { files, packages } = graphOf(entry('src/index.js'));
    expect([...packages].sort()).toEqual(['@actions/http-client', 'libsodium-wrappers']);
    const folders = new Set(
      [...files].map((path) => path.slice(entry('').length).split('/').slice(0, 2).join('/')),
    );
    expect(
      [...folders].filter((name) =>
        ['src/runner', 'src/cli', 'src/process', 'packages/emulator'].includes(name),
      ),
    ).toEqual([]);
  });

  test('by the emulator is nothing of the library', () => {
    const { files, packages } = graphOf(entry('packages/emulator/src/index.js'));
    expect([...packages]).toEqual(['libsodium-wrappers']);
    expect([...files].filter((path) => !path.startsWith(entry('packages/emulator/')))).toEqual([]);
  });

  test('runs on the oldest Node that is promised', () => {
    const least = numbersOf(engines['node'] ?? '');
    const asking = Object.keys(installed.manifest.dependencies).flatMap((name) => {
      const { engines: theirs } = readJson(`node_modules/${name}/package.json`) as Partial<Manifest>;
      return theirs?.['node'] === undefined ? [] : [[name, theirs['node']] as const];
    });
    expect(asking.length).toBeGreaterThan(2);
    expect(
      asking.filter(([, range]) => !/^>= ?[\d.]+$/u.test(range) || !atLeast(least, numbersOf(range))),
    ).toEqual([]);
  });
});

describe.each(NODES)('on Node %s', (_, node) => {
  test('the command says its version', async () => {
    expect(await installed.cli(node, ['--version'])).toEqual({
      code: 0,
      stdout: `${installed.manifest.version}\n`,
      stderr: '',
    });
  });

  test('the command lists keys', async () => {
    const { code, stdout } = await installed.cli(node, ['keys', 'list', '--json'], env);
    expect([code, JSON.parse(stdout)]).toEqual([0, { ok: true, outputs: { keys: expect.any(Array) } }]);
  });

  test('the library rotates, and rotates again; the secret holds the key that works', async () => {
    installed.write('twice.mjs', TWICE);
    const { code, stdout, stderr } = await installed.node(node, ['twice.mjs']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      kinds: ['rotated', 'rotated'],
      printed: '***',
      firstWorks: [true, false],
      secondWorks: true,
      revoked: 1,
      events: expect.arrayContaining(['planned', 'minted', 'target-written', 'revoked']),
      sessions: ['logged-out', 'logged-out', 'logged-out'],
      listed: 1,
    });
  });
});

describe('docs/library.md', () => {
  const blocks = codeBlocks('docs/library.md').filter(({ language }) => language === 'js');

  test('names the oldest Node that package.json does', () => {
    expect(`>=${/Node\s+([\d.]+)\s+and later/u.exec(read('docs/library.md'))?.[1]}`).toBe(engines['node']);
  });

  test.each(
    [
      [/^rotated: \S+, revoked: none\n$/u, /Rotated: /u],
      [
        /^mutx\.credential\.password is missing .*\ngithub\.token is missing .*\ntargets does not .*\nexpiresInDays is not a whole number from 1 to 365.*\n/mu,
        /^$/u,
      ],
      [/^\*\*\*\ntrue\nrevoked\n$/u, /^$/u],
      [/^$/u, /^$/u],
    ].map((said, index) => [index + 1, ...said] as const),
  )('shows code that runs: block %i', async (number, out, err) => {
    expect(blocks.length).toBe(4);
    installed.write('block.mjs', blocks[number - 1]?.text ?? '');
    const { code, stdout, stderr } = await installed.node(process.execPath, ['block.mjs'], env);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(out),
      stderr: expect.stringMatching(err),
    });
  });
});

describe('the declarations', () => {
  const require = createRequire(import.meta.url);
  const COMPILERS: Readonly<Record<string, string>> = {
    '5.4': require.resolve('typescript54/package.json'),
    '5.9': require.resolve('typescript59/package.json'),
    '7.0': require.resolve('typescript/package.json'),
  };
  const compile = (version: string) => {
    const tsc = join(dirname(COMPILERS[version] ?? ''), 'bin/tsc');
    return installed.node(process.execPath, [tsc, '-p', '.']);
  };

  test.each(
    Object.keys(COMPILERS).flatMap((version) => [true, false].map((skip) => [version, skip] as const)),
  )(
    'are what a strict consumer needs who has nothing else, and refuse what is wrong: TypeScript %s, skipLibCheck %s',
    async (version, skipLibCheck) => {
      installed.write('package.json', '{ "type": "module" }');
      installed.write('consumer.ts', CONSUMER);
      const compilerOptions = { ...STRICT, skipLibCheck };
      installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
      const { code, stdout } = await compile(version);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    },
  );

  test('load in a project for TypeScript 7 that says nothing but `strict`', async () => {
    installed.write('package.json', '{ "type": "module" }');
    installed.write('consumer.ts', CONSUMER);
    const compilerOptions = { strict: true, noEmit: true };
    installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const { code, stdout } = await compile('7.0');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

const STRICT = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  module: 'nodenext',
  target: 'es2022',
  // Neither a browser's nor Node's.
  lib: ['es2022'],
  types: [],
};

const TWICE = `
import { MutxClient, rotate } from '@mutx/api-key-action';
import { startEmulator } from '@mutx/api-key-action/emulator';

const emulator = await startEmulator();
const { mutx, github } = emulator;
const { email, password } = mutx.addUser({ plan: 'PRO' });
github.addRepository('acme/web');
const events = [];
const access = { credential: { email, password }, apiUrl: mutx.url };
const options = {
  mutx: access,
  github: { token: github.issueToken(), apiUrl: github.url },
  targets: ['acme/web'],
  on: { event: ({ type }) => { events.push(type); throw new Error('of a listener'); } },
};
const opened = () => github.openSecret({ repository: 'acme/web' }, 'MUTX_API_KEY');
const first = await rotate(options);
const [key, worked] = [opened(), mutx.accepts(opened())];
// Only a key that is older than any run can last is known to be superseded.
mutx.clock.advance(16 * 60_000);
github.clock.advance(16 * 60_000);
const second = await rotate(options);
const client = new MutxClient({ mutx: access });
const minted = await client.create('other', 1);
const listed = (await client.list()).filter(({ isActive, name }) => isActive && name !== 'other').length;
await client.close();
console.log(JSON.stringify({
  kinds: [first.kind, second.kind],
  printed: \`\${minted.key}\`,
  firstWorks: [worked, mutx.accepts(key)],
  secondWorks: mutx.accepts(opened()),
  revoked: second.keys.revoked.length,
  events,
  sessions: mutx.sessions.map(({ ended }) => ended),
  listed,
}));
await emulator.close();
`;

const CONSUMER = `
import {
  type CallFailure,
  InvalidOptionsError,
  type KeyRecord,
  MutxCallError,
  MutxClient,
  type Outcome,
  parseTarget,
  rotate,
  type RotateOptions,
  type RotateResult,
  type Secret,
} from '@mutx/api-key-action';
import { type Emulator, startEmulator } from '@mutx/api-key-action/emulator';

// Holds invariant 37 of docs/threat-model.md.

const credential = { email: 'ci@example.com', password: 'a password' };
export const options: RotateOptions = {
  mutx: { credential },
  github: { token: 'a token' },
  targets: ['acme/web'],
  renewBefore: '7d',
  gracePeriod: '0',
  on: { event: (event) => (event.type === 'minted' ? event.id : undefined) },
};

export function text(result: RotateResult): string {
  switch (result.kind) {
    case 'rotated':
      return result.key.id;
    case 'not-due':
    case 'planned':
      return result.plan.why;
    case 'failed':
      return result.failure.failures.map((failure: CallFailure) => failure.code).join();
    case 'no-session':
      return result.failure.state.join();
  }
}

export async function use(emulator: Emulator): Promise<readonly KeyRecord[]> {
  await using mutx = new MutxClient({ mutx: { credential, apiUrl: emulator.mutx.url } });
  const { key }: { key: Secret } = await mutx.create('name', 30);
  const plain: string = key.expose();
  const works: boolean = await mutx.verify(plain);
  return works ? mutx.list() : [];
}

export const target = parseTarget('acme/web@production', 'MUTX_API_KEY');
if (target.ok && target.value.kind === 'environment') target.value.environment.trim();
export const outcome: Promise<Outcome | { readonly kind: 'no-session' }> = rotate(options);
export const errors = [InvalidOptionsError, MutxCallError] as const;
export const started: () => Promise<Emulator> = () => startEmulator();

// @ts-expect-error a duration is a text with its unit
export const bare: RotateOptions = { ...options, renewBefore: '7' };
// @ts-expect-error there is no such option
export const mistyped: RotateOptions = { ...options, dryrun: true };
// @ts-expect-error a successor has to be stored somewhere
export const lost: RotateOptions = { ...options, mutx: { credential: { refreshToken: 'x' } } };
`;
