/** What the acts of the demo share: the two servers in memory, a step as the runner runs it, and what is shown of it. */

import { fileURLToPath } from 'node:url';
import { runStep } from '../runner.ts';

const ROOT = new URL('../../', import.meta.url);

export const DAY = 24 * 60 * 60 * 1_000;
export const REPOSITORY = 'acme/web';
const SECRET = 'MUTX_API_KEY';

/** A repository that may use MUTX, with an account of two places and a token that may write secrets. */
export class Stage {
  constructor(emulator) {
    this.emulator = emulator;
    this.user = emulator.mutx.addUser({ plan: 'FREE' });
    emulator.github.addRepository(REPOSITORY);
    this.token = emulator.github.issueToken();
  }

  /**
   * One step that `uses:` an action of this repository, its log as GitHub's page shows it.
   * @param action path of its `action.yml`
   */
  async step(action, inputs) {
    const { mutx, github } = this.emulator;
    await using run = await runAction(action, {
      inputs: { 'bootstrap-jwt': mutx.issueAccessJwt(this.user), 'api-url': mutx.url, ...inputs },
      env: { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url },
    });
    const leaked = mutx.keys.some(({ plaintext }) => traceOf(plaintext, run));
    check('no key is in any word of the log, the summary or the outputs', !leaked);
    return run;
  }

  rotate(inputs = {}) {
    return this.step('action.yml', { 'github-token': this.token, ...inputs });
  }

  /** The key in the secret, opened with the repository's private key. */
  stored() {
    return this.emulator.github.openSecret(REPOSITORY, SECRET);
  }

  /** Both servers' clocks. */
  advance(ms) {
    this.emulator.mutx.clock.advance(ms);
    this.emulator.github.clock.advance(ms);
  }

  /** How MUTX answers a call with this key. */
  async statusOf(key) {
    const reply = await fetch(`${this.emulator.mutx.url}/v1/agents`, { headers: { 'x-api-key': key } });
    return reply.status;
  }
}

/** A phase of an action of this repository, as the runner runs it, its log as GitHub's page shows it. */
export function runAction(action, options) {
  return runStep({
    action: fileURLToPath(new URL(action, ROOT)),
    onLine: (line) => console.log(shown(line)),
    ...options,
  });
}

/** Whether anything that the run left holds the key, masked lines apart: those are how the runner is told. */
export function traceOf(key, run) {
  const outside = run.rawStdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const left = [...outside, run.rawStderr, run.summary, JSON.stringify([run.outputs, run.env, run.state])];
  return left.some((text) => text.includes(key));
}

/** A line as GitHub's page shows it. */
function shown(line) {
  return line
    .replace(/^##\[group\]/u, '▼ ')
    .replace(/^##\[endgroup\]$/u, '')
    .replace(/^##\[(error|warning|notice)\]/u, '$1: ');
}

export function showRequests(entries) {
  const rows = entries.map(({ server, method, path, status, effect }) => ({
    server,
    request: `${method} ${path}`,
    status,
    effect: effect ?? '',
  }));
  console.table(rows);
}

export function heading(text) {
  console.log(`\n━━ ${text} ━━\n`);
}

export function check(what, holds) {
  console.log(`${holds ? '✓' : '✗'} ${what}`);
  if (!holds) process.exitCode = 1;
}
