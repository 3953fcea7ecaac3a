/// <reference lib="esnext.disposable" preserve="true" />

/**
 * Rotates MUTX API keys from a program of one's own: the engine of the action and of the command line, as functions.
 * How to use it: docs/library.md in the repository.
 *
 * Plaintext goes in as strings and comes out as {@link Secret} values, which print as `***` and give the text
 * through `expose()` only. Nothing is printed, and nothing is read from the environment but which proxy to use.
 * Instants are milliseconds since the Unix epoch, durations milliseconds, except where a {@link DurationText} is taken.
 *
 * @packageDocumentation
 */

export type { Visibility } from './inputs/rotate-inputs.ts';
export { type ParsedTarget, parseTarget, type SecretStoreName, type Target } from './inputs/targets.ts';
export { MutxCallError, MutxSessionError } from './library/errors.ts';
export type { OptionProblem } from './library/invalid-options.ts';
export { InvalidOptionsError } from './library/invalid-options.ts';
export { MutxClient } from './library/mutx-client.ts';
export type {
  DurationText,
  GithubAccess,
  Listeners,
  MutxAccess,
  MutxClientOptions,
  MutxCredential,
  RotateOptions,
} from './library/options.ts';
export { type NoSession, type RotateResult, rotate } from './library/rotate.ts';
export type { RevocationReason, RotationEvent, StepName, WarningCode } from './rotation/events.ts';
export type { InGrace } from './rotation/grace.ts';
export type {
  FailureReason,
  KeySummary,
  KeysNow,
  Outcome,
  RotationFailure,
  TargetResult,
  TargetStatus,
} from './rotation/outcome.ts';
export type { Plan, PlannedRevocation } from './rotation/plan.ts';
export type {
  Account,
  CallFailure,
  Duration,
  FailureKind,
  Instant,
  KeyRecord,
  MintedKey,
  TokenNeeds,
} from './rotation/ports.ts';
export type { Room } from './rotation/room.ts';
export type { OnQuota } from './rotation/settings.ts';
export type { SparedKey } from './rotation/spared.ts';
export type { Secret } from './secrets/secret.ts';
export type { SessionFailure, SessionFailureCode } from './session/session.ts';
