import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { selfSigned } from '../http/certificate.ts';
import type { RotateOptions } from '../scenarios/world.ts';
import { type CheckedWorld, startCheckedWorld, targetsOf } from './checked-world.ts';
import { startFront, startProxy, type TestProxy, trusting } from './tls-world.ts';

// Holds invariants 21 and 22 of docs/threat-model.md.

const MUTX = 'api.mutx.test';
const GITHUB = 'github.acme.test';
const identity = selfSigned(MUTX, GITHUB);

interface Scene extends AsyncDisposable {
  readonly world: CheckedWorld;
  /** `name:port` of each service. */
  readonly places: { readonly mutx: string; readonly github: string };
  /** Connections that reached each service. */
  connections(): { readonly mutx: number; readonly github: number };
  run(env: Readonly<Record<string, string>>, options?: RotateOptions): Promise<StepResult>;
}

/** Both services behind TLS, under names that a process resolves to this machine; GitHub under /api/v3. */
async function startScene(): Promise<Scene> {
  const world = await startCheckedWorld({ github: { basePath: '/api/v3' } });
  const { mutx, github } = world.emulator;
  world.emulator.github.addRepository('acme/api', { environments: ['production'] });
  const [mutxFront, githubFront, trust] = await Promise.all([
    startFront(mutx.url, identity),
    startFront(github.url, identity),
    trusting(identity),
  ]);
  const places = { mutx: `${MUTX}:${mutxFront.port}`, github: `${GITHUB}:${githubFront.port}` };
  return {
    world,
    places,
    connections: () => ({ mutx: mutxFront.connections, github: githubFront.connections }),
    run: (env, options = {}) =>
      world.fanOut(['acme/web', 'acme/api@production'], {
        ...options,
        inputs: { 'api-url': `https://${places.mutx}`, ...options.inputs },
        env: { ...trust.env, GITHUB_API_URL: `https://${places.github}/api/v3`, ...env },
      }),
    async [Symbol.asyncDispose]() {
      await mutxFront[Symbol.asyncDispose]();
      await githubFront[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

function expectRotated(run: StepResult, world: CheckedWorld): void {
  expect(run.exitCode, run.log.join('\n')).toBe(0);
  expect(targetsOf(run).map(({ status }) => status)).toEqual(['created', 'created']);
  expect(world.stored()).toBe(world.key);
}

function through({ asked }: TestProxy): readonly string[] {
  return [...new Set(asked)].toSorted();
}

describe('a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'that %s names is what both services are reached through',
    async (name) => {
      await using scene = await startScene();
      await using proxy = await startProxy();
      const run = await scene.run({ [name]: `http://localhost:${proxy.port}` });
      expectRotated(run, scene.world);
      expect(through(proxy)).toEqual([scene.places.mutx, scene.places.github].toSorted());
      // Nothing goes around it.
      const { mutx, github } = scene.connections();
      expect(mutx + github).toBe(proxy.asked.length);
    },
  );

  it('is not used for what NO_PROXY names, and for the rest it is', async () => {
    await using scene = await startScene();
    await using proxy = await startProxy();
    const env = { HTTPS_PROXY: `http://localhost:${proxy.port}`, NO_PROXY: `elsewhere.test, ${GITHUB}` };
    const run = await scene.run(env);
    expectRotated(run, scene.world);
    expect(through(proxy)).toEqual([scene.places.mutx]);
    expect(scene.connections().github).toBeGreaterThan(0);
  });

  it('is not used for a whole domain that NO_PROXY names', async () => {
    await using scene = await startScene();
    await using proxy = await startProxy();
    const env = { HTTPS_PROXY: `http://localhost:${proxy.port}`, NO_PROXY: '.acme.test' };
    expectRotated(await scene.run(env), scene.world);
    expect(through(proxy)).toEqual([scene.places.mutx]);
  });

  it('is told who comes, and nobody else is: its password is in no log', async () => {
    await using scene = await startScene();
    await using proxy = await startProxy();
    const password = 'correct-horse-battery';
    scene.world.credentials.add(password);
    const run = await scene.run(
      { HTTPS_PROXY: `http://runner:${password}@localhost:${proxy.port}` },
      { debug: true },
    );
    expectRotated(run, scene.world);
    const sent = `Basic ${Buffer.from(`runner:${password}`).toString('base64')}`;
    expect(new Set(proxy.callers)).toEqual(new Set([sent]));
  });
});

describe('a proxy that does not do its work makes the run fail', () => {
  const expectNothingDone = (run: StepResult, scene: Scene, why: RegExp) => {
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toMatch(why);
    expect(run.log.join('\n')).toContain('`HTTPS_PROXY`');
    // Without the proxy, all would be well: nothing went around it.
    expect(scene.connections()).toEqual({ mutx: 0, github: 0 });
    expect(scene.world.emulator.ledger.entries).toEqual([]);
    expect(run.outputs['rotated']).not.toBe('true');
  };

  it('because it is not there', async () => {
    await using scene = await startScene();
    const gone = await startProxy();
    await gone[Symbol.asyncDispose]();
    scene.world.credentials.add('correct-horse-battery');
    const run = await scene.run(
      { HTTPS_PROXY: `http://runner:correct-horse-battery@localhost:${gone.port}` },
      { hurry: true },
    );
    expectNothingDone(run, scene, /no connection to the proxy localhost:\d+ \(ECONNREFUSED\)/u);
  });

  it('because it wants to know who comes', async () => {
    await using scene = await startScene();
    await using proxy = await startProxy(407);
    const run = await scene.run({ HTTPS_PROXY: `http://localhost:${proxy.port}` }, { hurry: true });
    expectNothingDone(run, scene, /the proxy localhost:\d+ did not connect to .*\.test:\d+ \(status 407\)/u);
  });

  it('because its name is no address', async () => {
    await using scene = await startScene();
    const run = await scene.run({ HTTPS_PROXY: ':' }, { hurry: true });
    expectNothingDone(
      run,
      scene,
      /HTTPS_PROXY is not the URL of a proxy.*\[mutx-proxy-setting\]|\[mutx-proxy-setting\]/su,
    );
  });

  it('for GitHub alone: no key is made', async () => {
    await using scene = await startScene();
    const gone = await startProxy();
    await gone[Symbol.asyncDispose]();
    const env = { HTTPS_PROXY: `http://localhost:${gone.port}`, NO_PROXY: MUTX };
    const run = await scene.run(env, { hurry: true });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[github-proxy-unreachable]');
    expect(scene.connections().github).toBe(0);
    expect(scene.world.emulator.mutx.keys).toEqual([]);
  });
});

describe('a certificate', () => {
  it('that nobody vouches for makes the run fail, and no credential is sent', async () => {
    await using scene = await startScene();
    const run = await scene.run({ NODE_EXTRA_CA_CERTS: '' }, { hurry: true });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toMatch(/no TLS connection to .*\.test:\d+ \(DEPTH_ZERO_SELF_SIGNED_CERT\)/u);
    expect(run.log.join('\n')).toContain('NODE_EXTRA_CA_CERTS');
    expect(scene.world.emulator.ledger.entries).toEqual([]);
  });
});
