import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { here } from './shell.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** What is on the line when Tab is pressed, what has to be offered then, and what must not be. */
const LINES: readonly (readonly [line: string, offered: readonly string[], not: readonly string[]])[] = [
  ['mutx-api-key ', ['rotate', 'keys', 'completion', 'help'], ['list', 'fish']],
  ['mutx-api-key ro', ['rotate'], ['revoke']],
  ['mutx-api-key keys ', ['list', 'create', 'rotate', 'revoke'], ['doctor']],
  ['mutx-api-key keys rotate --', ['--force', '--yes', '--help'], ['--targets', '--password']],
  ['mutx-api-key rotate --', ['--targets', '--fleet-file', '--on-quota'], ['--force', '--github-token']],
  ['mutx-api-key rotate --key-name revoke --on-quota ', ['fail', 'wait', 'replace'], ['--targets']],
  ['mutx-api-key revoke --if-none=', ['fail', 'ignore'], ['--key-ids']],
  ['mutx-api-key emulate --generation ', ['v1', 'documented'], ['rotate']],
  ['mutx-api-key completion ', ['bash', 'zsh', 'fish'], ['rotate']],
  ['mutx-api-key exec -- completed-by-n', ['completed-by-name'], ['--env-name']],
  ['mutx-api-key rotate --fleet-file mutx-', ['mutx-keys.yml'], ['--json']],
];

/** Bash calls the function as Tab does: with the words of the line. */
const IN_BASH = `
source "$SCRIPT"
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
COMP_LINE=$LINE COMP_POINT=\${#LINE}
read -ra COMP_WORDS <<< "\${LINE//=/ = }"
[[ $LINE == *[\\ ] ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
compopt() { COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); }
eval "$(complete -p mutx-api-key | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Zsh completes only in its line editor, so it gets a terminal; what is offered passes \`compadd\`. */
const IN_ZSH = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT= PROMPT2= ; stty -echo; autoload -Uz compinit; compinit -D -u; source $SCRIPT
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"; print -rl -- "OFFERED:"\${^hits}
  builtin compadd "$@"
}
done-completing() { print ALL-OFFERED; exit }
zle -N done-completing; bindkey "^X" done-completing; bindkey "^I" complete-word; print REA""DY'
zpty -r z line $'*READY*'
zpty -w -n z "$LINE"$'\\t\\x18'
zpty -r z line $'*ALL-OFFERED*'
print -r -- $line | tr -d '\\r' | sed -n 's/.*OFFERED:\\(.*\\)/\\1/p'
`;

const IN_FISH = 'source $SCRIPT; complete -C "$LINE" | string split -f 1 \\t';

const COMMAND: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['--norc', '-c', IN_BASH],
  zsh: ['-f', '-c', IN_ZSH],
  fish: ['--no-config', '-c', IN_FISH],
};

async function offered(shell: Shell, line: string): Promise<readonly string[]> {
  const { code, stdout: script, stderr } = await here(['completion', shell], {});
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'script'), script);
  writeFileSync(join(folder, 'mutx-keys.yml'), '');
  for (const name of ['completed-by-name', 'mutx-api-key']) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 9\n', { mode: 0o755 });
  }
  const ran = spawnSync(shell, COMMAND[shell], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      TERM: 'dumb',
      SCRIPT: join(folder, 'script'),
      LINE: line,
    },
  });
  expect(ran.error).toBeUndefined();
  // Fish completes the whole word, `--flag=value`.
  return ran.stdout.split('\n').map((word) =>
    word
      .trim()
      .replace(/=$/u, '')
      .replace(/^--[\w-]+=/u, ''),
  );
}

const isInstalled = (shell: Shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  const suite = isInstalled(shell) ? it : it.skip;
  const why = isInstalled(shell) ? '' : ` (skipped: ${shell} is not installed here)`;
  suite.each(LINES)(`of %j offers %j and not %j${why}`, async (line, words, others) => {
    const all = await offered(shell, line);
    expect(all).toEqual(expect.arrayContaining([...words]));
    for (const other of others) expect(all).not.toContain(other);
  });
});

describe('completion', () => {
  it('refuses a shell that it has no script for, and names those that it has', async () => {
    const { code, stdout, stderr } = await here(['completion', 'powershell'], {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('bash, zsh, fish');
  });
});
