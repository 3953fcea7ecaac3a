import type { Duration } from './time.ts';

const SECOND: Duration = 1_000;
const MINUTE: Duration = 60 * SECOND;

/** D: every write of a key starts before this much time has passed since just before its create was sent. */
export const WRITE_DEADLINE: Duration = 10 * MINUTE;

/** F: more than D plus the longest a request can linger. A key older than this is written by nobody any more. */
export const FENCE: Duration = 15 * MINUTE;

/** The longest a request can be on its way after it was sent; what is not there by then was never done. */
export const LINGER: Duration = FENCE - WRITE_DEADLINE;

/** m: how far the two servers' clocks and GitHub's whole-second timestamps may be apart. */
export const MARGIN: Duration = 60 * SECOND;

/**
 * How far a new key's `created_at` may be from the `Date` headers of MUTX, beside the time that its create took: the
 * header is stamped when a request arrives, and lags the database by some seconds.
 */
export const CREATION_SLACK: Duration = 15 * SECOND;

/** The longest that `on-quota: wait` can have to wait until a rule frees a place. */
export const LONGEST_QUOTA_WAIT: Duration = 2 * FENCE + 2 * MARGIN;

/** How long a single call may be retried, waits included, where no nearer deadline holds. */
export const CALL_PATIENCE: Duration = 5 * MINUTE;

/**
 * Targets that are asked about at the same time, two requests each at the most at once. GitHub takes a hundred
 * requests at once of everything that shares a token.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export const READS = 20;

/** What MUTX asks to wait at its rate limit: always the whole window. A patience that is to fit it is longer. */
export const RATE_LIMIT_WAIT: Duration = MINUTE;

/** Tries of anything that may be tried again. */
export const TRIES = 4;

/** Keys a run makes at most when the replies to its creates are lost; each lost one leaves an orphan. */
export const CREATES = 3;
