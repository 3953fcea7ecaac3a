import type { Retrying } from '../../core/retry.ts';
import { type Duration, type Instant, instantText } from '../../core/time.ts';
import type { Secret } from '../../secrets/secret.ts';
import { decodeJwt, type JwtClaims } from '../jwt.ts';
import { renewalFailed, retryingWith, type SessionDependencies } from './dependencies.ts';
import { exchangeFailure, lostSuccessor, unwritable } from './refresh-failures.ts';
import { RenewableToken, type Renewal } from './renewable.ts';
import type { Session, SessionFailure, SessionWarning, SuccessorPlace } from './session.ts';
import { storeSuccessor, writable } from './successor.ts';
import { askForTokens, type TokenPair } from './tokens.ts';

const HOUR: Duration = 3_600_000;
const DAY: Duration = 24 * HOUR;

/** From one use to the next; but the end of the login, 30 days after it began, comes first (mutx-api, "Sessions"). */
const SLIDING: Duration = 7 * DAY;

/** Claims and `Date` are in whole seconds, `Date` may be seconds old, and clocks are not quite the same. */
const ROUNDING: Duration = 60_000;

/** A token with these claims is dead, or as good as. */
function isAtItsEnd(claims: JwtClaims | undefined, now: Instant): boolean {
  return (claims?.exp ?? Number.POSITIVE_INFINITY) - now < ROUNDING;
}

/**
 * What the claims say about how long a schedule can go on. A successor that lives for less than the sliding
 * lifetime was cut short by the end of its login, which is how that end shows. Its `iat` says nothing about how
 * long it lives: MUTX keeps the login's through every exchange.
 * @param spent claims of the token that was exchanged
 * @param now by MUTX's clock, when it was exchanged
 */
export function lifetimeWarnings(
  spent: JwtClaims | undefined,
  successor: JwtClaims | undefined,
  now: Instant,
): readonly SessionWarning[] {
  const ends = successor?.exp;
  if (ends !== undefined && ends - now < SLIDING - ROUNDING) {
    return [
      {
        type: 'warning',
        code: 'log-in-again',
        message: `log in again before ${instantText(ends)} and store the new refresh token: this login ends then, 30 days after it began, however often it is used`,
        loginAgainBefore: ends,
      },
    ];
  }
  const left = (spent?.exp ?? Number.POSITIVE_INFINITY) - now;
  if (left > DAY) return [];
  return [
    {
      type: 'warning',
      code: 'schedule-too-slow',
      message: `the refresh token was used with ${hours(left)} left of its 7 days; let the schedule run more often, or a late run finds it dead`,
    },
  ];
}

function hours(duration: Duration): string {
  return duration < HOUR ? 'less than an hour' : `${Math.floor(duration / HOUR)} h`;
}

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
