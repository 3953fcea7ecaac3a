import { reportedCalls } from '../commands/calls.ts';
import { type Connection, connect } from '../commands/connect.ts';
import type { CommandContext } from '../commands/context.ts';
import { keyNameComplaint } from '../config/load/key.ts';
import type { Reply } from '../core/call.ts';
import { type CallPolicy, idempotent, onlyIfNotDone } from '../core/retry.ts';
import type { MutxClient as OneAttempt } from '../mutx/client.ts';
import type { SessionFailure } from '../mutx/session/session.ts';
import type { Account, KeyRecord, MintedKey } from '../rotation/ports.ts';
import { whyNotGone } from '../rotation/rules.ts';
import type { Secret } from '../secrets/secret.ts';
import { contextOf } from './context.ts';
import { InvalidOptionsError, MutxCallError, MutxSessionError } from './errors.ts';
import { loadClientOptions } from './load.ts';
import type { MutxClientOptions } from './options.ts';

/** Of a key. One that is empty or holds dots would make another path of it. */
const ID = /^[\w-]{1,100}$/u;

/**
 * The operations on keys as the MUTX API documents them (https://docs.mutx.dev, "API keys"), over a session that
 * is opened by the first call, renewed as long as the credential can, and ended by `close`. Either generation of
 * the API is found out by asking. A call is tried again for what may be tried again: reads and revocations, and
 * for what makes a key only when it is certain that none was made.
 *
 * Every method throws {@link MutxSessionError} where there is no session, and {@link MutxCallError}.
 *
 * @example
 * await using mutx = new MutxClient({ mutx: { credential: { email, password } } });
 * for (const key of await mutx.list()) if (key.isActive) console.log(key.id, key.name);
 */
export class MutxClient implements AsyncDisposable {
  readonly #context: CommandContext;
  readonly #connection: Connection;
  #opening: Promise<SessionFailure | undefined> | undefined;
  #closed = false;

  /** @throws InvalidOptionsError with every option that cannot be used; calls nothing */
  constructor(options: MutxClientOptions) {
    this.#context = contextOf(options.on);
    this.#connection = connect(loadClientOptions(options, this.#context), this.#context);
  }

  /** Every key of the account, of any name; from an API that keeps them, revoked ones (`isActive: false`), too. */
  async list(): Promise<readonly KeyRecord[]> {
    return (await this.#ask((mutx) => mutx.list(), idempotent)).value;
  }

  /** What MUTX says of the account: its plan, where it does. */
  async account(): Promise<Account> {
    return (await this.#ask((mutx) => mutx.account(), idempotent)).value;
  }

  /**
   * Makes a key. MUTX tells its plaintext this once.
   * @param expiresInDays 1 to 365
   * @throws InvalidOptionsError for a name that is empty, longer than 255 characters, or holds control characters
   * @throws MutxCallError with `failure.kind` `unclear` when the reply was lost: a key may exist that nobody knows
   */
  async create(name: string, expiresInDays: number): Promise<MintedKey> {
    const complaint = keyNameComplaint(name);
    if (complaint !== undefined) {
      const allowed = 'the name of a key';
      throw new InvalidOptionsError([{ option: 'name', ...complaint, allowed }]);
    }
    return (await this.#ask((mutx) => mutx.create(name, expiresInDays), onlyIfNotDone)).value;
  }

  /** Whether MUTX takes a key; this counts as a use of it. */
  async verify(key: Secret | string): Promise<boolean> {
    const secret = typeof key === 'string' ? this.#context.secrets.admit(key) : key;
    try {
      return (await this.#ask((mutx) => mutx.verify(secret, () => true), idempotent)).value;
    } catch (error) {
      if (error instanceof MutxCallError && error.failure.code === 'mutx-key-refused') return false;
      throw error;
    }
  }

  /**
   * Revokes a key; `gone`: there was nothing, or nothing any more, to revoke, as the list says, too, which is read then.
   * @throws MutxCallError where MUTX does not know the key, and its list shows it as active or was not read to its end: it may be alive
   */
  async revoke(id: string): Promise<'revoked' | 'gone'> {
    const { value: answer } = await this.#ask((mutx) => mutx.revoke(checked(id)), idempotent);
    if (answer === 'revoked') return answer;
    const open = whyNotGone(id, await this.#ask((mutx) => mutx.list(), idempotent));
    if (open !== undefined) throw new MutxCallError(open);
    return answer;
  }

  /**
   * MUTX's own rotation of a key: revokes it at once, and returns a new one of the same name and the same end.
   * **Whatever holds the old key stops working here**; `rotate` leaves no such gap.
   * @throws MutxCallError with `failure.kind` `unclear` when the reply was lost, and with it both keys perhaps
   */
  async rotateInPlace(id: string): Promise<MintedKey> {
    return (await this.#ask((mutx) => mutx.rotateInPlace(checked(id)), onlyIfNotDone)).value;
  }

  /** Logs out what was logged in, and gives up the connections. May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #ask<T>(
    call: (mutx: OneAttempt) => Promise<Reply<T>>,
    policy: CallPolicy,
  ): Promise<Extract<Reply<T>, { ok: true }>> {
    if (this.#closed) throw new Error('this MutxClient was closed');
    this.#opening ??= this.#connection.session.open();
    const refused = await this.#opening;
    if (refused !== undefined) throw new MutxSessionError(refused);
    const reply = await reportedCalls(this.#context)(() => call(this.#connection.client), policy);
    if (!reply.ok) throw new MutxCallError(reply.failure);
    return reply;
  }
}

function checked(id: string): string {
  if (ID.test(id)) return id;
  const fix = 'give the `id` of a key from `list()`';
  throw new InvalidOptionsError([
    { option: 'id', message: 'is not the id of a key', allowed: 'letters, digits, `_` and `-`', fix },
  ]);
}
