import { describe, expect, it } from 'vitest';
import { haltAt, type Point, RequestNames } from '../process/halt.ts';
import { Rotation } from '../process/rotation.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { DAY, HERE, KEY_NAME, SECRET, startWorld, type World } from '../scenarios/world.ts';
import { expectSaysHowToGoOn, storedTokenWorks, TOKEN } from './refresh-token.ts';
import { expectFailed, expectOk, expectOneKeyStored, MINUTE, runHere } from './scene.ts';

// Holds invariant 12 of docs/threat-model.md.

const SECRETS = `/repos/${HERE}/actions/secrets`;
const PREPARE = [`GET ${SECRETS}/public-key`, `GET /repos/${HERE}`];
const EXCHANGE = 'POST /v1/auth/refresh';
/** Changes nothing: see `SuccessorPlace.probe`. */
const PROBE = `PUT ${SECRETS}/${TOKEN}`;
const STORE_TOKEN = `${PROBE} (2)`;
const STORE_KEY = `PUT ${SECRETS}/${SECRET}`;
const ROTATE = [
  'GET /v1/api-keys',
  'GET /v1/auth/me',
  ...PREPARE.map((request) => `${request} (2)`),
  'POST /v1/api-keys',
  'GET /v1/auth/me (2)',
  STORE_KEY,
  'DELETE /v1/api-keys/{id}',
];
/** Every request of a run, in the order in which they are sent; reads go out side by side. */
const REQUESTS = [...PREPARE, PROBE, EXCHANGE, STORE_TOKEN, ...ROTATE];
const POINTS = REQUESTS.flatMap((request) =>
  (['before', 'after'] as const).map((point): readonly [Point, string] => [point, request]),
);
/** Between the exchange and the store of its successor, which nothing can do in one. */
const SPENT = [`after ${EXCHANGE}`, `before ${STORE_TOKEN}`];

/** A key stored two days ago and a refresh token of a week that is not over. */
async function withStoredToken(): Promise<World> {
  const world = await startWorld();
  const { mutx, github } = world.emulator;
  const key = mutx.addKey(world.user, { name: KEY_NAME, expiresAt: mutx.clock.now() + 30 * DAY });
  github.setSecret(HERE, SECRET, key.plaintext);
  github.setSecret(HERE, TOKEN, mutx.issueRefreshToken(world.user));
  world.credentials.add(key.plaintext);
  world.advance(2 * DAY);
  return world;
}

/** A run of the schedule, as a process. */
function start(world: World, onLine?: (line: string) => undefined): Rotation {
  const inputs = { 'bootstrap-jwt': undefined, 'refresh-token': world.stored(HERE, TOKEN) };
  return new Rotation(() =>
    world.rotate({ inputs, debug: true, ...(onLine === undefined ? {} : { onLine }) }),
  );
}

/** The next run of the schedule, when the fence is past. */
function next(world: World) {
  world.advance(20 * MINUTE);
  return runHere(world, { inputs: { 'refresh-token': world.stored(HERE, TOKEN) } });
}

describe('a run with a refresh token', () => {
  it(`sends ${REQUESTS.length} requests, at which it can be killed ${POINTS.length} times`, async () => {
    await using world = await withStoredToken();
    const names = new RequestNames();
    const sent: string[] = [];
    world.emulator.onRequest(({ entry, point }) => {
      if (point === 'before') sent.push(names.of(entry));
      return undefined;
    });
    await using run = start(world);
    expectOk(await run.ended);
    expect([...sent].sort()).toEqual([...REQUESTS].sort());
    expect(sent.slice(PREPARE.length, PREPARE.length + 3)).toEqual([PROBE, EXCHANGE, STORE_TOKEN]);
    expect(storedTokenWorks(world)).toBe(true);
    expectOneKeyStored({ world });
  });

  it.concurrent.each(POINTS)(
    'killed %s %s: the stored token works, or the next run says that it is spent and how to go on',
    async (point, request) => {
      await using world = await withStoredToken();
      const { mutx, github } = world.emulator;
      const halt = haltAt(world.emulator, request, point);
      await using doomed = start(world);
      await doomed.reaches(halt);
      doomed.signal('SIGKILL');
      const ended = await doomed.ended;
      expect(ended.exitCode).toBeUndefined();
      if (point === 'before') halt.drop();
      else halt.release();
      await expectNoLeak(ended, world);
      expect(mutx.accepts(world.stored() ?? ''), 'P1').toBe(true);

      const works = storedTokenWorks(world);
      expect(works).toBe(!SPENT.includes(`${point} ${request}`));
      // Even of a process that had no chance to say anything, the log tells where the token stands.
      const log = ended.log.join('\n');
      const exchanging = REQUESTS.indexOf(request) >= REQUESTS.indexOf(EXCHANGE);
      expect(log.includes('it counts as spent from here on')).toBe(exchanging);
      if (!works) expect(log).not.toContain('✓ refresh token exchanged');
      if (!works) {
        const spent = world.stored(HERE, TOKEN);
        expectSaysHowToGoOn(expectFailed(await next(world), 'session-refresh-refused'));
        expect(world.stored(HERE, TOKEN)).toBe(spent);
        github.setSecret(HERE, TOKEN, mutx.issueRefreshToken(world.user));
      }
      expectOk(await next(world));
      expect(storedTokenWorks(world)).toBe(true);
      expectOneKeyStored({ world });
    },
  );

  it.concurrent.each([
    ['SIGINT', EXCHANGE, 'before'],
    ['SIGTERM', EXCHANGE, 'after'],
    ['SIGINT', STORE_TOKEN, 'before'],
    ['SIGTERM', STORE_TOKEN, 'after'],
  ] as const)(
    'cancelled with %s at %s, held %s it is done: still stores the successor',
    async (signal, request, point) => {
      await using world = await withStoredToken();
      const halt = haltAt(world.emulator, request, point);
      await using run = start(world, (line) => {
        if (line.includes('the run ends here')) halt.release();
        return undefined;
      });
      await run.reaches(halt);
      run.signal(signal);
      const ended = await run.ended;
      expect(ended.exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(ended.log.join('\n')).toContain('the refresh token may be spent');
      expect(storedTokenWorks(world)).toBe(true);
      await expectNoLeak(ended, world);
      expectOk(await next(world));
    },
  );
});
