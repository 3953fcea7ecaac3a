import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaksIn } from '../canary/search.ts';
import { withoutMasks } from '../canary/step.ts';
import { BAD, type Given } from '../config/bad.ts';
import {
  ACCESS_JWT,
  API_KEY,
  ENOUGH,
  GITHUB_TOKEN,
  jwt,
  NOW,
  PASSWORD,
  REFRESH_JWT,
} from '../config/given.ts';
import { Machine } from '../credentials/machine.ts';
import { EVIL } from './bytes.ts';
import { type Front, startFront } from './front.ts';
import { stepHere } from './step-here.ts';

// Holds invariants 6 and 27 of docs/threat-model.md.

const EXPIRED_JWT = jwt({ type: 'access', exp: NOW / 1_000 - 3_600 });

/** Credentials that are none, or not of this place; each with the input that is named. */
const BAD_CREDENTIALS: readonly (readonly [given: Given, input: string])[] = [
  ...['***', 'short', '"', `\${{ secrets.X }}`, 'secrets.MUTX_JWT', '$MUTX_JWT', ' \n\t '].flatMap((text) => [
    [{ 'bootstrap-jwt': text }, text.trim() === '' ? 'no MUTX credential' : '`bootstrap-jwt`'] as const,
    [{ 'github-token': text }, '`github-token`'] as const,
  ]),
  ...[
    (token: string) => `"${token}"`,
    (token: string) => `'${token}'`,
    (token: string) => `Bearer ${token}`,
    (token: string) => `Authorization: Bearer ${token}`,
    (token: string) => `TOKEN=${token}`,
    (token: string) => `{"access_token":"${token}"}`,
    (token: string) => `${token}\n${token}`,
    (token: string) => `${token}\u200b`,
    (token: string) => `${token}\u0000`,
    (token: string) => `${token} # mine`,
    (token: string) => `\${{ ${token} }}`,
  ].flatMap((wrap) => [
    [{ 'bootstrap-jwt': wrap(ACCESS_JWT) }, '`bootstrap-jwt`'] as const,
    [{ 'bootstrap-jwt': '', 'refresh-token': wrap(REFRESH_JWT) }, '`refresh-token`'] as const,
    [{ 'github-token': wrap(GITHUB_TOKEN) }, '`github-token`'] as const,
  ]),
  [{ 'bootstrap-jwt': GITHUB_TOKEN }, '`bootstrap-jwt`'],
  [{ 'bootstrap-jwt': '', 'refresh-token': GITHUB_TOKEN }, '`refresh-token`'],
  [{ 'bootstrap-jwt': '', 'refresh-token': ACCESS_JWT }, '`refresh-token`'],
  [{ 'bootstrap-jwt': '', 'refresh-token': API_KEY }, '`refresh-token`'],
  [{ 'bootstrap-jwt': '', email: 'bot@example.com', password: GITHUB_TOKEN }, '`password`'],
  [{ 'bootstrap-jwt': '', email: 'bot@example.com', password: 'short' }, '`password`'],
  [{ 'bootstrap-jwt': '', email: 'bot@example.com' }, '`password`'],
  [{ 'bootstrap-jwt': '', email: EVIL, password: PASSWORD }, '`email`'],
  [{ 'bootstrap-jwt': '', password: PASSWORD }, '`email`'],
  [{ 'refresh-token': REFRESH_JWT }, '`bootstrap-jwt`'],
  [{ email: 'bot@example.com', password: PASSWORD }, '`bootstrap-jwt`'],
  [{ 'github-token': ACCESS_JWT }, '`github-token`'],
  [{ 'github-token': REFRESH_JWT }, '`github-token`'],
  [{ 'github-token': API_KEY }, '`github-token`'],
  [{ 'bootstrap-jwt': API_KEY, 'on-quota': 'replace' }, '`on-quota`'],
  [{ 'bootstrap-jwt': EXPIRED_JWT }, '`bootstrap-jwt`'],
  ...['targets', 'environment', 'key-name', 'secret-name', 'api-url', 'on-quota', 'expires-in-days'].flatMap(
    (input) =>
      [API_KEY, ACCESS_JWT, GITHUB_TOKEN].map(
        (token) => [{ [input]: `x ${token}` }, `\`${input}\``] as const,
      ),
  ),
  ...['targets', 'environment', 'key-name', 'secret-name', 'api-url', 'on-quota', 'visibility', 'verify'].map(
    (input) => [{ [input]: EVIL }, `\`${input}\``] as const,
  ),
];

const ALL: readonly (readonly [given: Given, input: string])[] = [
  ...BAD.map(([given, told]) => [given, `\`${told.split(' ')[0]}\``] as const),
  ...BAD_CREDENTIALS,
];

let nobody: Front;
beforeAll(async () => {
  nobody = await startFront(undefined);
});
afterAll(() => nobody[Symbol.asyncDispose]());

function stepWith(given: Given, more: Readonly<Record<string, string>> = {}) {
  const env: Record<string, string> = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'Acme/Web',
    GITHUB_API_URL: nobody.url,
    ...more,
  };
  for (const [name, value] of Object.entries({ ...ENOUGH, 'api-url': nobody.url, ...given })) {
    env[`INPUT_${name.toUpperCase()}`] = value;
  }
  return stepHere(env, new Machine(NOW));
}

/** Every credential that may be in an input, whatever is around it. */
const CREDENTIALS = new Map(
  [ACCESS_JWT, REFRESH_JWT, API_KEY, GITHUB_TOKEN, PASSWORD].map((text) => [
    text,
    'a credential that was given',
  ]),
);

/** A GET of the keys with no credential: its answer's `Date` is all that it is for. */
function asksForTheTime(request: string): boolean {
  return (
    /"method":"GET","path":"(?:\/v1)?\/api-keys"/u.test(request) &&
    !/"(?:authorization|x-api-key)"|eyJ/iu.test(request)
  );
}

describe(`${ALL.length} bad inputs tried, of the action as a whole`, () => {
  it('are at least 100, no two the same', () => {
    expect(new Set(ALL.map(([given]) => JSON.stringify(given))).size).toBe(ALL.length);
    expect(ALL.length).toBeGreaterThanOrEqual(100);
  });

  it.each(ALL)('%j: %s is named, nothing is called, nothing leaks', async (given, input) => {
    const before = nobody.received.length;
    const step = await stepWith(given);
    expect(step.failure?.code).toBe('invalid-input');
    expect(step.failure?.details.join('\n')).toContain(input);
    for (const detail of step.failure?.details ?? []) expect(detail).toMatch(/Fix: \S/u);
    // Only where this machine's clock calls a credential expired, MUTX is asked for the time, without it.
    const received = nobody.received.slice(before);
    expect(received.filter((request) => !asksForTheTime(request))).toEqual([]);
    if (given['bootstrap-jwt'] !== EXPIRED_JWT) expect(received).toEqual([]);
    const lines = step.stdout.split(/\r\n|\n|\r/u);
    expect(lines.filter((line) => line.trimStart().startsWith('::'))).toHaveLength(step.commands);
    expect(withoutMasks(step.stdout).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const channels = [
      ['stdout', withoutMasks(step.stdout)],
      ['log', step.log.lines.join('\n')],
      ['annotations', JSON.stringify(step.log.annotations)],
      ['outputs', step.outputFile],
      ['summary', step.summary],
      ['failure', JSON.stringify(step.failure)],
    ] as const;
    expect(leaksIn(channels, CREDENTIALS)).toEqual([]);
    expect(step.outputs['rotated']).toBeUndefined();
  });
});

describe('a run that GitHub gives no secrets', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const EMPTY = { 'bootstrap-jwt': '', 'github-token': '' };
  const forked = () => {
    const path = join(folder, 'event.json');
    const repo = (full_name: string) => ({ repo: { full_name } });
    writeFileSync(
      path,
      JSON.stringify({ pull_request: { head: repo('mallory/web'), base: repo('Acme/Web') } }),
    );
    return path;
  };

  it.each([
    ['pull_request', {}, 'comes from a fork (mallory/web), and GitHub gives no secrets'],
    ['pull_request', { GITHUB_ACTOR: 'dependabot[bot]' }, 'get Dependabot secrets, not Actions secrets'],
    [
      'pull_request_target',
      { GITHUB_ACTOR: 'dependabot[bot]' },
      'get Dependabot secrets, not Actions secrets',
    ],
    ['schedule', {}, 'the secret or variable it is filled from does not exist or is not given to this job'],
    [
      'pull_request_target',
      {},
      'the secret or variable it is filled from does not exist or is not given to this job',
    ],
  ])('by %s %j is told why, not that an input is missing', async (name, more, why) => {
    const step = await stepWith(EMPTY, {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: forked(),
      ...more,
    });
    expect(step.failure?.code).toBe('invalid-input');
    expect(step.failure?.details).toHaveLength(2);
    for (const detail of step.failure?.details ?? []) expect(detail).toContain(why);
    expect(nobody.received.filter((request) => !asksForTheTime(request))).toEqual([]);
  });

  it('by pull_request_target is warned of it, where it has secrets', async () => {
    const env = { GITHUB_EVENT_NAME: 'pull_request_target', GITHUB_EVENT_PATH: forked() };
    const step = await stepWith(
      { 'bootstrap-jwt': `\n${ACCESS_JWT}\r\n`, 'github-token': `${GITHUB_TOKEN}\n` },
      env,
    );
    const [warning] = step.log.annotations;
    expect(warning?.level).toBe('warning');
    expect(warning?.message).toContain('anybody who can open a pull request makes it rotate');
    // White space around a token is no problem: it was sent without.
    expect(nobody.received.join()).toContain(`"authorization":"Bearer ${ACCESS_JWT}"`);
    expect(nobody.received.join()).toContain(`"authorization":"Bearer ${GITHUB_TOKEN}"`);
  });
});
