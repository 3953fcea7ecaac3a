import { describe, expect, it } from 'vitest';
import { haltAt, type Point } from './halt.ts';
import { CREATE, FAN_OUT, LIST_AGAIN, ONE_TARGET, REVOKE, STORE, TWO_KEY_PLAN } from './requests.ts';
import { MINUTE, PRO, setStage } from './stage.ts';

// Holds invariant 7 of docs/threat-model.md.

interface Hold {
  readonly point: Point;
  readonly request: string;
}

function around(requests: readonly string[]): readonly Hold[] {
  return requests.flatMap((request) => [
    { point: 'before', request } as const,
    { point: 'after', request } as const,
  ]);
}

const READS = FAN_OUT.requests.indexOf(CREATE);

/** Both runs succeed: each stores its own key, and leaves the other's, which is too young, to the next run. */
describe.each([
  { name: ONE_TARGET.name, setting: ONE_TARGET.setting, holds: around(ONE_TARGET.requests) },
  { name: FAN_OUT.name, setting: FAN_OUT.setting, holds: around(FAN_OUT.requests.slice(READS)) },
])(
  'while one rotation of $name is held nine minutes, another is done from start to end',
  ({ setting, holds }) => {
    it.concurrent.each(holds)('held $point it is done: $request', async ({ point, request }) => {
      await using stage = await setStage(setting);
      const halt = haltAt(stage.world.emulator, request, point);
      await using held = stage.start();
      await held.reaches(halt);
      stage.world.advance(4 * MINUTE);
      expect((await stage.run()).exitCode).toBe(0);
      stage.world.advance(5 * MINUTE);
      stage.expectPromisesKept();
      halt.release();
      expect((await held.ended).exitCode).toBe(0);
      expect(stage.world.active()).toHaveLength(2);
      await stage.expectHealed();
      stage.expectPromisesKept();
    });
  },
);

/** Whoever comes second finds the last place taken, or to be taken too soon after the first, and says so. */
describe('while one rotation on a plan of two keys is held, another is done from start to end', () => {
  /** The one gap that no client can close: between the last look and the create. */
  const bothCreate = ({ point, request }: Hold) =>
    (request === LIST_AGAIN && point === 'after') || (request === CREATE && point === 'before');
  const holds = around(TWO_KEY_PLAN.requests);
  const created = holds.findIndex(({ point, request }) => request === CREATE && point === 'after');

  it.concurrent.each(holds.slice(0, created).filter((hold) => !bothCreate(hold)))(
    'held $point it is done: $request; the other one rotates',
    ({ point, request }) => expectOneRotates(point, request, [1, 0]),
  );

  it.concurrent.each(holds.slice(created))(
    'held $point it is done: $request; it rotates, not the other one',
    ({ point, request }) => expectOneRotates(point, request, [0, 1]),
  );

  async function expectOneRotates(point: Point, request: string, codes: readonly [number, number]) {
    await using stage = await setStage(TWO_KEY_PLAN.setting);
    const halt = haltAt(stage.world.emulator, request, point);
    await using held = stage.start();
    await held.reaches(halt);
    const other = await stage.run();
    stage.expectPromisesKept();
    halt.release();
    expect([(await held.ended).exitCode, other.exitCode]).toEqual(codes);
    expect(stage.world.active()).toHaveLength(1);
    stage.expectOneKeyStored();
    await stage.expectHealed();
    stage.expectPromisesKept();
  }

  it.concurrent.each(holds.filter(bothCreate))(
    'held $point it is done: $request; both rotate, which fills the plan with keys that no rule tells apart',
    async ({ point, request }) => {
      await using stage = await setStage(TWO_KEY_PLAN.setting);
      const halt = haltAt(stage.world.emulator, request, point);
      await using held = stage.start();
      await held.reaches(halt);
      expect((await stage.run()).exitCode).toBe(0);
      halt.release();
      expect((await held.ended).exitCode).toBe(0);
      expect(stage.world.active()).toHaveLength(2);
      stage.expectPromisesKept();

      stage.world.advance(20 * MINUTE);
      const next = await stage.run();
      expect(next.exitCode).toBe(1);
      expect(next.log.join('\n')).toContain('[quota-full]');
      for (const { id } of stage.world.active()) expect(next.log.join('\n')).toContain(id);
      stage.expectPromisesKept();
      await stage.expectNothingLeaked();
      // A gap of seconds is what frees a place, if a person accepts it.
      await stage.expectHealed({ 'on-quota': 'replace' });
    },
  );
});

/** The later run is held in turn, and the first one goes on to its end between two steps of the other. */
describe('two rotations that cross', () => {
  const holds: readonly Hold[] = [
    { point: 'after', request: CREATE },
    { point: 'before', request: STORE },
    { point: 'after', request: STORE },
    { point: 'before', request: REVOKE },
  ];

  it.concurrent.each(holds.flatMap((first) => holds.map((second) => ({ first, second }))))(
    '$first.point $first.request, then $second.point $second.request',
    async ({ first, second }) => {
      await using stage = await setStage(PRO);
      const { emulator } = stage.world;
      const firstHalt = haltAt(emulator, first.request, first.point);
      await using one = stage.start();
      await one.reaches(firstHalt);
      stage.world.advance(3 * MINUTE);
      const secondHalt = haltAt(emulator, second.request, second.point);
      await using other = stage.start();
      await other.reaches(secondHalt);
      stage.world.advance(3 * MINUTE);
      firstHalt.release();
      expect((await one.ended).exitCode).toBe(0);
      stage.world.advance(3 * MINUTE);
      stage.expectPromisesKept();
      secondHalt.release();
      expect((await other.ended).exitCode).toBe(0);
      await stage.expectHealed();
      stage.expectPromisesKept();
    },
  );
});
