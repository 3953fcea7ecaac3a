import { check, DAY, heading } from './stage.mjs';

/**
 * One wrong answer costs no key: GitHub says once that the secret does not exist, in a minute in which MUTX makes no
 * keys either. A run that believed it would take the stored key for one that was never stored, and revoke it.
 */
export async function wrongAnswer(stage) {
  const { mutx } = stage.emulator;
  stage.advance(2 * DAY);
  const inUse = stage.stored();
  heading(
    'A wrong answer: GitHub says once that the secret is not there, and MUTX makes no key in that minute',
  );
  stage.emulator.fault({
    server: 'github',
    method: 'GET',
    path: /\/secrets\/MUTX_API_KEY$/u,
    what: 'refuse',
    status: 404,
  });
  stage.emulator.fault({
    server: 'mutx',
    method: 'POST',
    path: /\/api-keys$/u,
    what: 'refuse',
    status: 422,
  });
  const failed = await stage.rotate({ 'renew-before': '29d' });
  check('the run fails, because it could make no key', failed.exitCode === 1);
  check(
    'it revoked none: what is not needed for the new key goes after it is stored',
    failed.outputs['revoked-key-ids'] === '[]',
  );
  check('MUTX answers the key in the secret with 200', (await stage.statusOf(inUse)) === 200);

  heading('The next run rotates as if nothing had been');
  const next = await stage.rotate({ 'renew-before': '29d' });
  check('the rotation ends with 0', next.exitCode === 0);
  check('MUTX answers the key in the secret with 200', (await stage.statusOf(stage.stored())) === 200);
  check('one active key is left', mutx.activeKeys(stage.user).length === 1);
}
