import { expect, it } from 'vitest';
import { startFront as startTlsFront, trusting } from '../fan-out/tls-world.ts';
import { selfSigned } from '../http/certificate.ts';
import { asItStands, type Before, expectPromisesKept } from '../scenarios/promises.ts';
import { DAY, HERE, KEY_NAME, SECRET, startWorld, type World } from '../scenarios/world.ts';
import { startFront } from './front.ts';
import { REPLIES, WIRE_REPLIES } from './replies.ts';
import { CREATE, LIST, PUBLIC_KEY, REVOKE, STORE } from './routes.ts';

// Holds invariants 4, 6 and 21 of docs/threat-model.md.

const ALL = [...REPLIES, ...WIRE_REPLIES];

/** As the runner runs it: what the in-process trials (any-route.test.ts) take for granted, a process of its own. */
const CHOSEN = [
  { route: LIST, name: 'a refusal with commands, escapes and controls' },
  { route: PUBLIC_KEY, name: 'a redirect elsewhere that keeps the method' },
  { route: CREATE, name: 'every text with commands' },
  { route: CREATE, name: 'a body without end' },
  { route: STORE, name: 'a refusal that echoes the credential in base64' },
  { route: STORE, name: 'a compressed bomb' },
  { route: REVOKE, name: 'a success that holds an error' },
  { route: REVOKE, name: 'chunks that are none' },
] as const;

/** A key that was stored two days ago. */
function withStoredKey(world: World): Before {
  const { mutx, github } = world.emulator;
  const old = mutx.addKey(world.user, { name: KEY_NAME, expiresAt: mutx.clock.now() + 30 * DAY });
  github.setSecret(HERE, SECRET, old.plaintext);
  world.advance(2 * DAY);
  return asItStands(world);
}

it.each(CHOSEN)('through the bundle: $route.name: $name', async ({ route, name }) => {
  const reply = ALL.find((one) => one.name === name);
  if (reply === undefined) throw new Error(`no reply is called ${name}`);
  await using world = await startWorld();
  const before = withStoredKey(world);
  const { mutx, github } = world.emulator;
  await using elsewhere = await startFront(undefined);
  const ambush = { matches: route.matches, applied: reply.applied, answer: reply.answer(elsewhere.url) };
  await using front = await startFront(route.service === 'mutx' ? mutx.url : github.url, ambush);
  const inputs = route.service === 'mutx' ? { 'api-url': front.url } : {};
  const env = route.service === 'github' ? { GITHUB_API_URL: front.url } : {};
  const run = await world.rotate({ inputs, env, hurry: true });
  expect(front.hits).toBeGreaterThan(0);
  // The runner's model has stopped the test at any command that is none of ours.
  expect([0, 1]).toContain(run.exitCode);
  expect(run.log.join('\n')).toMatch(run.exitCode === 0 ? /Rotated: / : /\[[a-z-]+\][\s\S]*fix: {3}\S/u);
  expect(elsewhere.received).toEqual([]);
  expectPromisesKept(world, before);
});

const NAME = 'service.test';

it.each([
  ['mutx', 'is for another name', selfSigned('other.test'), true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['github', 'is for another name', selfSigned('other.test'), true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['mutx', 'is not trusted', selfSigned(NAME), false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['github', 'is not trusted', selfSigned(NAME), false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)(
  '%s, whose certificate %s, gets not one byte of a request',
  async (service, _what, identity, isTrusted, code) => {
    await using world = await startWorld();
    await world.withStoredKey();
    const before = asItStands(world);
    await using front = await startTlsFront(world.emulator[service].url, identity);
    await using trust = await trusting(isTrusted ? identity : selfSigned('nobody.test'));
    const url = `https://${NAME}:${front.port}`;
    const run = await world.rotate({
      inputs: service === 'mutx' ? { 'api-url': url } : {},
      env: {
        ...trust.env,
        // What some do to "mend" just this.
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        ...(service === 'github' ? { GITHUB_API_URL: url } : {}),
      },
      hurry: true,
    });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain(code);
    expect(front.connections).toBeGreaterThan(0);
    expect(world.emulator.ledger.entries.filter(({ server }) => server === service)).toEqual([]);
    expectPromisesKept(world, before);
  },
);
