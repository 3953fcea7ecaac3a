import { describe, expect, it } from 'vitest';
import { atTerminal } from '../../src/cli/at-terminal.ts';
import { openShell } from './shell.ts';

describe('advice at a terminal', () => {
  it.each([
    [
      'for a clean-up that may find nothing, set `if-none: ignore`',
      'for a clean-up that may find nothing, set `--if-none ignore`',
    ],
    [
      'run the rotation (`mutx/api-key-action`), and see',
      'run the rotation (`mutx-api-key rotate`), and see',
    ],
    [
      'revoke it: `mutx/api-key-action/revoke` with `key-ids: 1-2`',
      'revoke it: `mutx-api-key keys revoke 1-2`',
    ],
    ['with `mutx/api-key-action/revoke` and `key-ids`, or', 'with `mutx-api-key keys revoke ID`, or'],
    [
      '`mutx-api-key keys revoke ID`, or the action `mutx/api-key-action/revoke` with `key-ids: ID`, revokes one',
      '`mutx-api-key keys revoke ID` revokes one',
    ],
    ['it takes one target a line: `owner/repo`', 'it takes one target for each `--targets`: `owner/repo`'],
    // A credential has no flag, and a file has the words of a workflow.
    ['`password: x`', '`password: x`'],
    ['! rotate.yml: set `grace-period: 6h`', '! rotate.yml: set `grace-period: 6h`'],
  ])('%s', (text, words) => {
    expect(atTerminal(text)).toBe(words);
  });

  it('reaches the reader: flags, and commands of this command line', async () => {
    await using shell = await openShell();
    const none = await shell.run(['revoke', '--key-name', 'nobody']);
    expect(none.stdout).toContain('`--if-none ignore`');
    const { mutx } = shell.emulator;
    const createdAt = mutx.clock.now() - 100_000;
    const { id } = mutx.addKey(shell.user, { name: 'old', createdAt, expiresAt: createdAt + 1_000 });
    const { stdout, stderr } = await shell.run(['audit']);
    expect(stdout + stderr).toContain(`revoke it: \`mutx-api-key keys revoke ${id}\``);
    expect(stdout + stderr).not.toContain('mutx/api-key-action/');
  });
});
