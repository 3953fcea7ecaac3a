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

export type { Visibility } from './config/targets.ts';
export { type ParsedTarget, parseTarget, type SecretStoreName, type Target } from './config/targets.ts';
export type { CallFailure, FailureKind, TokenNeeds } from './core/call.ts';
export type { Duration, Instant } from './core/time.ts';
export type { OptionProblem } from './library/errors.ts';
export { InvalidOptionsError, MutxCallError, MutxSessionError } from './library/errors.ts';
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
export type { SessionFailure, SessionFailureCode } from './mutx/session/session.ts';
export type { RevocationReason, RotationEvent, StepName, WarningCode } from './rotation/events.ts';
export type {
  FailureReason,
  KeysNow,
  Outcome,
  RotationFailure,
  TargetResult,
  TargetStatus,
} from './rotation/outcome.ts';
export type { Plan, PlannedRevocation } from './rotation/plan.ts';
export type { Account, KeyRecord, KeySummary, MintedKey, OnQuota } from './rotation/ports.ts';
export type { Room } from './rotation/room.ts';
export type { InGrace, SparedKey } from './rotation/rules.ts';
export type { Secret } from './secrets/secret.ts';
