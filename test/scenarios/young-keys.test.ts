import { expect, test } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { HERE, KEY_NAME, startWorld } from './world.ts';

const MINUTE = 60_000;

test('two rotations in a row: every report says which key is left, why, and when it goes; and then it does', async () => {
  await using world = await startWorld();
  const { mutx, github } = world.emulator;
  await world.rotate();
  const first = world.active()[0];
  if (first === undefined) throw new Error('a first key');
  const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z/u, 'Z');
  // In whole seconds, and never too early.
  const until = at(Math.ceil(first.createdAt / 1_000) * 1_000 + 15 * MINUTE);
  const rest = (since: string) =>
    `: made less than 15 minutes before ${since}, so another run may still be storing it; a rotation after ${until} revokes it`;
  world.advance(5 * MINUTE);

  const dry = await world.rotate({ inputs: { 'dry-run': 'true' } });
  expect(dry.log.at(-1)).toBe('Dry run: nothing was changed; the plan is above');
  expect(dry.log.map((line) => line.trim())).toContain(`keep ${first.id}${rest('this look')}`);
  expect(dry.summary.replaceAll('\\', '')).toContain(`- keep ${first.id}${rest('this look')}`);

  const second = await world.rotate();
  expect(second.exitCode, second.log.join('\n')).toBe(0);
  expect(second.log.slice(-2)).toEqual([
    'Revoked: none',
    `Not revoked by this run: ${first.id}${rest('the new key')}`,
  ]);
  expect(second.summary).toContain(`**Not revoked by this run:** \`${first.id}\`${rest('the new key')}`);
  expect(second.outputs['superseded-key-ids']).toBe('[]');
  expect(second.outputs['revoked-key-ids']).toBe('[]');
  expect(mutx.accepts(first.plaintext)).toBe(true);
  await expectNoLeak(second, world);

  const token = github.issueToken({ permissions: { metadata: 'read', secrets: 'read' } });
  const inputs = { targets: HERE, 'github-token': token };
  const audit = await world.use('audit/action.yml', { inputs });
  expect(audit.outputs['findings']).toBe('0');
  const told = `key ${KEY_NAME} (${first.id}) was made less than 15 minutes before the newest key of its name`;
  expect(audit.log.join('\n')).toContain(told);
  expect(audit.summary.replaceAll('\\', '')).toContain(`- ${told}`);
  expect(JSON.parse(audit.outputs['report'] ?? '')).toMatchObject({
    keys: [{ sparedUntil: null }, { id: first.id, sparedUntil: until }],
  });

  world.advance(10 * MINUTE + 1_000);
  const third = await world.rotate();
  expect(third.outputs['revoked-key-ids']).toBe(JSON.stringify([first.id]));
  expect(mutx.accepts(first.plaintext)).toBe(false);
});
