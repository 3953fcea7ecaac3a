import type { Hint } from './hints.ts';

/** What a revocation (revoke/) or an audit (audit/) came to. */
export const KEY_HINTS: Readonly<Record<string, Hint>> = {
  'revoke-failed': {
    cause: 'MUTX did not revoke every key that was asked for, or did not say whether it did',
    fix: 'mend what is said of the failed call here and run again: what is revoked already counts as done',
  },
  'no-such-key': {
    cause:
      'no key of the account has this name or id: it is misspelled, or of another account, or MUTX has already forgotten the revoked key',
    fix: 'copy the name or id from `mutx-api-key keys list --all`; for a clean-up that may find nothing, set `if-none: ignore`',
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
