import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { read, WORKFLOWS } from './files.ts';

interface Job {
  readonly needs?: readonly string[];
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}
interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

describe.each(WORKFLOWS)('%s', (path) => {
  const text = read(path);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  test('may do nothing, unless a job says so', () => {
    expect(workflow.permissions).toEqual({});
    expect(jobs.filter(([, job]) => job.permissions === undefined)).toEqual([]);
  });

  test('pins every action by commit, with its version beside it', () => {
    const uses = text.split('\n').filter((line) => /^\s*(?:- )?uses:/u.test(line));
    const outside = uses.filter((line) => !/uses: \.\/(?: #|$)/u.test(line));
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
    expect(jobs.filter(([, job]) => job['timeout-minutes'] === undefined).map(([name]) => name)).toEqual([]);
    expect(workflow.concurrency).toBeDefined();
  });
});

describe('the conclusion of ci.yml', () => {
  test('waits for every other job', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
    const others = Object.keys(jobs).filter((name) => name !== 'conclusion');
    expect([...(jobs['conclusion']?.needs ?? [])].sort()).toEqual(others.sort());
  });
});
