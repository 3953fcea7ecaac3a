/// <reference lib="esnext.disposable" preserve="true" />

/**
 * MUTX and GitHub's secrets API in memory, for tests and demonstrations: strict, with real crypto, clocks that
 * tests move, faults on demand, and a ledger of what arrived and what it changed.
 *
 * @packageDocumentation
 */
export type { EmulatorClock, Instant } from './clock.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
export type { Exchange } from './exchange.ts';
export type { Fault, FaultHandle, FaultKind, FaultMatch, FaultRule } from './faults.ts';
export type { GithubEmulator, GithubOptions } from './github/github.ts';
export type { KeyPair } from './github/key-pair.ts';
export type { GithubLimits } from './github/limits.ts';
export type { PermissionName, Permissions } from './github/permissions.ts';
export type { EmulatedSecret, SecretPlace, StoreName, Visibility } from './github/scopes.ts';
export type { TokenKind, TokenOptions } from './github/tokens.ts';
export type { RequestHook, RequestMoment } from './hooks.ts';
export type { Latency } from './latency.ts';
export type { Ledger, LedgerEntry, ServerName } from './ledger.ts';
export type { EmulatedKey, Generation, NewKey } from './mutx/keys.ts';
export type { MutxEmulator, MutxOptions } from './mutx/mutx.ts';
export type { EmulatedSession } from './mutx/sessions.ts';
export type { TimestampStyle } from './mutx/timestamps.ts';
export type { EmulatedUser, UserOptions } from './mutx/users.ts';
