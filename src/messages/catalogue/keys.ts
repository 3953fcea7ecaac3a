import type { Hint } from './hint.ts';

/** What a revocation (revoke/) or an audit (audit/) came to. */
export const KEY_HINTS: Readonly<Record<string, Hint>> = {
  'revoke-failed': {
    cause: 'MUTX did not revoke every key that was asked for, or did not say whether it did',
    fix: 'mend what is said of the failed call here and run again: what is revoked already counts as done',
  },
  'keys-unread': {
    cause:
      "MUTX's limit on requests left no time to read the whole list of keys, and a key that was not read may be one that was asked for",
    fix: 'run it again when fewer clients use the account: what is revoked already counts as done. By their ids, keys are revoked without the list',
  },
  'too-early': {
    cause:
      '`not-before` is still to come by the clock of MUTX, or two of its replies did not agree that it is over',
    fix: 'run it again after that instant; behind an environment with a wait timer: make the timer longer than every `grace-period` by two minutes',
  },
  'no-such-key': {
    cause:
      'no key of the account has this name or id: it is misspelled, or of another account, or MUTX has already forgotten the revoked key',
    fix: 'copy the name or id from `mutx-api-key keys list --all`; for a clean-up that may find nothing, set `if-none: ignore`',
  },
  'fleet-incomplete': {
    cause: 'some keys of the fleet could not be rotated; the others were',
    fix: 'fix what is named for each cause, then run it again: keys that were rotated are not due again where `renew-before` says so',
  },
  'key-in-a-secret': {
    cause:
      'keys of such names are made by rotations, which store them in secrets, and by jobs, which use them',
    fix: 'run `mutx-api-key rotate`, which stores a new key first; if nothing holds this one, add `--force`',
  },
  'revocations-exceeded': {
    cause: 'more keys were asked for than `max-revocations` allows, so none was revoked',
    fix: 'see whether these are the keys that are meant; if they are, set `max-revocations` to their number',
  },
  findings: {
    cause: 'the audit found what `fail-on` does not let pass',
    fix: 'do what is said of each finding, or set `fail-on`',
  },
};
