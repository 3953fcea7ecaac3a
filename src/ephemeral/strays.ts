import type { Reply } from '../rotation/ports.ts';
import type { Calls } from './calls.ts';
import type { GiveBackKeys } from './ports.ts';

/**
 * Revokes every active key of exactly this name but one. Only for a name that nobody else uses: what bears it was
 * made by a create whose reply was lost.
 * @returns the ids of those that are revoked now
 */
export async function revokeStrays(
  keys: GiveBackKeys,
  calls: Calls,
  name: string,
  but?: string,
): Promise<Reply<readonly string[]>> {
  const list = await calls.call(() => keys.newest());
  if (!list.ok) return list;
  const strays = list.value.filter((key) => key.isActive && key.name === name && key.id !== but);
  for (const { id } of strays) {
    const reply = await calls.call(() => keys.revoke(id));
    if (!reply.ok) return reply;
    calls.report({ type: 'revoked', id, because: 'reply-lost' });
  }
  return { ...list, value: strays.map(({ id }) => id) };
}
