import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, type Generation, startEmulator } from '../../packages/emulator/src/index.ts';
import { takeNotes } from '../../packages/emulator/test/noted.ts';
import { send } from '../../packages/emulator/test/wire.ts';
import { type Difference, differencesTable } from './check.ts';
import { type MutxAccount, MutxWorld, mutxChecks } from './mutx-checks.ts';

const PREFIXES = { v1: '/v1', documented: '' } as const;

interface Started extends AsyncDisposable {
  readonly account: MutxAccount;
}

async function emulated(generation: Generation): Promise<Started> {
  const start = async (rateLimits: boolean): Promise<[Emulator, MutxAccount['limited']]> => {
    const emulator = await startEmulator({ mutx: { generation, rateLimits } });
    const { email, password } = emulator.mutx.addUser({ email: 'suite@example.com', plan: 'FREE' });
    return [emulator, { url: emulator.mutx.url, email, password }];
  };
  const [[emulator, account], [other, limited]] = await Promise.all([start(false), start(true)]);
  return {
    account: { ...account, limited },
    async [Symbol.asyncDispose]() {
      await Promise.all([emulator.close(), other.close()]);
    },
  };
}

describe.each(['v1', 'documented'] as const)('the emulator (%s) answers as MUTX does', (generation) => {
  let started: Started;
  let world: MutxWorld;
  beforeAll(async () => {
    started = await emulated(generation);
    world = new MutxWorld(started.account, PREFIXES[generation]);
    await world.open();
  });
  // The suite asks for more than our clients do.
  afterEach(async () => {
    await world.cleanUp();
    takeNotes();
  });
  afterAll(() => started[Symbol.asyncDispose]());

  test.each(mutxChecks(PREFIXES[generation]))('$name', async ({ see, expected }) => {
    expect(await see(world)).toEqual(expected);
  });
});

const { MUTX_CONFORMANCE_URL: url = '', MUTX_CONFORMANCE_EMAIL: email = '' } = process.env;
const { MUTX_CONFORMANCE_PASSWORD: password = '' } = process.env;

// Needs a server and an account on it that is used for nothing else; CONTRIBUTING.md says how.
describe.skipIf(url === '')('a real MUTX answers as the emulator does', { timeout: 600_000 }, () => {
  const differences: Difference[] = [];
  let world: MutxWorld;
  let isV1 = true;
  beforeAll(async () => {
    isV1 = (await send(url, 'GET', '/v1/api-keys')).status !== 404;
    const account = { url, email, password };
    world = new MutxWorld({ ...account, limited: account }, isV1 ? '/v1' : '');
    await world.open();
  });
  afterEach(() => world.cleanUp(), 600_000);
  afterAll(() => {
    console.log(differencesTable(url, differences));
  });

  const names = new Set([...mutxChecks('/v1'), ...mutxChecks('')].map(({ name }) => name));
  test.each([...names])('%s', async (name) => {
    const check = mutxChecks(world.prefix).find((one) => one.name === name);
    if (check === undefined) return;
    const seen = await check.see(world).catch((error: unknown) => String(error));
    try {
      expect(seen).toEqual(check.expected);
    } catch (error) {
      differences.push({ name, expected: check.expected, seen });
      throw error;
    }
  });
});
