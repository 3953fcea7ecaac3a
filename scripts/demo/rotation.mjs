import { check, DAY, heading, showRequests } from './stage.mjs';

/** The first key, and its rotation a week later. */
export async function rotation(stage) {
  const { mutx, ledger } = stage.emulator;
  const firstKey = await rotate(stage, 'Run 1: the first key');
  stage.advance(7 * DAY);
  const secondKey = await rotate(stage, 'Run 2, a week later: rotation');

  heading('What holds now');
  check("the repository's private key opens the secret to a new key", secondKey !== firstKey);
  check('MUTX answers the key in the secret with 200', (await stage.statusOf(secondKey)) === 200);
  check('MUTX answers the previous key with 401', (await stage.statusOf(firstKey)) === 401);
  check('one active key of the name is left', mutx.activeKeys(stage.user).length === 1);
  const effects = ledger.effects();
  const put = effects.findLast((entry) => entry.method === 'PUT');
  const revoked = effects.findLast((entry) => entry.method === 'DELETE');
  check(
    'the old key was revoked after the new one was stored',
    (put?.applied ?? 0) < (revoked?.applied ?? 0),
  );
}

async function rotate(stage, title) {
  heading(title);
  const { ledger } = stage.emulator;
  const first = ledger.entries.length;
  const run = await stage.rotate();
  heading('The job summary, as Markdown');
  console.log(run.summary.trimEnd());
  heading('What reached the servers, in order');
  showRequests(ledger.entries.slice(first));
  check(`the action ends with 0 (${Math.round(run.ms)} ms)`, run.exitCode === 0);
  return stage.stored();
}
