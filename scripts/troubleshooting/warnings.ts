/** What a warning means that stands in the log under this title, and what to do: for docs/troubleshooting.md. */
export const WARNINGS: Readonly<Record<string, { readonly means: string; readonly fix: string }>> = {
  'A key was not revoked': {
    means:
      'A key was to go, and MUTX did not revoke it, or did not say whether it did. An older key (“key …”, “no key was revoked”): it may work beside the one that the secret holds. “The new key …, which no secret holds”: the rotation failed and could not take back what it had made; the secret holds what it held before. A key that `ephemeral` or `exec` could not check: it was not handed out.',
    fix: 'Nothing about the key: the next rotation revokes it; that of `ephemeral` or `exec` is tried again at the end, and expires. Sooner: the action `revoke` with the id that is named. If the run failed, see its code.',
  },
  'More keys than max-revocations': {
    means: 'More keys would have gone than `max-revocations` allows, so none of them did.',
    fix: 'See whether a person or another workflow uses the same key name. If all of the keys may go, raise `max-revocations` for one run.',
  },
  'The key name is used elsewhere': {
    means:
      'A key of this name is in use although no target of this run holds it, or a secret that is no target of this run was written when the key was made. An earlier run had more targets, or another workflow has the same name. The rotation revokes the key.',
    fix: 'Add the missing target to `targets`, or give one of the two a `key-name` of its own. To take a target away, first delete its secret.',
  },
  'Clocks apart': {
    means:
      'The clocks of MUTX and GitHub differ by more than 30 seconds, so their dates cannot be compared. What needs that is left to a later run.',
    fix: 'Nothing on GitHub.com. On a server of your own: synchronise its clock.',
  },
  'GitHub contradicts itself': {
    means:
      'GitHub was asked twice when a secret was last written, once for the secret and once for the list it is in, and gave two answers or only one. What is stored is then not certain, so no key is revoked for being in no secret.',
    fix: 'Nothing: a later run asks again. If it goes on, see GitHub’s status page, and whether the token may list the secrets.',
  },
  'Times contradict each other': {
    means:
      'By the time of the look, and what has passed on this machine since, the new key was made at another time than MUTX says. Either this machine stood still in between, or the clocks of several MUTX servers differ. The new key was revoked, and the run looks once more.',
    fix: 'Nothing, if the run then succeeds. If it fails, see `times-contradict`.',
  },
  'The plan is not known': {
    means:
      'MUTX did not say which plan the account has, so whether a place is left shows when a key is made.',
    fix: 'Nothing, unless the run fails for want of a place.',
  },
  'A created key was lost': {
    means: 'MUTX was asked for a key and its reply never came. There may be a key that nobody knows.',
    fix: 'Nothing: it is in no secret, and a later run revokes it.',
  },
  'The key was stored too late': {
    means: 'The machine stood still between making a key and storing it. The run makes another one.',
    fix: 'Let runs not overlap (`concurrency:`), and do not suspend runners.',
  },
  'A secret was not what it was taken for': {
    means:
      "The secret was there when it was looked for, and GitHub's answer to the write says that it made it; or it was not there, and the answer says that it replaced one. Either a person or another run deleted or made it in between, or one of GitHub's answers was wrong. What was written is in the secret. Of an organisation secret that was taken for new, who may read it is now what `visibility` and `selected-repositories` say, whatever it was before.",
    fix: "See in the audit log who made or deleted the secret. Of an organisation's: check in its settings who may read it.",
  },
  'Check the inputs': {
    means:
      'An input is unknown, belongs to another action, or is nearly one that exists; or two of them do not go together well.',
    fix: 'Write it as the warning says.',
  },
  'Check the options': {
    means: 'The same, of an option that the library was called with.',
    fix: 'Write it as the warning says.',
  },
  'Check the credentials': {
    means:
      'A credential works today and soon will not: a token that expires, a login that ends, a schedule that is too slow; or a session was not ended, or could not be renewed.',
    fix: 'Do what the warning says, before the date that it names.',
  },
  'Check the fleet': {
    means: 'The plan of a fleet found something odd about one of its keys, or could not look at it.',
    fix: 'See the table in the summary of the job `plan`; the job of that key says more.',
  },
  'Older keys were not read': {
    means:
      'The account has so many keys, revoked ones included, that MUTX’s limit on requests did not let all of them be read in ten minutes. What was done is right for the keys that were read; an older key of the name was not revoked, reported or counted.',
    fix: 'Run it again at a time when nothing else uses the account or its network address. If that is always so, use an account of its own for the jobs that make many keys.',
  },
  'The audit is not complete': {
    means: 'Something could not be looked at. What is reported is right, but there may be more.',
    fix: 'See what the warning names: clocks, dates, or the account’s plan.',
  },
  'More findings': {
    means: 'GitHub shows ten annotations of a level for a step. The audit found more.',
    fix: 'Read the log or the output `report`.',
  },
  'The key could not be printed': {
    means:
      '`mutx-api-key keys create` or `keys rotate` made a key, and nobody read its output, which shows it only this once.',
    fix: 'Revoke the key that is named, and make another one; do not close the pipe that it is written to.',
  },
  'No such key': {
    means:
      'No active key has the name: all of its keys are revoked already, or there never was one and `if-none` is `ignore`. It counts as done.',
    fix: 'Check the spelling, and that the credential is of the right account.',
  },
  'Keys that are gone': {
    means: 'Some of the keys that were to be revoked do not exist any more. They count as done.',
    fix: 'Nothing, if the ids were right.',
  },
  'Left-over keys were not swept': {
    means:
      'Before it made its key, `ephemeral` could not look for what earlier jobs left, or not revoke it. The key was made all the same.',
    fix: 'Nothing: the next job sweeps again. If the account runs full, use the action `revoke`.',
  },
  'MUTX API key not revoked': {
    means: 'The post step of `ephemeral` could not give its key back. The job stays green.',
    fix: 'The key expires by itself, and a later job sweeps it. Sooner: the action `revoke` with the id that is named.',
  },
  'No issue about failures': {
    means: 'The reusable workflow could not look after its issue.',
    fix: 'Grant the calling job `issues: write`, or set `failure-issue: false`.',
  },
  'Outputs not set': {
    means:
      'The step did its work, and some of its outputs are absent: the runner’s file could not be written, or the value holds a credential.',
    fix: 'See the codes [`runner-file-unwritable`](#runner-file-unwritable) and [`output-withheld`](#output-withheld). Until then, let no later step depend on these outputs.',
  },
  'Output cut': {
    means:
      'A list among the outputs would be longer than 100 KiB. Entries were left out, because an environment variable holds no more than 128 KiB.',
    fix: 'Read the log, which has all of them. Ids of superseded keys that were left out are revoked by later rotations.',
  },
  'Summary not written': {
    means:
      'The job summary, or the file of `--summary`, could not be written. The run itself is not affected.',
    fix: 'Read the log, which says the same. A full disk or a missing folder is the usual cause.',
  },
};
