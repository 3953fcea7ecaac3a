import type { Reply, SecretTarget } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';

/** The secret that takes a refresh token's successor: what is spent for it must not find it closed. */
export interface SuccessorPlace extends SecretTarget {
  /**
   * Whether `write` would be let through: one attempt at a write that the server cannot take, so that nothing
   * changes (an environment that is missing and may be created is created first). For after `prepare`, which
   * shows only that the place can be read.
   * @param unspent what a server that takes it after all is left with: the refresh token that is good now
   */
  probe(unspent: Secret): Promise<Reply<true>>;
}
