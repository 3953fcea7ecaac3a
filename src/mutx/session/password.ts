import type { CallFailure, Reply } from '../../core/call.ts';
import { RATE_LIMIT_WAIT } from '../../core/limits.ts';
import { idempotent, type Retrying, Stopwatch, tryCall } from '../../core/retry.ts';
import type { Duration } from '../../core/time.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Credential } from './credential.ts';
import { renewalFailed, retryingWith, type SessionDependencies } from './dependencies.ts';
import { RenewableToken, type Renewal } from './renewable.ts';
import type { Session, SessionFailure } from './session.ts';
import { askForTokens, type TokenPair } from './tokens.ts';

/** A run that is over does not stay for a log-out that does not work, but for one wait at MUTX's limit. */
const LOGOUT_PATIENCE: Duration = RATE_LIMIT_WAIT + 30_000;

const REFUSED_HINT =
  'check `email` and `password` by logging in with them at MUTX: the account must be active and its e-mail address verified';

/** Logging out takes the refresh token, which was in the reply that did not come. */
const PERHAPS_OPEN =
  'MUTX may have opened a session that this run knows nothing of and cannot log out; it ends by itself within a week';

/** A service account: logged in, again where a run takes longer than a token lives, and logged out at the end. */
export function createPasswordSession(
  credential: Extract<Credential, { kind: 'password' }>,
  dependencies: SessionDependencies,
): Session {
  return new PasswordSession(credential, dependencies);
}

class PasswordSession implements Session {
  readonly endsAt = undefined;
  readonly #credential: Extract<Credential, { kind: 'password' }>;
  readonly #dependencies: SessionDependencies;
  readonly #retrying: Retrying;
  readonly #token = new RenewableToken(
    () => this.#logIn(),
    (failure) => this.#dependencies.report(renewalFailed(failure)),
  );
  /** Each is a session on the server until it is logged out. */
  readonly #open: TokenPair[] = [];
  #closing: Promise<void> = Promise.resolve();

  constructor(credential: Extract<Credential, { kind: 'password' }>, dependencies: SessionDependencies) {
    this.#credential = credential;
    this.#dependencies = dependencies;
    this.#retrying = retryingWith(dependencies);
  }

  async open(): Promise<SessionFailure | undefined> {
    const renewal = await this.#token.renew();
    return renewal.ok ? undefined : renewal.failure;
  }

  bearer() {
    return this.#token.bearer();
  }

  close(): Promise<void> {
    this.#closing = this.#closing.then(async () => {
      await this.#token.settled();
      for (const pair of this.#open.splice(0)) await this.#logOut(pair);
    });
    return this.#closing;
  }

  async #logIn(): Promise<Renewal> {
    const { api, clock, report } = this.#dependencies;
    const { email, password } = this.#credential;
    const body = () => ({ email, password: password.expose() });
    const { reply, since } = await askForTokens(api, '/auth/login', body, this.#retrying);
    if (!reply.ok) return { ok: false, failure: loginFailure(reply.failure, clock.now()) };
    this.#open.push(reply.value);
    report({ type: 'logged-in' });
    return { ok: true, value: { token: reply.value.access, lifetime: reply.value.lifetime, since } };
  }

  /**
   * By the refresh token alone: with an access token beside it, MUTX takes a log-out by a refresh token that it
   * does not know for one of all sessions of the account. Early servers insist on the access token.
   */
  async #logOut({ access, refresh }: TokenPair): Promise<void> {
    const { clock, report } = this.#dependencies;
    const watch = new Stopwatch(clock);
    const reply = await tryCall(
      async () => {
        const attempt = await this.#askToEnd(refresh, {});
        return attempt.ok || attempt.failure.status !== 401
          ? attempt
          : this.#askToEnd(refresh, { authorization: `Bearer ${access.expose()}` });
      },
      idempotent(() => LOGOUT_PATIENCE - watch.elapsed()),
      this.#retrying,
    );
    if (reply.ok) {
      report({ type: 'logged-out' });
    } else {
      report({
        type: 'warning',
        code: 'logout-failed',
        message: `the session of this run could not be logged out and ends by itself within a week: ${reply.failure.message}`,
      });
    }
  }

  #askToEnd(refresh: Secret, headers: Readonly<Record<string, string>>): Promise<Reply<true>> {
    return this.#dependencies.api.ask<true>(
      () => ({ method: 'POST', path: '/auth/logout', headers, body: { refresh_token: refresh.expose() } }),
      ({ status }) => (status < 300 ? { ok: true, value: true } : undefined),
    );
  }
}

function loginFailure(failure: CallFailure, now: number): SessionFailure {
  const { status, kind, retryAfter } = failure;
  const refused = kind === 'refused' && (status === 401 || status === 403 || status === 422);
  const code = refused ? 'session-login-refused' : 'session-login-failed';
  return {
    code,
    message: refused
      ? `MUTX does not let the account in: ${failure.message}`
      : `could not log in to MUTX: ${failure.message}`,
    cause: refused ? { ...failure, code, hint: REFUSED_HINT } : failure,
    state: kind === 'unclear' ? [PERHAPS_OPEN] : [],
    retryAt: retryAfter === undefined ? undefined : now + retryAfter,
  };
}
