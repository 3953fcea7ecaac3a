import { fileURLToPath } from 'node:url';
import { type EmulatedUser, type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { runStep, type StepResult } from '../runner.ts';

const DAY = 24 * 60 * 60 * 1_000;
const REPOSITORY = 'acme/web';
const TARGETS = `${REPOSITORY}\n${REPOSITORY}@production\ndependabot:${REPOSITORY}`;
const NAME = 'web';

type Inputs = Readonly<Record<string, string>>;

/** MUTX with an account, GitHub with a repository, and steps that use the committed actions. */
export interface Stage {
  readonly emulator: Emulator;
  readonly user: EmulatedUser;
  readonly rotate: (inputs?: Inputs) => Promise<StepResult>;
  readonly use: (
    action: string,
    inputs?: Inputs,
    more?: Partial<Parameters<typeof runStep>[0]>,
  ) => Promise<StepResult>;
  readonly pass: (ms: number) => void;
}

/** What a job summary may look like, each out of a real run of dist/; the first is the one in the README. */
export const SCENES: Readonly<Record<string, (stage: Stage) => Promise<StepResult>>> = {
  rotated: async ({ rotate, pass }) => {
    await rotate({ 'grace-period': '6h' });
    pass(7 * DAY);
    return rotate({ 'grace-period': '6h' });
  },
  'rotated-young': async ({ rotate, pass }) => {
    await rotate();
    pass(60_000);
    return rotate();
  },
  'dry-run': async ({ rotate, pass }) => {
    await rotate();
    pass(7 * DAY);
    return rotate({ 'dry-run': 'true' });
  },
  'not-due': async ({ rotate }) => {
    await rotate();
    return rotate({ 'renew-before': '7d' });
  },
  'no-permission': ({ rotate, emulator }) =>
    rotate({ 'github-token': emulator.github.issueToken({ permissions: { metadata: 'read' } }) }),
  'not-stored': async ({ rotate, emulator, pass }) => {
    await rotate();
    pass(7 * DAY);
    emulator.fault({
      server: 'github',
      method: 'PUT',
      path: /dependabot/u,
      what: 'refuse',
      status: 422,
      times: 9,
    });
    return rotate();
  },
  'plan-full': async ({ rotate, emulator, user }) => {
    for (let key = 1; key <= 50; key++) emulator.mutx.addKey(user, { name: `laptop ${key}` });
    return rotate();
  },
  'login-refused': ({ rotate }) => rotate({ password: 'not the password' }),
  'bad-inputs': ({ rotate }) => rotate({ targets: 'acme', 'expires-in-days': 'soon', 'grace-period': '7' }),
  'key-for-a-job': ({ use }) => use('ephemeral/action.yml'),
  'key-for-a-job-without-a-place': ({ use, emulator, user }) => {
    for (let key = 1; key <= 50; key++) emulator.mutx.addKey(user, { name: `laptop ${key}` });
    return use('ephemeral/action.yml', { 'quota-wait': '0' });
  },
  'key-for-a-job-not-given-back': async ({ use, emulator }) => {
    const main = await use('ephemeral/action.yml');
    emulator.fault({ server: 'mutx', what: 'refuse', status: 403, times: Number.POSITIVE_INFINITY });
    return use('ephemeral/action.yml', {}, { phase: 'post', state: main.state, env: main.env });
  },
  revoked: async ({ rotate, use, pass }) => {
    await rotate();
    pass(DAY);
    return use('revoke/action.yml', { 'key-name': NAME });
  },
  'revoke-dry-run': async ({ rotate, use, pass }) => {
    await rotate();
    pass(DAY);
    return use('revoke/action.yml', { 'key-name': NAME, 'dry-run': 'true' });
  },
  'revoke-too-many': ({ use, emulator, user }) => {
    for (let key = 1; key <= 12; key++) emulator.mutx.addKey(user, { name: NAME });
    return use('revoke/action.yml', { 'key-name': NAME, 'max-revocations': '5' });
  },
  audit: async ({ rotate, use, emulator, user, pass }) => {
    await rotate({ 'grace-period': '6h' });
    pass(7 * DAY);
    const { plaintext } = emulator.mutx.addKey(user, { name: 'old, forgotten' });
    await rotate({ 'grace-period': '6h' });
    pass(14 * DAY);
    await fetch(`${emulator.mutx.url}/v1/auth/me`, { headers: { authorization: `Bearer ${plaintext}` } });
    return use('audit/action.yml', { targets: TARGETS, 'github-token': emulator.github.issueToken() });
  },
  'fleet-plan': async ({ rotate, use, emulator }) => {
    await rotate();
    const key = JSON.stringify({ 'key-name': NAME, targets: TARGETS.split('\n'), 'renew-before': '7d' });
    return use('.github/actions/plan/action.yml', { key, 'github-token': emulator.github.issueToken() });
  },
};

/** @throws Error there is no scene of that name */
export async function play(name: string): Promise<StepResult> {
  const scene = SCENES[name];
  if (scene === undefined)
    throw new Error(`no scene is called ${name}; there are: ${Object.keys(SCENES).join(', ')}`);
  await using emulator = await startEmulator();
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'PRO' });
  github.addRepository(REPOSITORY, { environments: ['production'] });
  const token = github.issueToken();
  const use: Stage['use'] = (action, inputs, more) =>
    runStep({
      action: fileURLToPath(new URL(`../../${action}`, import.meta.url)),
      inputs: { email: user.email, password: user.password, 'api-url': mutx.url, ...inputs },
      ...more,
      env: { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url, ...more?.env },
    });
  return await scene({
    emulator,
    user,
    use,
    rotate: (inputs) =>
      use('action.yml', { 'github-token': token, 'key-name': NAME, targets: TARGETS, ...inputs }),
    pass: (ms) => {
      for (const clock of [mutx.clock, github.clock]) clock.advance(ms);
    },
  });
}
