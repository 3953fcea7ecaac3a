import { MUTX_CONNECTION_HINTS } from './connection.ts';
import type { Hint } from './hint.ts';
import { FIX_COLUMNS, REVOKE_ONE } from './phrases.ts';

const RETRY = 'run again later; the retries of this run were used up';

/** Causes of failed calls to MUTX (src/mutx) and of a session that could not be opened (src/mutx/session). */
export const MUTX_HINTS: Readonly<Record<string, Hint>> = {
  'mutx-unauthorized': {
    cause:
      'MUTX does not accept the credential: it is expired (an access JWT lives 30 minutes), revoked, or of another MUTX installation',
    fix: 'get a new access JWT right before this step, or use `refresh-token` or `email` with `password`, which suit a schedule; check `api-url`',
  },
  'mutx-forbidden': {
    cause: 'the MUTX account may not do this: it may be deactivated or not verified',
    fix: 'log in to MUTX with this account and see whether it may manage API keys',
  },
  'mutx-not-found': {
    cause: 'there is nothing at this address of the API, or the key is not of this account',
    fix: 'check `api-url`: `https://api.mutx.dev`, without `/api-keys` at the end',
  },
  'mutx-quota': {
    cause: "the account's plan has no place for one more active key",
    fix: `${REVOKE_ONE}. Or take a larger plan, or let the run wait for a place: a rotation with \`on-quota: wait\`, a key for one job (\`ephemeral\`, \`exec\`) with a longer \`quota-wait\``,
  },
  'mutx-conflict': {
    cause: 'MUTX says that this does not go with the state the key is in',
    fix: 'run again; the next run looks at the keys anew',
  },
  'mutx-validation': {
    cause: 'MUTX does not take a value that was sent',
    fix: 'see what MUTX says here: it names the value, and what it may be. Names of keys have at most 255 characters, `expires-in-days` is 1 to 365, ids are UUIDs; if all of them are right, check that `api-url` is the MUTX API',
  },
  'mutx-payment-required': {
    cause: "the account's plan does not include this, or a payment is due",
    fix: "see the account's billing page at MUTX",
  },
  'mutx-rate-limited': {
    cause: 'too many requests a minute with this credential or from this address',
    fix: 'run again at the time given; runners of one network share an address',
  },
  'mutx-server-error': { cause: 'MUTX had an error of its own', fix: RETRY },
  'mutx-proxy-page': {
    cause: 'something between the runner and MUTX answered in its place (a proxy, a gateway, a sign-in page)',
    fix: 'check `api-url`, `HTTPS_PROXY` and `NO_PROXY`; if MUTX is behind a gateway, let the runner through',
  },
  ...MUTX_CONNECTION_HINTS,
  'mutx-timeout': { cause: 'MUTX did not answer within 30 seconds', fix: RETRY },
  'mutx-lost-reply': {
    cause: 'the connection to MUTX broke before its reply was read to the end',
    fix: RETRY,
  },
  'mutx-refused': { cause: 'MUTX refused the call', fix: 'see what it says here' },
  'mutx-key-refused': {
    cause:
      'MUTX answers the key as if it were not valid; to a key that it does not take it says `Missing authorization header`',
    fix: 'run again; check that `api-url` is the API itself',
  },
  'mutx-key-unusable': {
    cause:
      'MUTX refuses the key in `X-API-Key`, and fails with an internal error when it comes as a Bearer token; public versions of MUTX on PostgreSQL answer every key so, because they store its times without a time zone',
    fix: FIX_COLUMNS,
  },
  'mutx-key-unverifiable': {
    cause:
      'this MUTX answers a request with the key as it answers one without any, so it cannot be found out there whether the key works',
    fix: 'set `verify: false` to store keys that were not tried, or use a MUTX that takes API keys',
  },
  'mutx-redirect': {
    cause: 'MUTX answered with a redirect, which is never followed: it could carry the credential elsewhere',
    fix: 'set `api-url` to where the API is now',
  },
  'mutx-bad-reply': {
    cause: 'the reply is not what the MUTX API gives: cut off, too large, compressed, or of another form',
    fix: 'check that `api-url` is the API itself; if it is, this version may be too old for it',
  },
  'session-expired': {
    cause: 'the access JWT in `bootstrap-jwt` has expired; it lives for 30 minutes',
    fix: 'get a new access JWT in the job, right before this step; for a schedule use `refresh-token` or `email` with `password`',
  },
  'session-login-failed': {
    cause: 'MUTX did not answer the log-in, or not with a session',
    fix: 'see the failed call; the run can simply be repeated',
  },
  'session-login-refused': {
    cause: 'MUTX does not take this `email` and `password`',
    fix: 'log in with them at MUTX: the account must be active and its e-mail address verified',
  },
  'session-refresh-failed': {
    cause: 'the refresh token could not be exchanged, and is not spent',
    fix: 'see the failed call, and run again with the same token',
  },
  'session-refresh-refused': {
    cause:
      'the refresh token is spent, expired (7 days after its last use, 30 days after the log-in) or revoked',
    fix: 'log in to MUTX again and store the new refresh token in the secret',
  },
  'session-refresh-lost': {
    cause: 'the reply to the exchange never came, so the refresh token may be spent',
    fix: 'log in to MUTX again and store the new refresh token in the secret; do not use the old one again',
  },
  'session-successor-unwritable': {
    cause:
      'the secret that has to take the successor of the refresh token cannot be written; the token was not used',
    fix: 'mend what is said of the secret here, or name another one in `refresh-token-secret`',
  },
  'renewal-failed': {
    cause: 'the run took longer than its MUTX session, which could not be renewed',
    fix: 'see the failed call; the credential is not spent, so the next run begins anew with it, and takes up what this one had to leave',
  },
  'session-successor-lost': {
    cause: 'the refresh token is spent, and its successor could not be stored for ten minutes',
    fix: 'log in to MUTX again, store the new refresh token in the secret, and mend what kept it from being stored',
  },
};
