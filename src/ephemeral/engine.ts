import type { MintedKey } from '../rotation/ports.ts';
import { type EphemeralFailure, type EphemeralOutcome, mint } from './acquire.ts';
import { Calls } from './calls.ts';
import { revokeKey } from './deletion.ts';
import type { EphemeralPorts } from './ports.ts';
import type { EphemeralSettings } from './settings.ts';
import { type Created, sweepBeside } from './sweep.ts';

/**
 * Makes a key for this job (docs/ephemeral.md, "In what order, and why"): create, with waiting for a place → keep what
 * the post step needs → verify → hand out. What earlier runs left behind is swept beside that. A key that does not
 * work is revoked immediately.
 */
export async function keyForJob(
  settings: EphemeralSettings,
  ports: EphemeralPorts,
): Promise<EphemeralOutcome> {
  const calls = new Calls(ports, ports.sessionEndsAt);
  let isOver = false;
  let swept: Promise<number> | undefined;
  let settle: (created?: Created) => void = () => {};
  const created = new Promise<Created | undefined>((resolve) => {
    settle = resolve;
  });
  const sweeping = () => {
    if (settings.sweep !== undefined) {
      const sweep = { ...settings.sweep, own: settings.keyName };
      swept ??= sweepBeside(sweep, ports, calls, () => isOver, created);
    }
    return swept;
  };
  const outcome = await make(settings, ports, calls, sweeping, settle);
  isOver = true;
  if (outcome.kind === 'ready') await ports.handOut(outcome.key);
  await swept;
  return outcome;
}

async function make(
  settings: EphemeralSettings,
  ports: EphemeralPorts,
  calls: Calls,
  sweepingBeside: () => Promise<number> | undefined,
  created: (created?: Created) => void,
): Promise<EphemeralOutcome> {
  const minted = await mint(settings, ports, calls, sweepingBeside, created);
  if (!minted.ok) {
    // Where a key may exist all the same, the post step has to look for it.
    if (!minted.failed.perhaps) ports.keeper.cleared();
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
  const revoked = await revokeKey(id, keys, calls, { isNew: true });
  const state = revoked.ok ? 'revoked' : revoked.failure.kind === 'unclear' ? 'unknown' : 'alive';
  // Otherwise the post step tries again.
  if (revoked.ok) {
    keeper.cleared();
    calls.report({ type: 'revoked', id, because: 'not-verified' });
  } else {
    const what =
      state === 'unknown'
        ? `it is not known whether key ${id} was revoked`
        : `key ${id} could not be revoked here`;
    calls.warn('revocation-failed', `${what}: ${revoked.failure.message}`);
  }
  return {
    kind: 'failed',
    code: refused ? 'verify-refused' : 'verify-unclear',
    message: refused
      ? 'MUTX refuses the key it has just made, so it was not handed out'
      : 'MUTX gave no clear answer to the new key, so it was not handed out',
    failures: [reply.failure, ...(revoked.ok ? [] : [revoked.failure])],
    holders: [],
    minted: { id, name, expiresAt, state },
    perhaps: false,
    retryAt: undefined,
  };
}
