import { decodeJwt } from '../mutx/jwt.ts';
import type { Instant } from '../rotation/ports.ts';
import type { Retrying } from '../rotation/retry.ts';
import type { Secret } from '../secrets/secret.ts';
import type { SessionDependencies } from './create-session.ts';
import { isAtItsEnd, lifetimeWarnings } from './lifetimes.ts';
import { exchangeFailure, lostSuccessor, unwritable } from './refresh-failures.ts';
import { RenewableToken, type Renewal } from './renewable.ts';
import { renewalFailed, retryingWith } from './report.ts';
import type { Session, SessionFailure } from './session.ts';
import { storeSuccessor, writable } from './successor.ts';
import type { SuccessorPlace } from './successor-place.ts';
import { askForTokens, type TokenPair } from './tokens.ts';

interface RefreshDependencies extends SessionDependencies {
  readonly successor: SuccessorPlace;
}

/**
 * A refresh token, which is single use: its successor's place is known to be writable before it is exchanged,
 * and the successor is stored there before anyone gets the access token that came with it.
 */
export function createRefreshSession(token: Secret, dependencies: RefreshDependencies): Session {
  return new RefreshSession(token, dependencies);
}

class RefreshSession implements Session {
  readonly endsAt = undefined;
  readonly #dependencies: RefreshDependencies;
  readonly #retrying: Retrying;
  readonly #access = new RenewableToken(
    () => this.#exchange(),
    (failure) => this.#dependencies.report(renewalFailed(failure)),
  );
  /** Not spent yet, as far as is known. */
  #refresh: Secret;
  readonly #told = new Set<string>();

  constructor(token: Secret, dependencies: RefreshDependencies) {
    this.#refresh = token;
    this.#dependencies = dependencies;
    this.#retrying = retryingWith(dependencies);
  }

  async open(): Promise<SessionFailure | undefined> {
    const renewal = await this.#access.renew();
    return renewal.ok ? undefined : renewal.failure;
  }

  bearer() {
    return this.#access.bearer();
  }

  /** The login lives on in the stored successor; only an exchange that is under way has to end. */
  close(): Promise<void> {
    return this.#access.settled();
  }

  async #exchange(): Promise<Renewal> {
    const { api, clock, report, successor } = this.#dependencies;
    const spent = this.#refresh;
    const open = await writable(successor, spent, this.#retrying);
    if (!open.ok) return { ok: false, failure: unwritable(open.failure, successor, clock.now()) };

    const { label: target, secretName: secret } = successor;
    // Told before and not after: a process that is killed in between tells nothing any more.
    report({ type: 'exchanging', target, secret });
    const body = () => ({ refresh_token: spent.expose() });
    const { reply, since } = await askForTokens(api, '/auth/refresh', body, this.#retrying);
    if (!reply.ok) {
      const now = clock.now();
      const expired = isAtItsEnd(decodeJwt(spent.expose()), now);
      return { ok: false, failure: exchangeFailure(reply.failure, successor, now, expired) };
    }

    const { access, refresh, lifetime } = reply.value;
    const stored = await storeSuccessor(successor, refresh, since, this.#retrying);
    if (!stored.ok) return { ok: false, failure: lostSuccessor(stored, successor) };
    this.#refresh = refresh;
    this.#tell(spent, reply.value, reply.date ?? decodeJwt(access.expose())?.iat ?? clock.now());
    return { ok: true, value: { token: access, lifetime, since } };
  }

  #tell(spent: Secret, pair: TokenPair, now: Instant): void {
    const { report, successor } = this.#dependencies;
    const claims = decodeJwt(pair.refresh.expose());
    const { label: target, secretName: secret } = successor;
    report({ type: 'successor-stored', target, secret, endsAt: claims?.exp });
    const { contradiction: message } = successor;
    if (message !== undefined) report({ type: 'warning', code: 'secret-contradiction', message });
    for (const warning of lifetimeWarnings(decodeJwt(spent.expose()), claims, now)) {
      if (!this.#told.has(warning.code)) report(warning);
      this.#told.add(warning.code);
    }
  }
}
