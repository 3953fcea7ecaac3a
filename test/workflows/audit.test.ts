import { expect, it } from 'vitest';
import { DAY, resultsOf, startStage } from './stage.ts';

it('audit.yml keeps an issue while there are findings, and closes it when there are none', async () => {
  await using stage = await startStage();
  const { mutx } = stage.emulator;
  const now = mutx.clock.now();
  const key = mutx.addKey(stage.user, { name: 'old', createdAt: now - 400 * DAY });
  const first = await stage.run('audit', { 'fail-on': 'warning' });
  expect(resultsOf(first)).toEqual({ audit: 'failure', report: 'success' });
  expect(first.get('audit')?.steps[0]?.summary).toContain(key.id);
  expect(Number(first.get('audit')?.steps[0]?.outputs['findings'])).toBeGreaterThan(0);
  expect(stage.issues).toMatchObject([{ state: 'open', title: 'The audit of MUTX API keys fails' }]);

  const second = await stage.run('audit', { 'key-name': 'another', 'fail-on': 'warning' });
  expect(resultsOf(second)).toEqual({ audit: 'success', report: 'success' });
  expect(stage.issues).toMatchObject([
    { state: 'closed', comments: [{ body: expect.stringMatching(/^It works again/u) }] },
  ]);
  expect(
    stage.emulator.ledger
      .effects()
      .filter(({ server, effect }) => server === 'mutx' && /key/u.test(effect ?? '')),
  ).toEqual([]);
});
