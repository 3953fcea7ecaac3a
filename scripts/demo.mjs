/**
 * `npm run demo`: MUTX and GitHub in memory, the committed dist/ run as a runner runs it: first key, then a
 * rotation, then a key for one job. Shows what a user would see and what reached the servers, and proves what must hold of it; exits
 * with 1 if it does not. Needs no network and no account.
 */
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../src/emulator/index.ts';
import { ephemeral } from './demo/ephemeral.mjs';
import { runStep } from './runner.ts';

const ACTION = fileURLToPath(new URL('../action.yml', import.meta.url));
const DAY = 24 * 60 * 60 * 1_000;
const REPOSITORY = 'acme/web';
const SECRET = 'MUTX_API_KEY';

async function main() {
  await using emulator = await startEmulator();
  const { mutx, github, ledger } = emulator;
  const user = mutx.addUser({ plan: 'FREE' });
  github.addRepository(REPOSITORY);
  const token = github.issueToken();

  const rotate = async (title) => {
    heading(title);
    const first = ledger.entries.length;
    await using run = await runStep({
      action: ACTION,
      inputs: { 'bootstrap-jwt': mutx.issueAccessJwt(user), 'api-url': mutx.url, 'github-token': token },
      env: { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url },
      onLine: (line) => console.log(shown(line)),
    });
    heading('The job summary, as Markdown');
    console.log(run.summary.trimEnd());
    heading('What reached the servers, in order');
    console.table(rowsOf(ledger.entries.slice(first)));
    check(`the action ends with 0 (${Math.round(run.ms)} ms)`, run.exitCode === 0);
    const key = github.openSecret(REPOSITORY, SECRET);
    check('the key is in no word of the log, the summary or the outputs', !traceOf(key, run));
    return key;
  };

  const firstKey = await rotate('Run 1: the first key');
  const week = 7 * DAY;
  mutx.clock.advance(week);
  github.clock.advance(week);
  const secondKey = await rotate('Run 2, a week later: rotation');

  heading('What holds now');
  check("the repository's private key opens the secret to a new key", secondKey !== firstKey);
  check('MUTX answers the key in the secret with 200', (await statusOf(mutx.url, secondKey)) === 200);
  check('MUTX answers the previous key with 401', (await statusOf(mutx.url, firstKey)) === 401);
  check('one active key of the name is left', mutx.activeKeys(user).length === 1);
  const effects = ledger.effects();
  const put = effects.findLast((entry) => entry.method === 'PUT');
  const revoked = effects.findLast((entry) => entry.method === 'DELETE');
  check(
    'the old key was revoked after the new one was stored',
    (put?.applied ?? 0) < (revoked?.applied ?? 0),
  );
  await ephemeral({ emulator, repository: REPOSITORY, heading, check, shown, traceOf, statusOf });
  check('neither server was asked for anything it does not know', ledger.unexpected().length === 0);
}

/** Whether anything that the run left holds the key, masked lines apart: those are how the runner is told. */
function traceOf(key, run) {
  const outside = run.rawStdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const left = [...outside, run.rawStderr, run.summary, JSON.stringify([run.outputs, run.env, run.state])];
  return left.some((text) => text.includes(key));
}

async function statusOf(url, key) {
  const reply = await fetch(`${url}/v1/agents`, { headers: { 'x-api-key': key } });
  return reply.status;
}

function rowsOf(entries) {
  return entries.map(({ server, method, path, status, effect }) => ({
    server,
    request: `${method} ${path}`,
    status,
    effect: effect ?? '',
  }));
}

/** A line as GitHub's page shows it. */
function shown(line) {
  return line
    .replace(/^##\[group\]/u, '▼ ')
    .replace(/^##\[endgroup\]$/u, '')
    .replace(/^##\[(error|warning|notice)\]/u, '$1: ');
}

function heading(text) {
  console.log(`\n━━ ${text} ━━\n`);
}

function check(what, holds) {
  console.log(`${holds ? '✓' : '✗'} ${what}`);
  if (!holds) process.exitCode = 1;
}

await main();
