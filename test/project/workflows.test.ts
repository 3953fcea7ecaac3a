import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FIELDS } from '../../src/fleet/fields.ts';
import { read, WORKFLOWS } from './files.ts';

interface Job {
  readonly needs?: readonly string[];
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  /** A job that calls a workflow has this, and no steps. */
  readonly uses?: string;
  readonly concurrency?: unknown;
  readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

describe.each(WORKFLOWS)('%s', (path) => {
  const text = read(path);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps ?? []);
  const isReusable = Object.keys(workflow.on).includes('workflow_call');

  test('may do nothing, unless a job says so', () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.filter(([, job]) => job.permissions === undefined)).toEqual([]);
  });

  test('pins every action by commit, with its version beside it', () => {
    const uses = text.split('\n').filter((line) => /^\s*(?:- )?uses:/u.test(line));
    // The repository itself, as it was checked out, and workflows of the same commit.
    const own = /uses: \.\/(?:$| #|\.github\/workflows\/|\.mutx-api-key-action(?:\/|$))/u;
    const outside = uses.filter((line) => !own.test(line));
    expect(outside.length).toBeGreaterThan(0);
    expect(outside.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u.test(line))).toEqual(
      [],
    );
  });

  test('names one commit for each action', () => {
    const outside = steps.flatMap(({ uses }) => (uses === undefined || uses.startsWith('.') ? [] : [uses]));
    const actions = new Set(outside.map((uses) => uses.split('@')[0]));
    expect(new Set(outside).size).toBe(actions.size);
  });

  test('leaves no credential in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  test('ends by itself, and does not pile up', () => {
    const endless = jobs.filter(([, job]) => job['timeout-minutes'] === undefined && job.uses === undefined);
    expect(endless.map(([name]) => name)).toEqual([]);
    // A reusable workflow that waited for its caller's group would wait for itself; it guards single jobs.
    if (isReusable) expect(workflow.concurrency).toBeUndefined();
    else expect(workflow.concurrency).toBeDefined();
  });
});

describe('the conclusion of ci.yml', () => {
  test('waits for every other job', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
    const others = Object.keys(jobs).filter((name) => name !== 'conclusion');
    expect([...(jobs['conclusion']?.needs ?? [])].sort()).toEqual(others.sort());
  });
});

const REUSABLE = ['rotate', 'rotate-shard', 'audit'].map((name) => `.github/workflows/${name}.yml`);

describe.each(REUSABLE)('%s', (path) => {
  const text = read(path);
  const { on, jobs } = parse(text) as Workflow & { on: { workflow_call: { inputs: object } } };
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

  test('puts no expression into a script', () => {
    const scripts = steps.flatMap((step) => ('run' in step ? [String(step.run)] : []));
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
