import type { Verb } from '../inputs/table.ts';

/** What was not done, as the title of a failure. */
export const FAILURE_TITLE: Readonly<Record<Verb | 'issue', string>> = {
  rotate: 'MUTX API key not rotated',
  ephemeral: 'No MUTX API key for this job',
  revoke: 'MUTX API keys not revoked',
  audit: 'Audit of the MUTX API keys failed',
  plan: 'Fleet of MUTX API keys not planned',
  issue: 'The issue about failures was not kept up to date',
};
