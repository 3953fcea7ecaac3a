import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { haltAt } from '../process/halt.ts';
import { openShell, type Shell, startCli } from './shell.ts';

// Holds invariants 17 and 29 of docs/threat-model.md.

const HOUR = 3_600_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const CREATE = 'POST /v1/api-keys';
const REVOKE = 'DELETE /v1/api-keys/{id}';

/** A command that says `ready <pid>`, and ends with 0 when its stdin does. @param script runs before that */
function ready(script = ''): readonly string[] {
  const rest = "process.stdin.resume().on('end', () => process.exit(0)); console.log('ready', process.pid);";
  return ['exec', '--', 'node', '-e', script + rest];
}

const SAYS_SIGNALS = SIGNALS.map(
  (signal) => `process.on('${signal}', () => { console.log('got ${signal}'); process.exit(33); });`,
).join('');

function active({ emulator, user }: Shell) {
  return emulator.mutx.activeKeys(user);
}

describe('a signal', () => {
  it.each(SIGNALS)('%s is passed on to the command, whose exit code then counts', async (signal) => {
    await using shell = await openShell();
    const command = startCli(ready(SAYS_SIGNALS), shell.env);
    await command.says('ready');
    expect(active(shell)).toHaveLength(1);
    command.kill(signal);
    const { code, stdout } = await command.ran;
    expect(code).toBe(33);
    expect(stdout.split('\n').slice(1)).toEqual([`got ${signal}`, '']);
    expect(active(shell)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    '%s that ends the command makes 128 + n',
    async (signal) => {
      await using shell = await openShell();
      const command = startCli(ready(), shell.env);
      await command.says('ready');
      if (signal === 'SIGKILL') {
        process.kill(Number(/ready (\d+)\n/u.exec(command.said())?.[1]), signal);
      } else command.kill(signal);
      const { code } = await command.ran;
      expect(code).toBe(128 + constants.signals[signal]);
      expect(active(shell)).toEqual([]);
    },
  );

  it('that the command ignores is not the end: it keeps its key until it has ended by itself', async () => {
    await using shell = await openShell();
    const command = startCli(ready("process.on('SIGTERM', () => console.log('ignored'));"), shell.env);
    await command.says('ready');
    for (const times of [1, 2, 3]) {
      command.kill('SIGTERM');
      await command.says('ignored', times);
    }
    const [key] = active(shell);
    expect(shell.emulator.mutx.accepts(key?.plaintext ?? '')).toBe(true);
    command.stdin.end();
    const { code } = await command.ran;
    expect(code).toBe(0);
    expect(shell.emulator.mutx.accepts(key?.plaintext ?? '')).toBe(false);
  });

  it('of a key stroke is not sent a second time: at a terminal the command has had it', async () => {
    await using shell = await openShell();
    const counts = `
      let had = 0;
      for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => { had += 1; });
      process.on('SIGTERM', () => process.exit(50 + had));`;
    const terminal = 'process.stderr.isTTY = true;';
    const command = startCli(ready(counts), {
      ...shell.env,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(terminal)}`,
    });
    await command.says('ready');
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const) command.kill(signal);
    expect((await command.ran).code).toBe(50);
    expect(active(shell)).toEqual([]);
  });
});

describe('an end before the command has begun', () => {
  it.each([
    ['SIGINT', 130, 'before', 'release'],
    ['SIGHUP', 129, 'after', 'release'],
    ['SIGTERM', 143, 'after', 'drop'],
  ] as const)(
    'by %s (%d) revokes the key that is being made (held %s it is, then %s)',
    async (signal, status, point, fate) => {
      await using shell = await openShell();
      const halt = haltAt(shell.emulator, CREATE, point);
      const command = startCli(ready(), shell.env);
      await halt.reached;
      command.kill(signal);
      await command.says('the run ends here');
      halt[fate]();
      const { code, stdout, stderr } = await command.ran;
      expect({ code, stdout }).toEqual({ code: status, stdout: '' });
      const [key] = shell.emulator.mutx.keys;
      expect(stderr).toContain(`- Revoked: ${key?.id}`);
      expect(active(shell)).toEqual([]);
      expect(stderr).not.toContain(key?.plaintext);
      // Nothing is looked for before the create has come to something: then the key revokes itself.
      const logins = shell.emulator.ledger.entries.filter(({ path }) => path.endsWith('/login'));
      expect(logins).toHaveLength(fate === 'release' ? 1 : 2);
    },
  );
});

describe('an end while the key is being revoked', () => {
  it('has to be asked for twice, and then does not wait for it', async () => {
    await using shell = await openShell();
    const halt = haltAt(shell.emulator, REVOKE, 'before');
    const command = startCli(['exec', '--', 'node', '-e', 'process.exit(4)'], shell.env);
    await halt.reached;
    command.kill('SIGINT');
    await command.says('once more ends this without waiting');
    command.kill('SIGINT');
    await command.says('the run ends here');
    halt.drop();
    const { code, stderr } = await command.ran;
    expect(code).toBe(130);
    // What there was time for.
    expect(stderr).toContain(`- Revoked: ${shell.emulator.mutx.keys[0]?.id}`);
    expect(active(shell)).toEqual([]);
  });

  it('asked for once does not keep it from being revoked', async () => {
    await using shell = await openShell();
    const halt = haltAt(shell.emulator, REVOKE, 'before');
    const command = startCli(['exec', '--', 'node', '-e', 'process.exit(4)'], shell.env);
    await halt.reached;
    command.kill('SIGTERM');
    await command.says('once more ends this without waiting');
    halt.release();
    expect((await command.ran).code).toBe(4);
    expect(active(shell)).toEqual([]);
  });
});

describe('an exec that is killed itself', () => {
  it('leaves its key to the sweep of a later one, which takes none of one that lives', async () => {
    await using shell = await openShell();
    const { mutx, ledger } = shell.emulator;
    const next = () => shell.run(['exec', '--', 'node', '-e', '0'], { PATH: process.env['PATH'] ?? '' });
    const command = startCli(ready(), shell.env);
    await command.says('ready');
    const [key] = active(shell);
    expect((await next()).code).toBe(0);
    expect(mutx.accepts(key?.plaintext ?? '')).toBe(true);
    command.kill('SIGKILL');
    // The command has outlived it.
    command.stdin.end();
    await command.ran;
    expect((await next()).code).toBe(0);
    expect(active(shell).map(({ id }) => id)).toEqual([key?.id]);
    mutx.clock.advance(25 * HOUR);
    const { stderr } = await next();
    expect(stderr).toContain(`swept: ${key?.id}`);
    expect(active(shell)).toEqual([]);
    expect(ledger.unexpected()).toEqual([]);
  });
});
