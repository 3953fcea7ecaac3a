import { expect, it } from 'vitest';
import { startEmulator } from '../../packages/emulator/src/index.ts';
import { HOUR, MINUTE, runOnce, SECRET } from './fleet.ts';
import { VirtualTime } from './virtual-time.ts';

// Holds invariant 13 of docs/threat-model.md.

const KEYS = 40_000;
const DAY = 24 * HOUR;

it('an account that has had 40,000 keys: a rotation keeps below MUTX’s limit, and revokes what is 300 days old', async () => {
  const time = new VirtualTime();
  await using emulator = await startEmulator({
    mutx: { machineClock: time.now, rateLimits: true },
    github: { machineClock: time.now, limits: true },
  });
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'PRO' });
  for (let n = KEYS; n > 0; n--) {
    const createdAt = time.now() - n * 12 * MINUTE;
    mutx.addKey(user, { name: `job ${n}`, createdAt, expiresAt: createdAt + DAY, isActive: false });
  }
  const old = (days: number) =>
    mutx.addKey(user, {
      name: 'web',
      createdAt: time.now() - days * DAY,
      expiresAt: time.now() - days * DAY + 365 * DAY,
    });
  const [forgotten, stored] = [old(300), old(25)];
  github.addRepository('acme/web');
  github.setSecret('acme/web', SECRET, stored.plaintext);
  const servers = {
    mutx: mutx.url,
    github: github.url,
    jwt: mutx.issueAccessJwt(user),
    token: github.issueToken(),
  };
  const { outcome, took } = await runOnce(time, servers, ['acme/web'], {
    inputs: { 'key-name': 'web' },
    onTheWay: () => 50,
  });
  expect(outcome).toMatchObject({ kind: 'rotated' });
  expect([...outcome.keys.revoked].sort()).toEqual([forgotten.id, stored.id].sort());
  const asked = emulator.ledger.entries.filter(({ server }) => server === 'mutx');
  expect(asked.filter(({ status }) => status === 429)).toEqual([]);
  expect(asked.length).toBeLessThan(KEYS / 99 + 10);
  expect(took / MINUTE).toBeLessThan(6);
}, 120_000);
