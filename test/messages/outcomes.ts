import type { CallFailure } from '../../src/core/call.ts';
import type { KeysNow, Outcome, TargetResult } from '../../src/rotation/outcome.ts';
import type { Plan } from '../../src/rotation/plan.ts';
import type { KeyRecord } from '../../src/rotation/ports.ts';

/** Outcomes to render. */
export const EXPIRES = Date.UTC(2026, 11, 23, 21, 0, 0);
export const KEY = { id: 'id-new', name: 'gha/acme/web/MUTX_API_KEY', expiresAt: EXPIRES };
export const NOTHING: KeysNow = {
  revoked: [],
  superseded: [],
  graceEnds: undefined,
  left: [],
  held: [],
  unclear: [],
  spared: [],
};

/** Too young to be revoked. */
export const YOUNG = {
  id: 'id-young',
  until: EXPIRES - 29 * 86_400_000,
  next: 'revoked',
} as const;

export const CURRENT: KeyRecord = {
  id: 'id-old',
  name: KEY.name,
  createdAt: EXPIRES - 1,
  expiresAt: EXPIRES,
  lastUsed: undefined,
  isActive: true,
};

export const PLAN: Plan = {
  due: true,
  why: 'every run rotates',
  current: CURRENT,
  makeRoom: [{ key: { id: 'id-dead', name: KEY.name, expiresAt: 1 }, rule: 'expired', why: 'expired' }],
  afterStore: [],
  superseded: [],
  supersedes: [{ id: 'id-old', name: KEY.name, expiresAt: EXPIRES }],
  held: [{ id: 'id-held', name: KEY.name, expiresAt: EXPIRES }],
  usedElsewhere: [{ id: 'id-used', name: KEY.name, expiresAt: EXPIRES }],
  inGrace: undefined,
  spared: [YOUNG],
  room: { kind: 'replace', victim: { id: 'id-victim', name: KEY.name, expiresAt: undefined } },
};

export function target(
  status: TargetResult['status'],
  name = 'acme/web',
  failure?: CallFailure,
): TargetResult {
  return { target: name, secret: 'MUTX_API_KEY', status, ...(failure === undefined ? {} : { failure }) };
}

export function callFailure(more: Partial<CallFailure> = {}): CallFailure {
  return {
    kind: 'refused',
    service: 'github',
    call: 'GET /repos/acme/web/actions/secrets/public-key',
    status: 403,
    code: 'github-token-cannot-write',
    message: 'the github-token may not do this for acme/web',
    requestId: 'REQ:1',
    retryable: false,
    ...more,
  };
}

type Failed = Extract<Outcome, { kind: 'failed' }>;

export function failed(
  more: Partial<Omit<Failed, 'kind' | 'failure'>> & { failure?: Partial<Failed['failure']> },
): Failed {
  return {
    kind: 'failed',
    minted: undefined,
    targets: [target('skipped')],
    keys: NOTHING,
    ...more,
    failure: {
      reason: 'preflight',
      code: 'preflight-failed',
      message: 'not every target can be written, so no key was made',
      failures: [],
      ...more.failure,
    },
  };
}
