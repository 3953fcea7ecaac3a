import { findAll } from '../../src/audit/find.ts';
import { readAuditSnapshot } from '../../src/audit/snapshot.ts';
import { GithubClient } from '../../src/github/client.ts';
import { createTarget } from '../../src/github/targets/create-target.ts';
import { keyStates } from '../../src/messages/revocation/words.ts';
import { Progress } from '../../src/messages/rotation/progress.ts';
import { outputsOf, resultLines } from '../../src/messages/rotation/result.ts';
import { stateOf } from '../../src/messages/state.ts';
import { revokeKeys } from '../../src/revoke/revoke.ts';
import { rotate } from '../../src/rotation/engine.ts';
import { planFleet } from '../../src/rotation/plan-fleet.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

/** What is under test: the real code, or a copy of it in which one thing was changed (mutants.ts). */
export interface System {
  readonly rotate: typeof rotate;
  readonly planFleet: typeof planFleet;
  readonly revokeKeys: typeof revokeKeys;
  readonly readAuditSnapshot: typeof readAuditSnapshot;
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
  planFleet: planFleet,
  revokeKeys,
  readAuditSnapshot: readAuditSnapshot,
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
  planFleet: 'rotation/plan-fleet.ts',
  revokeKeys: 'revoke/revoke.ts',
  readAuditSnapshot: 'audit/snapshot.ts',
  findAll: 'audit/find.ts',
  outputsOf: 'messages/rotation/result.ts',
  resultLines: 'messages/rotation/result.ts',
  stateOf: 'messages/state.ts',
  keyStates: 'messages/revocation/words.ts',
  Progress: 'messages/rotation/progress.ts',
  createTarget: 'github/targets/create-target.ts',
  GithubClient: 'github/client.ts',
  SecretRegistry: 'secrets/registry.ts',
};
