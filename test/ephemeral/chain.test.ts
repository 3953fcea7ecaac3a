import { expect, it } from 'vitest';
import { type EmulatedUser, type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { keyForJob } from '../../src/ephemeral/engine.ts';
import { MemoryJournal } from '../../src/ephemeral/remains.ts';
import { MutxApi } from '../../src/mutx/api.ts';
import { createKeyService } from '../../src/mutx/client.ts';
import { createSession } from '../../src/mutx/session/create-session.ts';
import type { Credential } from '../../src/mutx/session/credential.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { Wire } from '../fan-out/fleet.ts';
import { VirtualTime } from '../fan-out/virtual-time.ts';

const PREFIX = 'gha/acme/web/run/';
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

type CredentialOf = (world: {
  readonly mutx: Emulator['mutx'];
  readonly user: EmulatedUser;
  readonly secrets: SecretRegistry;
}) => Credential;

/** Each request takes a second, nothing else takes any time. */
async function seconds(strays: number, credentialOf: CredentialOf) {
  const time = new VirtualTime();
  const emulator = await startEmulator({ mutx: { machineClock: time.now } });
  const user = emulator.mutx.addUser();
  for (let n = 0; n < 1_000; n++) {
    const createdAt = time.now() - 2 * DAY - n * SECOND;
    const isActive = n < strays;
    const name = `${PREFIX}${n + 1}.1/test/0123456789ab`;
    emulator.mutx.addKey(user, { name, createdAt, expiresAt: createdAt + DAY, isActive });
  }
  const secrets = new SecretRegistry(() => {});
  using wire = new Wire(time, () => SECOND / 2, 'mutx', new URL(emulator.mutx.url));
  const api = new MutxApi(wire, secrets);
  const ports = { clock: time, random: () => 0.5, report: () => {} };
  const session = createSession(credentialOf({ mutx: emulator.mutx, user, secrets }), {
    ...ports,
    api,
    successor: undefined,
  });
  const settings = {
    keyName: `${PREFIX}9999.1/test/ba9876543210`,
    unique: true,
    expiresInDays: 1,
    quotaWait: 0,
    verify: true,
    sweep: { prefix: PREFIX, after: undefined },
  };
  const reading = { ...ports, onRetry: () => {}, onUnread: () => {} };
  let handedOut = Number.NaN;
  const began = time.now();
  const work = async () => {
    await session.open();
    return keyForJob(settings, {
      ...ports,
      keys: createKeyService(api, session, reading),
      keeper: new MemoryJournal(settings),
      handOut: async () => {
        handedOut = time.now() - began;
      },
    });
  };
  expect(await time.until(work())).toMatchObject({ kind: 'ready' });
  const all = time.now() - began;
  const left = emulator.mutx.activeKeys(user).length - 1;
  await emulator.close();
  return { handedOut: handedOut / SECOND, all: all / SECOND, swept: strays - left };
}

const token: CredentialOf = ({ mutx, user, secrets }) => ({
  kind: 'access-jwt',
  input: 'bootstrap-jwt',
  token: secrets.admit(mutx.issueAccessJwt(user)),
  expiresAt: undefined,
});

const login: CredentialOf = ({ user: { email, password }, secrets }) => ({
  kind: 'password',
  input: 'password',
  email,
  password: secrets.admit(password),
});

it.each([
  ['nothing to sweep', 0, 0],
  ['three keys to sweep', 3, 3],
  ['thirty keys to sweep', 30, 5],
] as const)(
  'with a token, 1,000 keys and %s: two requests, one after the other',
  async (_, strays, swept) => {
    expect(await seconds(strays, token)).toEqual({ handedOut: 2, all: 2, swept });
  },
);

it('with a log-in: three', async () => {
  expect(await seconds(3, login)).toEqual({ handedOut: 3, all: 3, swept: 3 });
});
