import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { matricesOf } from '../../src/config/fleet/matrix.ts';
import { specOf } from '../../src/config/table.ts';
import { load } from '../config/fleet/fleet-file.ts';
import { read } from '../project/files.ts';
import { valueIn } from './expressions.ts';
import { DAY, HERE, HOUR, resultsOf, startStage } from './stage.ts';

// Holds invariants 34 and 35 of docs/threat-model.md.

const FLEET = `
defaults: { renew-before: 7d, grace-period: 1h }
keys:
  - key-name: web
    targets: [acme/web, acme/shop as SHOP_KEY]
  - key-name: api
    targets: [acme/api]
    expires-in-days: 60
`;

const INPUTS = { 'fleet-file': 'mutx-keys.yml', 'revoke-environment': 'mutx-grace' };

async function withFleet(behind = 0) {
  const stage = await startStage(behind);
  for (const name of ['acme/web', 'acme/shop', 'acme/api']) stage.emulator.github.addRepository(name);
  stage.fleet(FLEET);
  return stage;
}

describe('rotate.yml with a fleet', () => {
  it('rotates what is due, each key in a job of its own, and nothing twice', async () => {
    await using stage = await withFleet();
    const first = await stage.run('rotate', INPUTS);
    expect(resultsOf(first)).toEqual({
      plan: 'success',
      'rotate / rotate / web': 'success',
      'rotate / rotate / api': 'success',
      superseded: 'success',
      revoke: 'skipped',
      report: 'success',
      'report-revoke': 'skipped',
    });
    const groups = [...first.values()].flatMap(({ group }) => (group === undefined ? [] : [group]));
    expect(new Set(groups).size).toBe(3);
    expect(groups.filter((group) => /^mutx-api-key-[0-9a-f]{16}$/u.test(group))).toHaveLength(2);
    const web = stage.working('acme/web');
    expect(web).toBeDefined();
    expect(stage.working('acme/shop', 'SHOP_KEY')).toBe(web);
    expect(stage.working('acme/api')).toBeDefined();
    expect([stage.active('web'), stage.active('api')]).toEqual([1, 1]);

    stage.advance(DAY);
    stage.emulator.ledger.clear();
    const second = await stage.run('rotate', INPUTS);
    expect(resultsOf(second)).toMatchObject({ plan: 'success', rotate: 'skipped', report: 'success' });
    expect(second.get('plan')?.steps[0]?.summary).toContain('0 of 2 keys \\(3 targets\\) are due');
    const effects = stage.emulator.ledger.effects().map(({ effect }) => effect);
    expect(effects.filter((effect) => !/session|log/u.test(effect ?? ''))).toEqual([]);
    expect(stage.issues).toEqual([]);
  });

  it.each([
    ['as late as the services’', 0],
    ['months ahead', 60 * DAY],
    ['months behind', -60 * DAY],
  ])(
    'revokes what is superseded behind the timer of the environment, with a clock of the runner %s',
    async (_, behind) => {
      await using stage = await withFleet(behind);
      await stage.run('rotate', INPUTS);
      const old = stage.working('acme/web') ?? '';
      stage.advance(25 * DAY);
      const run = await stage.run('rotate', INPUTS, { waits: 2 * HOUR });
      expect(resultsOf(run)).toMatchObject({
        'rotate / rotate / web': 'success',
        superseded: 'success',
        revoke: 'success',
        report: 'success',
      });
      expect(run.has('rotate / rotate / api')).toBe(false);
      expect(stage.environments).toEqual(['mutx-grace']);
      expect(stage.emulator.mutx.accepts(old)).toBe(false);
      expect(stage.working('acme/web')).toBeDefined();
      expect([stage.active('web'), stage.active('api')]).toEqual([1, 1]);
    },
  );

  it('revokes nothing, and tells, where the environment has no timer', async () => {
    await using stage = await withFleet();
    await stage.run('rotate', INPUTS);
    const old = stage.working('acme/web') ?? '';
    stage.advance(25 * DAY);
    const run = await stage.run('rotate', INPUTS);
    expect(resultsOf(run)).toMatchObject({
      revoke: 'failure',
      report: 'success',
      'report-revoke': 'success',
    });
    expect(run.get('revoke')?.log).toContain('[too-early]');
    expect(run.get('revoke')?.log).toContain('behind an environment with a wait timer');
    expect(stage.emulator.mutx.accepts(old)).toBe(true);
    expect(stage.issues).toMatchObject([{ state: 'open', title: 'The rotation of MUTX API keys fails' }]);
    expect(stage.issues[0]?.body).toContain('| `revoke` | failure |');
  });
});

describe('what rotate.yml hands on to be revoked', () => {
  it('is what the rotations themselves have superseded, and no more than their max-revocations', async () => {
    await using stage = await withFleet();
    stage.fleet(
      FLEET.replace('targets: [acme/api]', 'targets: [acme/api]\n    max-revocations: 1').replace(
        'renew-before: 7d, ',
        '',
      ),
    );
    await stage.run('rotate', INPUTS);
    const { mutx } = stage.emulator;
    for (const id of [1, 2])
      mutx.addKey(stage.user, { name: 'api', createdAt: mutx.clock.now() - id * HOUR });
    stage.advance(2 * HOUR);
    const run = await stage.run('rotate', INPUTS, { waits: 2 * HOUR });
    expect(run.get('superseded')?.steps).toEqual([]);
    expect(resultsOf(run)).toMatchObject({ superseded: 'success', revoke: 'success' });
    expect(stage.active('web')).toBe(1);
    expect(stage.active('api')).toBe(4);
    expect(stage.working('acme/web')).toBeDefined();
    expect(stage.working('acme/api')).toBeDefined();
  });

  it('is nothing where no key was due, whatever a look would find', async () => {
    await using stage = await withFleet();
    await stage.run('rotate', INPUTS);
    stage.advance(25 * DAY);
    // Superseded, and not handed on: the job for that was not asked for.
    await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml' });
    stage.advance(10 * 60_000);
    const run = await stage.run('rotate', INPUTS, { waits: 2 * HOUR });
    expect(resultsOf(run)).toMatchObject({ rotate: 'skipped', superseded: 'skipped', revoke: 'skipped' });
    expect(stage.active('web')).toBe(2);
  });

  it('has an output of its own for each job of a matrix, and for each matrix that a plan can have', () => {
    const shard = parse(read('.github/workflows/rotate-shard.yml')) as {
      on: { workflow_call: { outputs: Record<string, { value: string }> } };
      jobs: {
        rotate: { outputs: Record<string, string>; steps: readonly { env?: Record<string, string> }[] };
      };
    };
    const ok = { failed: false, succeeded: true };
    const { outputs } = shard.jobs.rotate;
    expect(Object.keys(outputs)).toHaveLength(256);
    const steps = { superseded: { outputs: { keys: 'x' } } };
    for (const index of [0, 1, 25, 255]) {
      const values = Object.entries(outputs).filter(
        ([, one]) => valueIn(one, { matrix: { index: String(index) }, steps }, ok) !== '',
      );
      expect(values.map(([name]) => name)).toEqual([`k${index}`]);
    }
    const calls = Object.entries(shard.on.workflow_call.outputs);
    const jobs = { rotate: { outputs: { k3: 'a', k7: 'b' } } };
    for (const number of [0, 1, 27]) {
      const values = calls.map(([name, { value }]) => [
        name,
        valueIn(value, { inputs: { shard: number }, jobs }, ok),
      ]);
      expect(values.filter(([, value]) => value !== '')).toEqual([[`superseded-${number}`, 'a b']]);
    }
    // More keys than these matrices hold do not fit into the outputs of the plan (src/commands/plan.ts).
    expect(
      calls.length *
        256 *
        JSON.stringify({ id: '0123456789abcdef', index: '9', targets: 'a/b', 'key-name': 'c' }).length,
    ).toBeGreaterThan(450_000);
    const { gather } = Object.fromEntries(
      (
        parse(read('.github/workflows/rotate.yml')) as {
          jobs: { superseded: { steps: { id: string; env: object }[] } };
        }
      ).jobs.superseded.steps.map((step) => [step.id, step]),
    );
    expect(Object.keys(gather?.env ?? {})).toHaveLength(calls.length);
  });

  it('counts keys without `max-revocations` by the default of the action', () => {
    const file = read('.github/workflows/rotate-shard.yml');
    const fallback = /matrix\.max-revocations \|\| '(\d+)'/u.exec(file)?.[1];
    expect(fallback).toBe(specOf('max-revocations').verbs.rotate?.default);
  });
});

describe('the issue about failures', () => {
  it('is opened by the first failed run, updated by the next, and closed by one that succeeds', async () => {
    await using stage = await withFleet();
    const shop = stage.emulator.github.repository('acme/shop');
    shop.archived = true;
    const first = await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml' });
    expect(resultsOf(first)).toMatchObject({
      'rotate / rotate / web': 'failure',
      'rotate / rotate / api': 'success',
      superseded: 'skipped',
      report: 'success',
    });
    expect(stage.issues).toMatchObject([{ state: 'open', labels: ['mutx-api-key'], comments: [] }]);
    expect(stage.issues[0]?.body).toContain(
      `https://github.com/${HERE}/actions/runs/4242/attempts/1 (1 failed run `,
    );
    expect(stage.issues[0]?.body).toContain('| `rotate` | failure |');

    await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml' });
    expect(stage.issues).toHaveLength(1);
    expect(stage.issues[0]?.body).toContain('(2 failed runs since this issue was opened)');

    shop.archived = false;
    const third = await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml' });
    expect(resultsOf(third)).toMatchObject({ 'rotate / rotate / web': 'success', report: 'success' });
    expect(stage.issues).toMatchObject([{ state: 'closed', stateReason: 'completed' }]);
    expect(stage.issues[0]?.comments).toMatchObject([
      { body: expect.stringMatching(/^It works again: https:/u) },
    ]);
  });

  it('is opened where the file cannot be used, before anything is called', async () => {
    await using stage = await withFleet();
    stage.fleet('keys:\n- key-name: web\n  target: acme/web\n');
    const run = await stage.run('rotate', INPUTS);
    expect(resultsOf(run)).toMatchObject({ plan: 'failure', rotate: 'skipped', superseded: 'skipped' });
    expect(run.get('plan')?.log).toContain('mutx-keys.yml:3: `target` is not known here');
    expect(stage.emulator.ledger.entries.filter(({ server }) => server === 'mutx')).toEqual([]);
    expect(stage.issues).toMatchObject([{ state: 'open' }]);
  });

  it("leaves other people's issues alone, those that look like ours too", async () => {
    await using stage = await withFleet();
    const { issues } = stage.emulator.github.repository(HERE);
    issues.open('Rotation', 'about something else', ['mutx-api-key']);
    await stage.run('rotate', { 'fleet-file': 'nothing.yml' });
    const body = issues.all[1]?.body ?? '';
    issues.open('A copy without the label', body, []);
    await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml' });
    expect(issues.all.map(({ state }) => state)).toEqual(['open', 'closed', 'open']);
  });

  it('is none where issues are switched off, which fails nothing', async () => {
    await using stage = await withFleet();
    stage.emulator.github.repository(HERE).issues.enabled = false;
    const run = await stage.run('rotate', { 'fleet-file': 'nothing.yml' });
    expect(resultsOf(run)).toMatchObject({ plan: 'failure', report: 'success' });
    expect(run.get('report')?.log).toContain('this repository has issues switched off');
  });
});

describe('a key that cannot be looked at', () => {
  it('gets a job, which says what is wrong with it, and does not keep the others from theirs', async () => {
    await using stage = await startStage();
    stage.emulator.github.addRepository('acme/web');
    stage.fleet('defaults: {renew-before: 7d}\nkeys:\n- targets: [acme/web]\n- targets: [acme/gone]\n');
    const run = await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml', 'failure-issue': false });
    expect(resultsOf(run)).toMatchObject({
      plan: 'success',
      'rotate / rotate / gha/acme/web/MUTX_API_KEY': 'success',
      'rotate / rotate / gha/acme/gone/MUTX_API_KEY': 'failure',
      report: 'skipped',
    });
    expect(run.get('plan')?.steps[0]?.annotations).toMatchObject([
      {
        level: 'warning',
        message: expect.stringContaining('gha/acme/gone/MUTX_API_KEY is due is not known') as string,
      },
    ]);
    expect(stage.working('acme/web')).toBeDefined();
  });
});

describe('a name that the outputs of a job must not hold', () => {
  it.each([
    ['the e-mail address of the account', 'email', 'the e-mail address of the account'],
    ['the password', 'password', 'holds a credential that was given in another input'],
  ] as const)('is refused before anything is called: %s', async (_what, part, words) => {
    await using stage = await withFleet();
    stage.fleet(`keys: [{key-name: ${JSON.stringify(`of ${stage.user[part]}`)}, targets: [acme/web]}]\n`);
    const run = await stage.run('rotate', { 'fleet-file': 'mutx-keys.yml', 'failure-issue': false });
    expect(resultsOf(run)).toMatchObject({ plan: 'failure', rotate: 'skipped' });
    expect(run.get('plan')?.log).toContain(words);
    expect(stage.emulator.ledger.entries).toEqual([]);
  });
});

describe('a runner that does not say where the workflow is from', () => {
  it.each(['rotate', 'audit'] as const)(
    'runs nothing of ours or of the caller with the credentials, and says why (%s.yml)',
    async (workflow) => {
      await using stage = await withFleet();
      const inputs = workflow === 'rotate' ? INPUTS : {};
      const run = await stage.run(workflow, inputs, { namesWorkflow: false });
      const begun = [...run.values()].filter(({ result }) => result !== 'skipped');
      expect(begun.map(({ result }) => result)).toEqual(['failure', 'failure']);
      for (const { log, steps } of begun) {
        expect(log).toContain('runner of version 2.334.0 or newer');
        expect(steps).toEqual([]);
      }
      expect(stage.emulator.ledger.entries).toEqual([]);
    },
  );
});

describe('rotate.yml with one key', () => {
  it('takes it from the inputs, by the defaults of the action', async () => {
    await using stage = await startStage();
    const run = await stage.run('rotate', { 'secret-name': 'TOKEN', 'expires-in-days': '7' });
    expect(resultsOf(run)).toEqual({
      plan: 'success',
      'rotate / rotate / gha/acme/keys/TOKEN': 'success',
      superseded: 'skipped',
      revoke: 'skipped',
      report: 'success',
      'report-revoke': 'skipped',
    });
    expect(stage.working(HERE, 'TOKEN')).toBeDefined();
  });

  it('tells what is wrong with them in the plan', async () => {
    await using stage = await startStage();
    const run = await stage.run('rotate', { 'renew-before': 'a week', 'failure-issue': false });
    expect(resultsOf(run)).toMatchObject({ plan: 'failure', report: 'skipped' });
    expect(run.get('plan')?.log).toContain('the key: `renew-before` is not a duration (given: `a week`)');
  });
});

it('calls a shard for each matrix of a fleet of 600 keys, with that very matrix', () => {
  const keys = Array.from(
    { length: 600 },
    (_, index) => `- {key-name: "k'${index}", targets: [a/r${index}]}`,
  );
  const loaded = load(`keys:\n${keys.join('\n')}\n`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems[0]));
  const matrices = matricesOf(loaded.keys);
  const outputs = { matrices: JSON.stringify(matrices), shards: JSON.stringify([...matrices.keys()]) };
  const { jobs } = parse(read('.github/workflows/rotate.yml')) as {
    jobs: { rotate: { strategy: { matrix: { shard: string } }; with: { matrix: string } } };
  };
  const contexts = { needs: { plan: { outputs } } };
  const ok = { failed: false, succeeded: true };
  const shards = valueIn(jobs.rotate.strategy.matrix.shard, contexts, ok) as readonly number[];
  expect(shards).toEqual([0, 1, 2]);
  const called = shards.map((shard) => {
    const text = valueIn(jobs.rotate.with.matrix, { ...contexts, matrix: { shard } }, ok);
    return valueIn(`\${{ fromJSON(inputs.matrix) }}`, { inputs: { matrix: text } }, ok);
  });
  expect(called).toEqual(matrices);
});
