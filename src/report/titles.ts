import type { Verb } from '../inputs/table.ts';

/** What was not done, as the title of a failure. */
export const FAILURE_TITLE: Readonly<Record<Verb, string>> = {
  rotate: 'MUTX API key not rotated',
  ephemeral: 'No MUTX API key for this job',
  revoke: 'MUTX API keys not revoked',
  audit: 'MUTX API keys not audited',
};
