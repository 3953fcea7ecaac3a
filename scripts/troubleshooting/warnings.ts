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
    means: 'A key of this name is in none of the targets, and somebody uses it.',
    fix: 'Give this rotation a `key-name` of its own, or find out who uses the key and revoke it.',
  },
  'Clocks apart': {
    means:
      'The clocks of MUTX and GitHub differ by more than 30 seconds, so their dates cannot be compared. What needs that is left to a later run.',
    fix: 'Nothing on GitHub.com. On a server of your own: synchronise its clock.',
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
    means: 'A key that is to be revoked does not exist, or is not of this account. It counts as done.',
    fix: 'Check the id, and that the credential is of the right account.',
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
