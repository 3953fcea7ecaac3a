import { expect } from 'vitest';
import type { EmulatedKey } from '../../packages/emulator/src/index.ts';
import { withoutMasks } from '../canary/step.ts';
import { Machine } from '../credentials/machine.ts';
import { asItStands, type Before } from '../scenarios/promises.ts';
import { DAY, HERE, KEY_NAME, SECRET, startWorld, type World } from '../scenarios/world.ts';
import { type Ambush, type Front, startFront } from './front.ts';
import { expectJudged } from './judge.ts';
import type { HostileReply } from './replies.ts';
import type { Route } from './routes.ts';
import { RequestTimers, type StepHere, stepHere } from './step-here.ts';

/** A reply to try, and where. */
export interface Trial {
  readonly route: Route;
  readonly reply: HostileReply;
}

/** The trials for `it.each`, each with its name, whole. */
export function named(trials: readonly Trial[]): readonly (readonly [name: string, trial: Trial])[] {
  return trials.map((trial) => {
    const { route, reply } = trial;
    const as = route.credential === 'api-key' ? ' (as an API key)' : '';
    return [`${route.name}${as}: ${reply.name}`, trial];
  });
}

/** A rotation in front of which the trial was. */
export interface Tried {
  readonly step: StepHere;
  readonly world: World;
  readonly machine: Machine;
  readonly old: EmulatedKey;
  readonly before: Before;
  readonly fronts: { readonly mutx: Front; readonly github: Front; readonly elsewhere: Front };
}

const START = Date.UTC(2026, 0, 5, 3);

/** A rotation of a stored key, two days old, during which each such request is answered in the hostile way. */
export async function expectHarmless({ route, reply }: Trial): Promise<Tried> {
  const machine = new Machine(START);
  await using world = await startWorld({
    mutx: { machineClock: machine.now },
    github: { machineClock: machine.now },
  });
  const { mutx, github } = world.emulator;
  const old = mutx.addKey(world.user, { name: KEY_NAME, expiresAt: START + 30 * DAY, lastUsed: START });
  github.setSecret(HERE, SECRET, old.plaintext);
  machine.advance(2 * DAY);
  const before = asItStands(world);

  await using elsewhere = await startFront(undefined);
  const timers = reply.silent === true ? new RequestTimers() : undefined;
  const answer = reply.answer(elsewhere.url);
  const ambush: Ambush = {
    matches: route.matches,
    applied: reply.applied,
    answer: (...asked) => {
      answer(...asked);
      timers?.fire();
    },
  };
  await using mutxFront = await startFront(mutx.url, route.service === 'mutx' ? ambush : undefined);
  await using githubFront = await startFront(github.url, route.service === 'github' ? ambush : undefined);
  const fronts = { mutx: mutxFront, github: githubFront, elsewhere };
  const urls = { mutx: mutxFront.url, github: githubFront.url };
  const step = await rotateHere(world, machine, {
    urls,
    credential: route.credential,
    ...(timers === undefined ? {} : { timers }),
    // So that the secret's date is asked for: the key has 28 days left.
    inputs: { 'renew-before': '29d' },
  });
  const tried: Tried = { step, world, machine, old, before, fronts };
  expect(fronts[route.service].hits, 'the request that is met was made').toBeGreaterThan(0);
  expectJudged(tried);
  const somethingDone = world.emulator.ledger.effects().length > 0;
  if (step.failure !== undefined && somethingDone) await expectHealed(tried);
  return tried;
}

/** Nothing is lost for good: when the fence is past, one more run leaves one key, the stored one. */
async function expectHealed({ world, machine }: Tried): Promise<void> {
  const { mutx, github } = world.emulator;
  machine.advance(20 * 60_000);
  const urls = { mutx: mutx.url, github: github.url };
  const healed = await rotateHere(world, machine, { urls });
  expect(healed.outputs['rotated'], withoutMasks(healed.stdout)).toBe('true');
  expect(
    world.active().map((key) => key.plaintext),
    'one key is left, the stored one',
  ).toEqual([world.stored()]);
}

interface HereOptions {
  readonly urls: { readonly mutx: string; readonly github: string };
  readonly credential?: Route['credential'];
  readonly timers?: RequestTimers;
  readonly inputs?: Readonly<Record<string, string>>;
}

function rotateHere(
  world: World,
  machine: Machine,
  { urls, credential = 'access-jwt', timers, inputs: more = {} }: HereOptions,
): Promise<StepHere> {
  const inputs: Record<string, string> = {
    ...credentialOf(world, credential),
    'api-url': urls.mutx,
    'github-token': world.token,
    ...more,
  };
  for (const name of ['bootstrap-jwt', 'refresh-token', 'password']) {
    if (inputs[name] !== undefined) world.credentials.add(inputs[name]);
  }
  const env: Record<string, string> = {
    GITHUB_REPOSITORY: HERE,
    GITHUB_API_URL: urls.github,
    GITHUB_SERVER_URL: 'https://github.com',
    RUNNER_DEBUG: '1',
  };
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
  return stepHere(env, machine, timers);
}

function credentialOf(
  { emulator: { mutx }, user }: World,
  kind: Route['credential'],
): Record<string, string> {
  switch (kind) {
    case 'access-jwt':
      return { 'bootstrap-jwt': mutx.issueAccessJwt(user) };
    case 'password':
      return { email: user.email, password: user.password };
    case 'refresh-token':
      return { 'refresh-token': mutx.issueRefreshToken(user) };
    case 'api-key':
      return { 'bootstrap-jwt': mutx.addKey(user, { name: 'bootstrap' }).plaintext };
  }
}
