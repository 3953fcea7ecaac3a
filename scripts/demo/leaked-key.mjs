import { check, DAY, heading, REPOSITORY } from './stage.mjs';

/**
 * A key that was copied from a job, kept alive by a grace period that nobody ended: the audit finds it by its use,
 * revoke kills it, and a rotation replaces the key in the secret, for good measure.
 */
export async function leakedKey(stage) {
  const { mutx, ledger } = stage.emulator;
  const leaked = stage.stored();
  stage.advance(7 * DAY);
  heading('A leaked key: a rotation with `grace-period: 6h` keeps the old key alive, and no job revokes it');
  const kept = await stage.rotate({ 'grace-period': '6h' });
  check('the rotation ends with 0', kept.exitCode === 0);
  stage.advance(14 * DAY);
  check(
    'two weeks later MUTX answers the old key with 200: somebody uses it',
    (await stage.statusOf(leaked)) === 200,
  );

  heading('The audit finds it');
  const before = ledger.entries.length;
  const audit = await stage.step('audit/action.yml', { targets: REPOSITORY, 'github-token': stage.token });
  heading('Its job summary, as Markdown');
  console.log(audit.summary.trimEnd());
  const found = JSON.parse(audit.outputs.report ?? '{}').findings ?? [];
  const leaks = found.filter(({ kind, level }) => kind === 'orphaned' && level === 'error');
  const id = mutx.keyOf(leaked)?.id;
  console.log('');
  check(
    'the audit fails for one key that is in use and in no secret',
    audit.exitCode === 1 && leaks.length === 1,
  );
  check('it is the leaked one', leaks[0]?.keys[0] === id);
  check(
    'the audit read, and did nothing else',
    ledger.entries.slice(before).every(({ method }) => method === 'GET'),
  );

  heading('Revoke kills it');
  const revoke = await stage.step('revoke/action.yml', { 'key-ids': JSON.stringify(leaks[0]?.keys ?? []) });
  check('the revocation ends with 0', revoke.exitCode === 0);
  check('its output names the key', revoke.outputs['revoked-key-ids'] === JSON.stringify([id]));
  check('MUTX answers the leaked key with 401', (await stage.statusOf(leaked)) === 401);
  const inUse = stage.stored();
  check('MUTX answers the key in the secret with 200', (await stage.statusOf(inUse)) === 200);

  heading('Rotate replaces the key in the secret');
  const rotate = await stage.rotate();
  check('the rotation ends with 0', rotate.exitCode === 0);
  check('MUTX answers the new key with 200', (await stage.statusOf(stage.stored())) === 200);
  check('MUTX answers the key before it with 401', (await stage.statusOf(inUse)) === 401);
  check('one active key is left', mutx.activeKeys(stage.user).length === 1);
}
