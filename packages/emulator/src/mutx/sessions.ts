import { randomBytes, randomUUID } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { tellIssued } from '../issued.ts';
import { type Claims, signJwt, verifyJwt } from './jwt.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How long tokens live, in milliseconds. */
export const ACCESS_LIFETIME = 30 * MINUTE;
const REFRESH_LIFETIME = 7 * DAY;
const FAMILY_LIFETIME = 30 * DAY;

/** All that descends from one login. */
export interface EmulatedSession {
  readonly familyId: string;
  readonly userId: string;
  readonly startedAt: Instant;
  /** Logged out, or ended because a spent refresh token was used. */
  ended: 'no' | 'logged-out' | 'reuse';
  /** The last refresh token that was given out. */
  currentJti: string;
  /** Refresh tokens that are not spent yet: more than one where they were exchanged at the same time. */
  readonly unspent: Set<string>;
  /** When each other one was. */
  readonly spentAt: Map<string, Instant>;
}

export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

type RefreshResult =
  | { readonly ok: true; readonly pair: TokenPair; readonly session: EmulatedSession }
  | { readonly ok: false; readonly killed: EmulatedSession | undefined };

/**
 * Signs, checks and exchanges the JWTs of all accounts.
 * @internal
 */
export class Sessions {
  readonly all: EmulatedSession[] = [];
  readonly #key = randomBytes(32);
  readonly #now: () => Instant;
  readonly #exchangeWindow: number;

  /** @param exchangeWindow for so many milliseconds a token that was spent is still exchanged */
  constructor(now: () => Instant, exchangeWindow: number) {
    this.#now = now;
    this.#exchangeWindow = exchangeWindow;
  }

  /** An access JWT of its own, without a session. `lifetime` in milliseconds; negative: it has ended already. */
  issueAccess(userId: string, lifetime: number = ACCESS_LIFETIME): string {
    const iat = seconds(this.#now());
    const exp = seconds(this.#now() + lifetime);
    const claims: Claims = { sub: userId, type: 'access', iat: Math.min(iat, exp), exp };
    return tellIssued('access-jwt', signJwt(claims, this.#key));
  }

  open(userId: string): { readonly pair: TokenPair; readonly session: EmulatedSession } {
    const session: EmulatedSession = {
      familyId: randomUUID(),
      userId,
      startedAt: this.#now(),
      ended: 'no',
      currentJti: '',
      unspent: new Set(),
      spentAt: new Map(),
    };
    this.all.push(session);
    return { pair: this.#next(session), session };
  }

  /** @param isActive whether that account may still call */
  refresh(token: string, isActive: (userId: string) => boolean): RefreshResult {
    const claims = this.verify(token, 'refresh');
    if (typeof claims === 'string' || !isActive(claims.sub)) return { ok: false, killed: undefined };
    const session = this.#sessionOf(claims);
    if (session === undefined || session.ended !== 'no') return { ok: false, killed: undefined };
    const jti = claims.jti ?? '';
    const spent = session.spentAt.get(jti);
    const inTime = spent !== undefined && this.#now() - spent < this.#exchangeWindow;
    if (!session.unspent.has(jti) && !inTime) {
      session.ended = 'reuse';
      return { ok: false, killed: session };
    }
    session.unspent.delete(jti);
    if (spent === undefined) session.spentAt.set(jti, this.#now());
    return { ok: true, pair: this.#next(session), session };
  }

  /**
   * Ends the family of a refresh token, spent or not.
   * @returns `known`: the token is one of ours, and has not expired; `ended`: the family, if it was open
   */
  logout(token: string): { readonly known: boolean; readonly ended: EmulatedSession | undefined } {
    const claims = this.verify(token, 'refresh');
    if (typeof claims === 'string') return { known: false, ended: undefined };
    const session = this.#sessionOf(claims);
    if (session === undefined || session.ended !== 'no') return { known: true, ended: undefined };
    session.ended = 'logged-out';
    return { known: true, ended: session };
  }

  /** Ends every session of a user. @returns those that were open */
  logoutEverywhere(userId: string): readonly EmulatedSession[] {
    const open = this.all.filter((session) => session.userId === userId && session.ended === 'no');
    for (const session of open) session.ended = 'logged-out';
    return open;
  }

  /** Claims of a token that is ours, of that type, and has not ended; else why not. */
  verify(token: string, type: Claims['type']): Claims | string {
    const claims = verifyJwt(token, this.#key);
    if (claims === undefined) return 'Could not validate credentials';
    if (claims.type !== type) return 'Invalid token type';
    if (claims.exp * 1_000 <= this.#now()) return 'Token has expired';
    return claims;
  }

  #sessionOf(claims: Claims): EmulatedSession | undefined {
    return this.all.find((session) => session.familyId === claims.family_id);
  }

  #next(session: EmulatedSession): TokenPair {
    session.currentJti = randomUUID();
    session.unspent.add(session.currentJti);
    const now = this.#now();
    const exp = seconds(Math.min(now + REFRESH_LIFETIME, session.startedAt + FAMILY_LIFETIME));
    const claims: Claims = {
      sub: session.userId,
      type: 'refresh',
      // The login's, kept through every exchange.
      iat: seconds(session.startedAt),
      exp,
      jti: session.currentJti,
      family_id: session.familyId,
    };
    const refresh = tellIssued('refresh-token', signJwt(claims, this.#key));
    return { access: this.issueAccess(session.userId), refresh };
  }
}

function seconds(instant: Instant): number {
  return Math.floor(instant / 1_000);
}
