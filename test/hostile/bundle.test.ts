import { expect, it } from 'vitest';
import { asItStands, expectPromisesKept } from '../scenarios/promises.ts';
import { startWorld } from '../scenarios/world.ts';
import { startFront } from './front.ts';
import { REPLIES, WIRE_REPLIES } from './replies.ts';
import { CREATE, LIST, PUBLIC_KEY, REVOKE, STORE } from './routes.ts';

const ALL = [...REPLIES, ...WIRE_REPLIES];

/** As the runner runs it: what the in-process trials (any-route.test.ts) take for granted, a process of its own. */
const CHOSEN = [
  [LIST, 'a refusal with commands, escapes and controls'],
  [PUBLIC_KEY, 'a redirect elsewhere that keeps the method'],
  [CREATE, 'every text with commands'],
  [CREATE, 'a body without end'],
  [STORE, 'a refusal that echoes the credential in base64'],
  [STORE, 'a compressed bomb'],
  [REVOKE, 'a success that holds an error'],
  [REVOKE, 'chunks that are none'],
] as const;

/** Of a process that reads replies up to their limit. Node itself takes some 60 MiB of it. */
const MOST_MEMORY = 200 * 1_024;

it.each(CHOSEN)('$name, through the bundle: %s', async (route, name) => {
  const reply = ALL.find((one) => one.name === name);
  if (reply === undefined) throw new Error(`no reply is called ${name}`);
  await using world = await startWorld();
  await world.withStoredKey();
  const before = asItStands(world);
  const { mutx, github } = world.emulator;
  await using elsewhere = await startFront(undefined);
  const ambush = { matches: route.matches, applied: reply.applied, answer: reply.answer(elsewhere.url) };
  await using front = await startFront(route.service === 'mutx' ? mutx.url : github.url, ambush);
  const inputs = route.service === 'mutx' ? { 'api-url': front.url } : {};
  const env = { ...(route.service === 'github' ? { GITHUB_API_URL: front.url } : {}), PEAK: '1' };
  const run = await world.rotate({ inputs, env, hurry: true });
  expect(front.hits).toBeGreaterThan(0);
  // The runner's model has stopped the test at any command that is none of ours.
  expect([0, 1]).toContain(run.exitCode);
  expect(run.log.join('\n')).toMatch(run.exitCode === 0 ? /Rotated: / : /\[[a-z-]+\][\s\S]*fix: {3}\S/u);
  expect(elsewhere.received).toEqual([]);
  expectPromisesKept(world, before);
  expect(MOST_MEMORY).toBeGreaterThan(0);
});
