import { randomBytes } from 'node:crypto';
import type { Instant } from '../clock.ts';
import { tellIssued } from '../issued.ts';
import { ALL_PERMISSIONS, GITHUB_TOKEN_PERMISSIONS, type Permissions } from './permissions.ts';

/**
 * - `github-token`: a workflow's own, which can do nothing with secrets, whatever its permissions
 * - `app`: of an App's installation
 * - `app-user`: of a person who uses an App
 * - `fine-grained`, `classic`: personal access tokens; a classic one may do everything
 * - `oauth`: of GitHub's command line and other OAuth apps; may do everything
 */
export type TokenKind = 'github-token' | 'fine-grained' | 'classic' | 'app' | 'app-user' | 'oauth';

/** Every kind, for tests of whatever recognises tokens. */
export const TOKEN_KINDS: readonly TokenKind[] = [
  'github-token',
  'fine-grained',
  'classic',
  'app',
  'app-user',
  'oauth',
];

export interface TokenOptions {
  /** default `fine-grained` */
  readonly kind?: TokenKind;
  /** Of a workflow and an installation: the form of before 2026. */
  readonly form?: 'short';
  /** default: all that the kind can have */
  readonly permissions?: Permissions;
  /** `owner/repo` names that it reaches; default: all. Elsewhere private repositories are 404, public ones 403. */
  readonly repositories?: readonly string[];
  /** ms since the epoch; default: never. From then on the token is answered 401. */
  readonly expiresAt?: Instant;
}

export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
  readonly permissions: Permissions;
  readonly repositories: readonly string[] | undefined;
  readonly expiresAt: Instant | undefined;
  /** Stands for it in counters and messages. */
  readonly id: number;
}

export class Tokens {
  readonly #tokens = new Map<string, Token>();

  issue(options: TokenOptions): Token {
    const kind = options.kind ?? 'fine-grained';
    const token: Token = {
      text: tellIssued('github-token', textOf(kind, options.form)),
      kind,
      permissions:
        kind === 'classic' || kind === 'oauth' ? ALL_PERMISSIONS : (options.permissions ?? most(kind)),
      repositories: options.repositories?.map((name) => name.toLowerCase()),
      expiresAt: options.expiresAt,
      id: this.#tokens.size + 1,
    };
    this.#tokens.set(token.text, token);
    return token;
  }

  /** The token of an `Authorization` header that is good at this moment. */
  find(authorization: string, now: Instant): Token | undefined {
    const text = /^(?:bearer|token) (\S+)$/i.exec(authorization)?.[1];
    const token = text === undefined ? undefined : this.#tokens.get(text);
    return token?.expiresAt !== undefined && token.expiresAt <= now ? undefined : token;
  }

  revoke(text: string): void {
    this.#tokens.delete(text);
  }
}

/** Whether what is done with the token is done by a person, and not by an App or a workflow. */
export function actsAsPerson({ kind }: Pick<Token, 'kind'>): boolean {
  return kind !== 'app' && kind !== 'github-token';
}

/** Whether it is a personal access token. */
export function isPersonal({ kind }: Pick<Token, 'kind'>): boolean {
  return kind === 'fine-grained' || kind === 'classic';
}

/** `2026-03-12 10:00:00 UTC`, as GitHub sends it; personal access tokens only. */
export function expirationHeader(token: Token | undefined): Readonly<Record<string, string>> {
  if (token?.expiresAt === undefined || !isPersonal(token)) return {};
  const [day, time] = new Date(token.expiresAt).toISOString().slice(0, 19).split('T');
  return { 'github-authentication-token-expiration': `${day} ${time} UTC` };
}

/** What tokens with scopes may do, as GitHub says it with every reply. */
export function scopesHeader(token: Token | undefined): Readonly<Record<string, string>> {
  return token?.kind === 'classic' || token?.kind === 'oauth'
    ? { 'x-oauth-scopes': 'admin:org, codespace, repo, workflow' }
    : {};
}

function most(kind: TokenKind): Permissions {
  return kind === 'github-token' ? GITHUB_TOKEN_PERMISSIONS : ALL_PERMISSIONS;
}

function textOf(kind: TokenKind, form: TokenOptions['form']): string {
  const random = randomBytes(48)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, 'x');
  switch (kind) {
    case 'github-token':
    case 'app':
      return form === 'short' ? `ghs_${random.slice(0, 36)}` : `ghs_${APP_ID}_${signedText(kind)}`;
    case 'app-user':
      return `ghu_${random.slice(0, 36)}`;
    case 'fine-grained':
      return `github_pat_${random.slice(0, 22)}_${random.slice(5, 64)}`;
    case 'classic':
      return `ghp_${random.slice(0, 36)}`;
    case 'oauth':
      return `gho_${random.slice(0, 36)}`;
  }
}

/** Of GitHub Actions. */
const APP_ID = 15_368;

/** What looks like a JWT of RS256. Opaque to clients; the signature is random. */
function signedText(kind: TokenKind): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'ghs', kind, jti: randomBytes(12).toString('hex') };
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), randomBytes(256).toString('base64url')].join('.');
}
