import type { Outcome, RotationFailure, TargetResult } from './outcome.ts';
import type { CallFailure, SecretTarget } from './ports.ts';
import type { Room } from './room.ts';
import type { Run } from './run.ts';

type Minted = Extract<Outcome, { kind: 'failed' }>['minted'];

/** MUTX says that it does not let the account itself in; a key of such an account is answered so too. */
export function isAccountRefused({ kind, status }: CallFailure): boolean {
  return kind === 'refused' && status === 403;
}

export function accountRefused(failure: CallFailure): RotationFailure {
  return {
    reason: 'look',
    code: 'account-refused',
    message: `MUTX does not let this account in, so no key was made: ${failure.message}`,
    failures: [failure],
  };
}

/** A failed outcome with the state of everything; targets that were not reached are `skipped`. */
export function failed(
  run: Run,
  failure: RotationFailure,
  minted: Minted = run.late && { ...run.late.minted, state: 'unknown' },
  targets: readonly TargetResult[] = run.late?.results ?? run.ports.targets.map(untouched),
): Outcome {
  // Waiting helps against none that was refused.
  const refused = failure.failures.some((one) => one.kind === 'refused');
  const retryAfter = refused ? 0 : Math.max(0, ...failure.failures.map((one) => one.retryAfter ?? 0));
  return {
    kind: 'failed',
    failure:
      failure.retryAt === undefined && retryAfter > 0
        ? { ...failure, retryAt: run.ports.clock.now() + retryAfter }
        : failure,
    minted,
    targets,
    keys: run.keysNow(),
  };
}

function untouched(target: SecretTarget): TargetResult {
  return { target: target.label, secret: target.secretName, status: 'skipped' };
}

/** No place for one more key: none was made. */
export function quotaFailure(room: Exclude<Room, { kind: 'fits' }>, because?: string): RotationFailure {
  const { code, what, at, keys } = explain(room);
  return {
    reason: 'quota',
    code,
    message: because === undefined ? what : `${what}; ${because}`,
    failures: [],
    inTheWay: keys,
    ...(at === undefined ? {} : { retryAt: at }),
  };
}

function explain(room: Exclude<Room, { kind: 'fits' }>) {
  const full = "the account's plan has no place for one more key";
  switch (room.kind) {
    case 'full':
      return { code: 'quota-full', what: full, at: room.at, keys: room.inTheWay };
    case 'replace':
      return { code: 'quota-full', what: full, at: undefined, keys: [room.victim] };
    case 'too-soon':
      return {
        code: 'quota-too-soon',
        what: `the new key would take the plan's last place while ${room.because}`,
        at: room.at,
        keys: room.inTheWay,
      };
  }
}
