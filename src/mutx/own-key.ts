import type { RecentKeys } from '../ephemeral/ports.ts';
import type { KeyService } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { MutxApi } from './api.ts';
import { createKeyService } from './client.ts';
import type { ReadingPorts } from './pages.ts';
import type { Session } from './session/session.ts';

/**
 * MUTX for a run whose credential may be one of the keys that it revokes: which one, nobody can tell. Once it
 * is gone, each revocation is asked again with the key that was made in its place. That goes for its own, too,
 * when the reply was lost: revoking twice is revoking (mutx-api, "DELETE").
 */
export function createOwnKeyService(
  api: MutxApi,
  session: Pick<Session, 'bearer' | 'endsAt'>,
  reading: ReadingPorts,
): KeyService & RecentKeys {
  const keys = createKeyService(api, session, reading);
  let successor: Secret | undefined;
  return {
    list: (all) => keys.list(all),
    newest: () => keys.newest(),
    page: (number) => keys.page(number),
    account: () => keys.account(),
    verify: (key, mayStart) => keys.verify(key, mayStart),
    async create(name, expiresInDays) {
      const reply = await keys.create(name, expiresInDays);
      if (reply.ok) successor = reply.value.key;
      return reply;
    },
    async revoke(id) {
      const reply = await keys.revoke(id);
      if (reply.ok || reply.failure.status !== 401 || successor === undefined) return reply;
      return createKeyService(api, asBearer(successor), reading).revoke(id);
    },
  };
}

function asBearer(key: Secret): Pick<Session, 'bearer' | 'endsAt'> {
  return { bearer: async () => ({ ok: true, value: key, date: undefined }), endsAt: undefined };
}
