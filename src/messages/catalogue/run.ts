import type { Hint } from './hint.ts';
import { FIX_COLUMNS, ONCE_IT_SUCCEEDS, REVOKE_ONE } from './phrases.ts';

/** What a run as a whole came to (rotation/outcome.ts), and what happens before and around it. */
export const RUN_HINTS: Readonly<Record<string, Hint>> = {
  'invalid-input': {
    cause: 'one or more inputs are missing or not in a form this action takes',
    fix: 'correct the inputs named here; nothing was changed',
  },
  'preflight-failed': {
    cause: 'a target cannot be written with this token, or does not exist',
    fix: 'mend what is said of each target here; no key is made while one of them is known not to be writable',
  },
  'too-many-targets': {
    cause:
      'GitHub allows about 80 writes a minute and 500 an hour, and every write of a key has to start within ten minutes of making it',
    fix: 'store the key in one organisation secret that the repositories share, or make a fleet of it: several runs, each with a `key-name` and a part of the targets of its own, and either an hour apart or each with a writer token of its own, because GitHub counts per token and hour',
  },
  'fleet-too-large': {
    cause: 'GitHub hands over at most 1 MB, counted as UTF-16, from one job to the next',
    fix: 'split the key into several, each with a part of its targets; `defaults` do not make it smaller',
  },
  'issue-failed': {
    cause: 'GitHub did not let the job read or write issues',
    fix: 'see the failed call; the rotation or the audit itself is told of by its own job',
  },
  'look-failed': {
    cause: 'the list of keys or the dates of the secrets could not be read',
    fix: 'see the failed call; the run can simply be repeated',
  },
  'quota-full': {
    cause:
      "every place of the account's plan is taken by an active key; expired keys count until they are revoked",
    fix: `${REVOKE_ONE}; first of all one whose expiry is past, which works for nobody any more. Or take a larger plan. A rotation with \`on-quota: wait\` waits for a place that becomes free by itself, one with \`on-quota: replace\` gives up a key of its own name first, with a gap of seconds; where it was set, the first line says why it did not help`,
  },
  'quota-too-soon': {
    cause:
      'the new key would take the last place of the plan, while another key of this name, or the last write of a target, is so young that a run may still be storing that key',
    fix: 'run again at the time given, or set `on-quota: wait`, which waits until then; `on-quota: replace` does not shorten that, because it too makes no second key while the first may still be on its way into the secret',
  },
  'quota-wait-over': {
    cause:
      "every place of the account's plan is taken by an active key; expired keys count until they are revoked",
    fix: `wait longer with \`quota-wait\`, run fewer jobs at a time (\`strategy.max-parallel\`), take a larger plan, or ${REVOKE_ONE}; \`sweep-after\` revokes what killed jobs of this repository left`,
  },
  'account-refused': {
    cause:
      'MUTX answers 403 to the question whose account this is: its e-mail address is not verified, or it is deactivated. Keys of such an account are answered 403 too',
    fix: 'verify the e-mail address of the account at MUTX, or have the account activated, and run again',
  },
  'create-failed': {
    cause: 'MUTX did not make a key',
    fix: 'see the failed call; no secret was written',
  },
  'times-contradict': {
    cause:
      'MUTX wrote a time into the new key that is far from the time its replies carry: a server that writes local time without a zone, or several servers whose clocks differ',
    fix: "have MUTX's operator set the server and its database to UTC and synchronize their clocks; until then no run can tell which key is older, so none is replaced",
  },
  'create-lost': {
    cause: 'the reply to the create never came or could not be read, so a key may exist that nobody can use',
    fix: 'run again: such a key is never stored, and a later run revokes it',
  },
  'create-unsupported': {
    cause:
      'MUTX failed with an internal error at each create and made no key; public versions of MUTX on PostgreSQL fail so at every key that expires, because they store its end without a time zone',
    fix: `${FIX_COLUMNS}. No input of this action avoids it`,
  },
  'verify-refused': {
    cause: 'MUTX answers the key it has just made as if it were not valid',
    fix: "run again; if it stays so, check that `api-url` is the API itself, and ask MUTX's support with the request id",
  },
  'verify-unclear': {
    cause: 'MUTX was not reachable or not well when the new key was tried',
    fix: 'run again; `verify: false` would go on with a key that was never tried',
  },
  'store-failed': {
    cause: 'at least one target did not take the new key',
    fix: 'mend what is said of each target here and run again: a half-stored rotation is always due, and the next run that succeeds puts one key into every target',
  },
  'store-deadline': {
    cause:
      'a target could not be written within ten minutes of making the key, after which no write is safe any more',
    fix: 'run again when GitHub answers normally; with many targets, split them over several key names, their runs an hour apart or each with a writer token of its own',
  },
  'written-late': {
    cause:
      'this machine stood still for minutes between making a key and storing it, twice; another run may have revoked the key meanwhile',
    fix: 'run again, on a runner that is not suspended; a `concurrency:` group in the workflow keeps runs from overlapping',
  },
  'network-changed': {
    cause:
      'between the two steps of `ephemeral` a step of the job has set a proxy, or certificate authorities, for all that follows; a credential would go to whoever that is',
    fix: 'revoke the key that is named with the action `revoke`, or let it expire; set `HTTPS_PROXY` and `NODE_EXTRA_CA_CERTS` for the whole job, or for the steps that need them',
  },
  'command-not-found': {
    cause: 'there is no such file, neither under this path nor in a folder of `PATH`',
    fix: 'check how the command is written; a builtin of the shell, a pipe or `&&` needs a shell: `-- sh -c "…"`',
  },
  'command-not-executable': {
    cause: 'the file is there, and the system does not run it',
    fix: 'make it executable with `chmod +x`, or name what runs it: `-- node script.js`',
  },
  cancelled: {
    cause:
      'someone cancelled the job, it ran into its time limit, or a newer run of its concurrency group took over',
    fix: `run again: whatever the state, ${ONCE_IT_SUCCEEDS}`,
  },
  'runner-file-unwritable': {
    cause:
      'the runner gave this step no file for its outputs, state or variables, or the disk of the runner is full',
    fix: 'free space on the runner; in a container or under another runner, make sure that the files named by `GITHUB_OUTPUT`, `GITHUB_STATE` and `GITHUB_ENV` can be written',
  },
  'output-withheld': {
    cause:
      'the password, or another credential that was given, is part of a name, a target or a word of the output',
    fix: 'give the account a password that no name contains, or rename what holds it',
  },
  'internal-error': {
    cause: 'something happened that this action does not expect',
    fix: 'run again; if it stays so, report it with the lines above',
  },
  deadline: {
    cause: 'the time within which a write is safe was over before this one could start',
    fix: 'run again when MUTX and GitHub answer normally',
  },
  'doctor-problem': {
    cause: 'something that a rotation depends on is not as it has to be',
    fix: 'do what stands after each ✗, then ask `mutx-api-key doctor` again',
  },
  'doctor-warning': {
    cause: 'with `--strict`, a warning of `mutx-api-key doctor` fails it',
    fix: 'do what each line with ! says, or leave `--strict` out',
  },
  declined: {
    cause: 'the question whether to do all of it was not answered with yes',
    fix: 'run the command again, and answer with yes or give `--yes`',
  },
  'not-stored': {
    cause: 'GitHub did not take a secret that the workflow needs',
    fix: 'see the failed call, and run the command again',
  },
  'not-written': {
    cause: 'the file of the workflow could not be made; one that is there is never overwritten',
    fix: 'make sure that the folder can be written and the file is not there, and run the command again',
  },
};
