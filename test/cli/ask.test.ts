import { describe, expect, it } from 'vitest';
import { type Answers, END_OF_INPUT, HERE, here, openShell } from './shell.ts';

// Holds invariant 30 of docs/threat-model.md.

const EMAIL = 'E-mail address of the MUTX service account';
const PASSWORD = 'Its password:';
const TOKEN = 'GitHub token that may write the secrets';

describe('a credential that was not given', () => {
  it('is asked for at a terminal, without showing it', async () => {
    await using shell = await openShell();
    const { MUTX_EMAIL, MUTX_PASSWORD, MUTX_GITHUB_TOKEN, ...env } = shell.env;
    const { code, stdout, stderr } = await here(['rotate'], env, [
      [EMAIL, MUTX_EMAIL ?? ''],
      [PASSWORD, MUTX_PASSWORD ?? ''],
      [TOKEN, MUTX_GITHUB_TOKEN ?? ''],
    ]);
    expect(code, stdout + stderr).toBe(0);
    expect(shell.emulator.mutx.accepts(shell.emulator.github.openSecret(HERE, 'MUTX_API_KEY') ?? '')).toBe(
      true,
    );
    expect(stderr).toContain(EMAIL);
    expect(stderr).not.toContain(MUTX_PASSWORD);
    expect(stderr).not.toContain(MUTX_GITHUB_TOKEN);
  });

  it('is asked for again where the answer has the shape of another credential', async () => {
    await using shell = await openShell();
    const { MUTX_GITHUB_TOKEN: _token, ...env } = shell.env;
    const wrong = [
      [
        shell.emulator.mutx.addKey(shell.user, { name: 'k' }).plaintext,
        'This is a MUTX API key, not a GitHub',
      ],
      [shell.emulator.mutx.issueAccessJwt(shell.user), 'This is a JWT, not a GitHub token'],
    ] as const;
    for (const [answer, complaint] of wrong) {
      const { code, stderr } = await here(['rotate'], env, [
        [TOKEN, answer],
        [complaint, '\u0003'],
      ]);
      expect(code).toBe(130);
      expect(stderr).not.toContain(answer);
    }
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it('is not asked for where it was given, nor where nobody is there', async () => {
    await using shell = await openShell();
    const { MUTX_PASSWORD, ...env } = shell.env;
    const alone = await here(['rotate'], env);
    expect(alone.code).toBe(2);
    expect(alone.stdout).toContain('`password` is empty, but `email` was given: its variable is not set');
    expect(alone.stdout).toContain('Fix: set `MUTX_PASSWORD`');
    const asked = await here(['rotate'], env, [[PASSWORD, MUTX_PASSWORD ?? '']]);
    expect(asked.code, asked.stdout).toBe(0);
    expect(asked.stderr).not.toContain(EMAIL);
  });

  it('may be the token of the GitHub command line', async () => {
    await using shell = await openShell();
    const { MUTX_GITHUB_TOKEN, ...env } = shell.env;
    const { code } = await here(['rotate'], { ...env, GH_TOKEN: MUTX_GITHUB_TOKEN ?? '' });
    expect(code).toBe(0);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['the end of stdin', END_OF_INPUT],
  ])('ends with 130 and one line at each question: %s', async (_what, end) => {
    await using shell = await openShell();
    const { MUTX_EMAIL, MUTX_PASSWORD, MUTX_GITHUB_TOKEN: _token, ...env } = shell.env;
    const answers: Answers = [
      [EMAIL, MUTX_EMAIL ?? ''],
      [PASSWORD, MUTX_PASSWORD ?? ''],
      [TOKEN, ''],
    ];
    for (const command of ['rotate', 'doctor', 'init', 'plan']) {
      for (const [at, [question]] of answers.entries()) {
        const ended: Answers = [...answers.slice(0, at), [question, end]];
        const { code, stdout, stderr } = await here([command], env, ended);
        expect([command, question, code, stdout]).toEqual([command, question, 130, '']);
        expect(stderr).toMatch(/Cancelled; nothing was changed\n$/u);
      }
    }
    const listing = await here(['keys', 'list'], env, [[EMAIL, end]]);
    expect(listing.code).toBe(130);
    expect(shell.emulator.ledger.entries).toEqual([]);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['the end of stdin', END_OF_INPUT],
  ])('ends with 130 and no open session where a key is about to be replaced: %s', async (_what, end) => {
    await using shell = await openShell();
    const { mutx } = shell.emulator;
    const key = mutx.addKey(shell.user, { name: 'laptop' });
    const { code, stderr } = await here(['keys', 'rotate', key.id], shell.env, [['Revoke key', end]]);
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/Cancelled; nothing was changed\n$/u);
    expect(mutx.accepts(key.plaintext)).toBe(true);
    expect(mutx.sessions.map(({ ended }) => ended)).toEqual(['logged-out']);
  });
});
