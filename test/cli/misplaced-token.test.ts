import { describe, expect, it } from 'vitest';
import { TOKEN_KINDS } from '../../packages/emulator/src/github/tokens.ts';
import type { TokenOptions } from '../../packages/emulator/src/index.ts';
import { openShell } from './shell.ts';

// Holds invariant 4 of docs/threat-model.md.

const FORMS: readonly TokenOptions[] = [
  ...TOKEN_KINDS.map((kind) => ({ kind })),
  { kind: 'github-token', form: 'short' },
];

const COMMANDS: readonly (readonly string[])[] = [
  ['rotate'],
  ['revoke', '--key-name', 'a'],
  ['audit'],
  ['keys', 'list'],
  ['keys', 'create', 'a'],
  ['exec', '--', 'true'],
  ['doctor', '--folder', '/nonexistent'],
];

const NONE = { MUTX_EMAIL: '', MUTX_PASSWORD: '' };

describe.each(FORMS)('a GitHub token (%o) in place of a MUTX credential', (form) => {
  it.each(COMMANDS)('is sent to no server by %s', async (...args) => {
    await using shell = await openShell();
    const token = shell.emulator.github.issueToken(form);
    const inputs = [
      { ...NONE, MUTX_BOOTSTRAP_JWT: token },
      { ...NONE, MUTX_REFRESH_TOKEN: token },
      { MUTX_EMAIL: 'ci@example.com', MUTX_PASSWORD: token },
    ];
    for (const env of inputs) {
      const { code, stdout, stderr } = await shell.run(args, env);
      expect(code, stderr).not.toBe(0);
      expect(shell.emulator.ledger.entries.filter(({ server }) => server === 'mutx')).toEqual([]);
      expect(stdout + stderr).not.toContain(token.slice(-20));
    }
  });
});
