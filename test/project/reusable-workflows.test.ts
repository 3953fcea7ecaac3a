import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FIELDS } from '../../src/config/fleet/fields.ts';
import { read } from './files.ts';

// Holds invariant 34 of docs/threat-model.md.

interface Workflow {
  readonly on: { readonly workflow_call: { readonly inputs: object } };
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: unknown; readonly uses?: string; readonly steps?: readonly Step[] }
    >
  >;
}
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const REUSABLE = ['rotate', 'rotate-shard', 'audit'].map((name) => `.github/workflows/${name}.yml`);

describe.each(REUSABLE)('%s', (path) => {
  const text = read(path);
  const { on, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  test('is called by other workflows and by nothing else', () => {
    expect(Object.keys(on)).toEqual(['workflow_call']);
  });

  test('runs the actions of the commit that it is from itself', () => {
    const checkouts = steps.filter((step) => step.with?.['path'] === '.mutx-api-key-action');
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) {
      expect(checkout.with).toMatchObject({
        repository: `\${{ job.workflow_repository }}`,
        ref: `\${{ job.workflow_sha }}`,
      });
    }
    expect(text).not.toMatch(/uses: mutx\//u);
  });

  test('stops before that in every job where the runner does not say which commit it is', () => {
    const own = (step: Step) => step.with?.['path'] === '.mutx-api-key-action';
    // A job that takes no action has nothing to be from anywhere.
    const first = Object.values(jobs).flatMap(({ steps: all = [], ...job }) =>
      all[0] === undefined || job.uses !== undefined || !all.some(({ uses }) => uses !== undefined)
        ? []
        : [all[0]],
    );
    expect(first).toHaveLength(steps.filter(own).length);
    expect(new Set(first.map((step) => JSON.stringify(step))).size).toBe(1);
    expect(first[0]).toMatchObject({
      if: "job.workflow_repository == '' || job.workflow_sha == ''",
      run: expect.stringMatching(/\nexit 1\n$/u) as string,
    });
  });

  test('puts no expression into a script', () => {
    const scripts = steps.flatMap((step) => (step.run === undefined ? [] : [step.run]));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  test('lets only the job that keeps the issue write anything', () => {
    const writing = Object.entries(jobs).filter(([, job]) =>
      JSON.stringify(job.permissions).includes('write'),
    );
    expect(writing.map(([name]) => name).filter((name) => !name.startsWith('report'))).toEqual([]);
  });

  test('hands secrets on one by one', () => {
    expect(text).not.toContain('secrets: inherit');
  });

  test('gives actions of ours inputs that they have', () => {
    for (const { uses, with: given = {} } of steps) {
      const [, folder] = /^\.\/\.mutx-api-key-action(?:\/(.+))?$/u.exec(uses ?? '') ?? [];
      if (uses?.startsWith('./') !== true) continue;
      const file = `${folder === undefined ? '' : `${folder}/`}action.yml`;
      const { inputs } = parse(read(file)) as { inputs: Readonly<Record<string, unknown>> };
      expect(
        Object.keys(given).filter((name) => inputs[name] === undefined),
        `${uses} in ${path}`,
      ).toEqual([]);
    }
  });
});

test('rotate.yml takes every setting of a key, and its shards hand every one on', () => {
  const { on } = parse(read('.github/workflows/rotate.yml')) as { on: { workflow_call: { inputs: object } } };
  expect(Object.keys(on.workflow_call.inputs)).toEqual(expect.arrayContaining([...FIELDS]));
  const shard = read('.github/workflows/rotate-shard.yml');
  for (const field of FIELDS) expect(shard).toContain(`${field}: \${{ matrix.${field} }}`);
});

test('the internal actions run entries that are there', () => {
  for (const name of ['plan', 'issue']) {
    const { runs } = parse(read(`.github/actions/${name}/action.yml`)) as { runs: { main: string } };
    expect(runs.main).toBe(`../../../dist/${name}.js`);
    expect(read(`dist/${name}.js`)).toContain(`main('${name}')`);
  }
});
