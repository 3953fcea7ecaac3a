import type { MintedKey } from '../rotation/ports.ts';
import { Calls } from './calls.ts';
import { mint } from './mint.ts';
import type { EphemeralFailure, EphemeralOutcome } from './outcome.ts';
import type { EphemeralPorts } from './ports.ts';
import type { EphemeralSettings } from './settings.ts';
import { SWEEP_PATIENCE, sweep } from './sweep.ts';

/**
 * Makes a key for this job (protocol, "Per-run keys"): sweep → create, with waiting for a place → keep what the
 * post step needs → verify. A key that does not work is revoked at once.
 */
export async function keyForJob(
  settings: EphemeralSettings,
  ports: EphemeralPorts,
): Promise<EphemeralOutcome> {
  const { sessionEndsAt } = ports;
  const calls = new Calls(ports, sessionEndsAt);
  if (settings.sweep !== undefined) {
    await sweep(new Calls(ports, sessionEndsAt, SWEEP_PATIENCE), ports.keys, settings.sweep);
  }
  const minted = await mint(settings, ports, calls);
  if (!minted.ok) {
    // Where a key may exist all the same, the post step has to look for it.
    if (!minted.failed.perhaps) ports.keeper.nothing();
    return minted.failed;
  }
  const { key } = minted;
  return (settings.verify ? await verify(key, ports, calls) : undefined) ?? { kind: 'ready', key };
}

/** @returns why the key cannot be handed out; undefined: it works */
async function verify(
  { key, id, name, expiresAt }: MintedKey,
  { keys, keeper }: EphemeralPorts,
  calls: Calls,
): Promise<EphemeralFailure | undefined> {
  const reply = await calls.call(() => keys.verify(key, () => true));
  if (reply.ok) {
    calls.report({ type: 'verified' });
    return undefined;
  }
  const refused = reply.failure.kind === 'refused';
  const revoked = await calls.call(() => keys.revoke(id));
  if (revoked.ok) {
    keeper.nothing();
    calls.report({ type: 'revoked', id, because: 'not-verified' });
  } else {
    calls.warn('revocation-failed', `key ${id} could not be revoked here: ${revoked.failure.message}`);
  }
  return {
    kind: 'failed',
    code: refused ? 'verify-refused' : 'verify-unclear',
    message: refused
      ? 'MUTX refuses the key it has just made, so it was not handed out'
      : 'MUTX gave no clear answer to the new key, so it was not handed out',
    failures: [reply.failure, ...(revoked.ok ? [] : [revoked.failure])],
    holders: [],
    minted: { id, name, expiresAt, state: revoked.ok ? 'revoked' : 'alive' },
    perhaps: false,
    retryAt: undefined,
  };
}
