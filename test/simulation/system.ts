import { findAll } from '../../src/audit/find.ts';
import { takeAuditLook } from '../../src/audit/take-look.ts';
import { GithubClient } from '../../src/github/client.ts';
import { createTarget } from '../../src/github/create-target.ts';
import { outputsOf } from '../../src/report/outputs.ts';
import { Progress } from '../../src/report/progress.ts';
import { resultLines } from '../../src/report/result.ts';
import { keyStates } from '../../src/report/revocation-words.ts';
import { stateOf } from '../../src/report/state.ts';
import { revokeKeys } from '../../src/revoke/revoke.ts';
import { rotate } from '../../src/rotation/engine.ts';
import { survey } from '../../src/rotation/survey.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

/** What is under test: the real code, or a copy of it in which one thing was changed (mutants.ts). */
export interface System {
  readonly rotate: typeof rotate;
  readonly survey: typeof survey;
  readonly revokeKeys: typeof revokeKeys;
  readonly takeAuditLook: typeof takeAuditLook;
  readonly findAll: typeof findAll;
  readonly outputsOf: typeof outputsOf;
  readonly resultLines: typeof resultLines;
  readonly stateOf: typeof stateOf;
  readonly keyStates: typeof keyStates;
  readonly Progress: typeof Progress;
  readonly createTarget: typeof createTarget;
  readonly GithubClient: typeof GithubClient;
  readonly SecretRegistry: typeof SecretRegistry;
}

export const REAL: System = {
  rotate,
  survey,
  revokeKeys,
  takeAuditLook,
  findAll,
  outputsOf,
  resultLines,
  stateOf,
  keyStates,
  Progress,
  createTarget,
  GithubClient,
  SecretRegistry,
};

/** Where each part of it comes from, below src/. */
export const SOURCE_OF: Readonly<Record<keyof System, string>> = {
  rotate: 'rotation/engine.ts',
  survey: 'rotation/survey.ts',
  revokeKeys: 'revoke/revoke.ts',
  takeAuditLook: 'audit/take-look.ts',
  findAll: 'audit/find.ts',
  outputsOf: 'report/outputs.ts',
  resultLines: 'report/result.ts',
  stateOf: 'report/state.ts',
  keyStates: 'report/revocation-words.ts',
  Progress: 'report/progress.ts',
  createTarget: 'github/create-target.ts',
  GithubClient: 'github/client.ts',
  SecretRegistry: 'secrets/registry.ts',
};
