import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { read, WORKFLOWS } from './files.ts';

// Holds invariants 16 and 36 of docs/threat-model.md.

interface Job {
  readonly needs?: readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: { readonly name: string };
  readonly 'timeout-minutes'?: number;
  /** A job that calls a workflow has this, and no steps. */
  readonly uses?: string;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
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
    const own = /uses: \.\/(?:$| #|\.github\/workflows\/|\.mutx-api-key-action(?:\/|$| #))/u;
    const outside = uses.filter((line) => !own.test(line));
    expect(outside.length).toBeGreaterThan(0);
    expect(outside.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u.test(line))).toEqual(
      [],
    );
  });

  test('says why, where it contradicts zizmor', () => {
    const ignoring = text.split('\n').filter((line) => line.includes('zizmor: ignore['));
    expect(ignoring.filter((line) => !/ # zizmor: ignore\[[\w-]+\] \S/u.test(line))).toEqual([]);
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

  test('takes nothing from a cache, which one branch could fill for another', () => {
    const caching = steps.filter(
      ({ uses = '', with: given = {} }) =>
        uses.startsWith('actions/cache') ||
        'cache' in given ||
        (uses.startsWith('actions/setup-node@') && given['package-manager-cache'] !== false) ||
        (uses.startsWith('github/codeql-action/init@') &&
          (given['trap-caching'] !== false || given['dependency-caching'] !== false)),
    );
    expect(caching).toEqual([]);
  });

  test('installs no packages, and so runs none of theirs, where it may write', () => {
    const writing = jobs.filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'));
    const installing = writing.filter(([, job]) =>
      job.steps?.some(({ run = '' }) =>
        /\bnpm (?:ci|i|install|run|exec|x|test)\b|\bnpx\b|\bnode\b|\bgo run\b/u.test(run),
      ),
    );
    expect(installing.map(([name]) => name)).toEqual([]);
  });

  test('ends by itself, and does not pile up', () => {
    const endless = jobs.filter(([, job]) => job['timeout-minutes'] === undefined && job.uses === undefined);
    expect(endless.map(([name]) => name)).toEqual([]);
    // A reusable workflow that waited for its caller's group would wait for itself; it guards single jobs.
    if (isReusable) expect(workflow.concurrency).toBeUndefined();
    else expect(workflow.concurrency).toBeDefined();
  });
});

describe('release.yml', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as Workflow;
  const may = (permission: string) =>
    Object.keys(jobs).filter((name) => jobs[name]?.permissions?.[permission] === 'write');

  test('gives each permission to the jobs that need it', () => {
    expect(may('contents')).toEqual(['draft', 'publish', 'major-tag']);
    expect(may('id-token')).toEqual(['attest', 'npm']);
    expect(may('attestations')).toEqual(['attest']);
  });

  test('runs no code of the repository where it may write', () => {
    const writing = [...may('contents'), ...may('id-token')].flatMap((name) => jobs[name]?.steps ?? []);
    expect(writing.filter(({ uses }) => uses?.startsWith('actions/checkout@'))).toEqual([]);
  });

  test('never lets a package run a script when it is installed', () => {
    const commands = Object.values(jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run));
    const installing = commands.filter((run) => /\bnpm (?:ci|i|install|publish|pack)\b/u.test(run));
    expect(installing.length).toBeGreaterThan(2);
    expect(installing.filter((run) => !run.includes('--ignore-scripts'))).toEqual([]);
  });

  test('waits for a person before anything becomes public, and for the verification before anybody gets it', () => {
    expect(jobs['publish']?.environment).toEqual({ name: 'release' });
    expect([...jobsBefore(jobs, 'publish')].sort()).toEqual(['attest', 'build', 'check', 'draft']);
    expect(jobsBefore(jobs, 'verify')).toContain('publish');
    expect(jobsBefore(jobs, 'major-tag')).toContain('verify');
    expect(jobsBefore(jobs, 'npm')).toContain('verify');
  });
});

describe('the conclusion of ci.yml', () => {
  test('waits for every other job', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
    const others = Object.keys(jobs).filter((name) => name !== 'conclusion');
    expect([...(jobs['conclusion']?.needs ?? [])].sort()).toEqual(others.sort());
  });
});

/** The jobs that have to succeed before this one starts. */
function jobsBefore(jobs: Workflow['jobs'], name: string): Set<string> {
  const direct = jobs[name]?.needs ?? [];
  return new Set(direct.flatMap((one) => [one, ...jobsBefore(jobs, one)]));
}
