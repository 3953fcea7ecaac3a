import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEphemeralInputs } from '../../src/config/load/ephemeral.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { GITHUB_TOKEN, loadOnly, PASSWORD, toldInFull } from './given.ts';

// Holds invariant 27 of docs/threat-model.md.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function eventFile(text: string): string {
  const path = join(folder, `${Math.abs(hash(text))}.json`);
  writeFileSync(path, text);
  return path;
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) | 0, 7);
}

function pullRequest(head: unknown, base: unknown): string {
  return eventFile(JSON.stringify({ pull_request: { head: { repo: head }, base: { repo: base } } }));
}

function told(env: NodeJS.ProcessEnv) {
  const { loaded } = loadOnly({}, env);
  if (loaded.ok) throw new Error('expected problems');
  expect(loaded.problems.map(({ input }) => input)).toEqual([undefined, 'github-token']);
  expect(loaded.problems[0]?.message).toContain(loaded.problems[1]?.message.replace('is empty: ', ''));
  return toldInFull(loaded.problems)[1];
}

describe('an empty credential', () => {
  it('is one that is not set, or whose secret does not exist', () => {
    expect(told({ GITHUB_EVENT_NAME: 'schedule' })?.message).toBe(
      'is empty: it is not set, or the secret or variable it is filled from does not exist or is not given to this job',
    );
  });

  it.each(['pull_request_target', 'no_pull_request'])(
    'in a run of another event is not empty because of a fork: %s',
    (name) => {
      const path = pullRequest({ full_name: 'mallory/web' }, { full_name: 'Acme/Web' });
      expect(told({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path })?.message).toContain(
        'the secret or variable it is filled from does not exist',
      );
    },
  );

  it('outside of GitHub Actions is a variable that is not set, whatever else is', () => {
    for (const actions of [undefined, '', 'false']) {
      const env = { GITHUB_ACTIONS: actions, GITHUB_ACTOR: 'dependabot[bot]', GITHUB_EVENT_NAME: 'schedule' };
      expect(told(env)).toMatchObject({
        message: 'is empty: its variable is not set',
        fix: 'set `MUTX_GITHUB_TOKEN` or `GH_TOKEN`',
      });
    }
  });

  it('outside of GitHub Actions is told with the names of the variables, of those alone that are taken', () => {
    const env = { GITHUB_ACTIONS: '', 'INPUT_GITHUB-TOKEN': GITHUB_TOKEN };
    const fixes = (inputs: Readonly<Record<string, string>>) => {
      const { loaded } = loadOnly(inputs, env);
      return loaded.ok ? [] : loaded.problems.map(({ fix }) => fix);
    };
    expect(fixes({ email: 'ci@example.com' })).toEqual(['set `MUTX_PASSWORD`']);
    expect(fixes({ password: PASSWORD })).toEqual(['set `MUTX_EMAIL`']);
    expect(fixes({})).toEqual([
      expect.stringMatching(
        /; set `MUTX_EMAIL` and `MUTX_PASSWORD`, `MUTX_REFRESH_TOKEN` or `MUTX_BOOTSTRAP_JWT`$/u,
      ),
    ]);
    const oneJob = loadEphemeralInputs(
      { GITHUB_REPOSITORY: 'acme/web' },
      new SecretRegistry(() => undefined),
    );
    expect(!oneJob.ok && oneJob.problems[0]?.fix).toMatch(
      /; set `MUTX_EMAIL` and `MUTX_PASSWORD` or `MUTX_BOOTSTRAP_JWT`$/u,
    );
  });

  it.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
    'in a %s from a fork is empty because it is from a fork',
    (name) => {
      const env = {
        GITHUB_EVENT_NAME: name,
        GITHUB_EVENT_PATH: pullRequest({ full_name: 'mallory/web' }, { full_name: 'Acme/Web' }),
      };
      expect(told(env)?.message).toBe(
        'is empty: this pull request comes from a fork (mallory/web), and GitHub gives no secrets to such runs',
      );
      expect(told(env)?.fix).toContain('schedule');
    },
  );

  it('in a pull request from a fork that is gone says so', () => {
    const path = pullRequest(null, { full_name: 'Acme/Web' });
    expect(told({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path })?.message).toContain(
      '(since deleted)',
    );
  });

  it('in a pull request from a fork of an unprintable name tells it on one line', () => {
    const path = pullRequest({ full_name: 'a\n::stop-commands::x' }, { full_name: 'Acme/Web' });
    expect(told({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path })?.message).toContain(
      '(a ::stop-commands::x)',
    );
  });

  it.each([
    'pull_request',
    'pull_request_review',
    'pull_request_review_comment',
    'pull_request_target',
    'push',
    'create',
    'deployment',
    'deployment_status',
  ])('in a run started by Dependabot is empty because of that: %s', (event) => {
    const problem = told({ GITHUB_ACTOR: 'dependabot[bot]', GITHUB_EVENT_NAME: event });
    expect(problem?.message).toBe(
      'is empty: this run was started by Dependabot, and such runs get Dependabot secrets, not Actions secrets',
    );
    expect(problem?.fix).toContain('`schedule`');
  });

  it.each(['schedule', 'workflow_dispatch', 'workflow_run', 'repository_dispatch', 'delete', undefined])(
    'in a run whose actor only is Dependabot is not: %s, and nothing that would stop the rotation is advised',
    (event) => {
      const problem = told({ GITHUB_ACTOR: 'dependabot[bot]', GITHUB_EVENT_NAME: event });
      expect(problem?.message).not.toContain('Dependabot');
      expect(problem?.fix).not.toContain('github.actor');
    },
  );

  it.each([
    ['of the same repository', () => pullRequest({ full_name: 'Acme/Web' }, { full_name: 'Acme/Web' })],
    ['without an event file', () => undefined],
    ['whose event file is missing', () => join(folder, 'nowhere.json')],
    ['whose event is no JSON', () => eventFile('{')],
    ['whose event is null', () => eventFile('null')],
    ['whose event is another one', () => eventFile('{"pull_request":7}')],
    ['whose event has no names', () => pullRequest({ full_name: 1 }, { full_name: 2 })],
  ])('in a pull request %s may be so for any reason', (_what, path) => {
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: path() };
    expect(told(env)?.message).toBe(
      'is empty: it is not set, or its secret does not exist, or this pull request comes from a fork, and then GitHub gives no secrets',
    );
  });
});
