import type { AuditPolicy } from '../../audit/policy.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { whyEmpty } from '../credential/empty-secrets.ts';
import { defaultKeyName } from '../key-name.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { INPUTS } from '../table.ts';
import type { Target } from '../targets.ts';
import { type Access, readAccess } from './access.ts';
import { givenKeyName } from './key.ts';
import { readTargetList } from './rotate-targets.ts';
import { refreshTokenWarnings } from './warnings.ts';

/** From which level of a finding on the run fails. */
type FailOn = 'none' | 'warning' | 'error';

export interface AuditInputs extends Access {
  /** Report on the keys of this name only; undefined: on all. */
  readonly keyName: string | undefined;
  /** The secrets to look at, no two the same, each with the name of the keys that belong in it. */
  readonly targets: readonly { readonly target: Target; readonly keyName: string }[];
  readonly policy: AuditPolicy;
  readonly failOn: FailOn;
}

/**
 * The inputs of the audit, from the runner's variables. Credentials are masked before anything else; every
 * problem is found, not only the first; nothing is called.
 */
export function loadAuditInputs(env: NodeJS.ProcessEnv, secrets: SecretRegistry): Loaded<AuditInputs> {
  const reader = new InputReader(env, secrets, 'audit');
  const { credential, here: _here, host, ...services } = readAccess(reader, env, secrets);
  const keyName = givenKeyName(reader) || undefined;
  const targets = readTargetList(reader, INPUTS['secret-name'].verbs.rotate.default).map((target) => ({
    target,
    keyName: keyName ?? defaultKeyName(target, host),
  }));
  // All of that is in the report.
  const named = keyName !== undefined && reader.refuseCredential('key-name', keyName);
  if (!named)
    targets.some(({ target: { label, secretName }, keyName: name }) =>
      [label, secretName, name].some((text) => reader.refuseCredential('targets', text)),
    );
  if (targets.length > 0 && !reader.isGiven('github-token')) {
    const { reason, fix } = whyEmpty(env, ['github-token']);
    reader.problem('github-token', {
      message: `is empty, but \`targets\` was given, and secrets can only be looked at with a token: ${reason}`,
      fix: `${fix}; or leave \`targets\` out`,
    });
  }
  const policy = {
    maxAge: reader.duration('max-age') ?? 0,
    expiringWithin: reader.duration('expiring-within') ?? 0,
    unusedFor: reader.duration('unused-for') ?? 0,
    requireExpiry: reader.boolean('require-expiry'),
  };
  const failOn = reader.choice('fail-on') ?? 'error';
  const { problems, warnings } = reader;
  if (credential === undefined || problems.length > 0) return { ok: false, problems, warnings, credential };
  const value = { ...services, credential, keyName, targets, policy, failOn };
  return { ok: true, value, warnings: [...warnings, ...refreshTokenWarnings(value, reader)] };
}
