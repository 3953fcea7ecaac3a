import { decodeJwt } from '../../mutx/jwt.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Secret } from '../../secrets/secret.ts';
import { beginsAsMutxKey } from '../../secrets/shapes.ts';
import type { InputReader } from '../reader.ts';
import { whyEmpty } from './empty-secrets.ts';
import {
  type Complaint,
  githubTokenComplaint,
  mutxTokenComplaint,
  passwordComplaint,
  tokenComplaint,
} from './pasted.ts';

const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;

/** Line breaks are of the file or the clipboard; other white space may be part of a password. */
const OUTER_LINE_BREAKS = /^[\r\n]+|(?<![\r\n])[\r\n]+$/g;

interface Sources {
  readonly reader: InputReader;
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: SecretRegistry;
}

/**
 * The one credential for MUTX that was given. None, and more than one kind, are problems, told without values;
 * then, and when it is not usable, undefined.
 */
export function readCredential(from: Sources): Credential | undefined {
  const { reader } = from;
  const given: readonly (readonly [names: string, read: () => Credential | undefined])[] = [
    ...(reader.isGiven('bootstrap-jwt') ? ([['`bootstrap-jwt`', () => bootstrap(from)]] as const) : []),
    ...(reader.isGiven('refresh-token') ? ([['`refresh-token`', () => refreshToken(from)]] as const) : []),
    ...(reader.isGiven('email') || reader.isGiven('password')
      ? ([['`email` and `password`', () => password(from)]] as const)
      : []),
  ];
  const credentials = given.map(([, read]) => read());
  if (given.length === 1) return credentials[0];
  if (given.length === 0) {
    const refreshes = reader.takes('refresh-token');
    const { reason, fix } = whyEmpty(
      from.env,
      ['email', 'password'],
      ...(refreshes ? [['refresh-token'] as const] : []),
      ['bootstrap-jwt'],
    );
    const refreshing = refreshes ? '`refresh-token`, ' : '';
    reader.problems.push({
      input: undefined,
      message: `no MUTX credential was given: ${reason}`,
      allowed: `\`email\` and \`password\`, ${refreshing}or \`bootstrap-jwt\``,
      fix: `give \`email\` and \`password\` of a service account, ${refreshing}or, for a single run, \`bootstrap-jwt\`; ${fix}`,
    });
  } else {
    reader.problem('bootstrap-jwt', {
      message: `is one of the inputs for a credential, and more than one kind was given: ${given.map(([names]) => names).join(', ')}`,
      fix: 'keep one of them and remove the others',
    });
  }
  return undefined;
}

/**
 * The token that writes secrets; undefined when it is missing or cannot be one. That it is missing is a problem
 * where the action requires it, and where a refresh token's successor has to be stored.
 */
export function readGithubToken({ reader, env, secrets }: Sources, refreshes: boolean): Secret | undefined {
  const token = reader.raw('github-token').trim();
  if (token === '') {
    const { reason, fix } = whyEmpty(env, ['github-token']);
    if (reader.requires('github-token')) {
      reader.problem('github-token', { message: `is empty: ${reason}`, fix });
    } else if (refreshes) {
      const message = `is empty, but the successor of the refresh token has to be stored as a secret: ${reason}`;
      reader.problem('github-token', { message, fix });
    }
    return undefined;
  }
  return usable(reader, 'github-token', mutxTokenComplaint(token) ?? tokenComplaint(token))
    ? secrets.admit(token)
    : undefined;
}

function bootstrap({ reader, secrets }: Sources): Credential | undefined {
  const input = 'bootstrap-jwt';
  const text = reader.raw(input).trim();
  if (!usable(reader, input, githubTokenComplaint(text) ?? tokenComplaint(text))) return undefined;
  const token = secrets.admit(text);
  const claims = decodeJwt(text);
  if (claims?.type === 'access') return { kind: 'access-jwt', input, token, expiresAt: claims.exp };
  if (claims?.type !== 'refresh') return { kind: 'opaque', input, token };
  if (reader.takes('refresh-token')) return { kind: 'refresh-token', input, token, expiresAt: claims.exp };
  reader.problem(input, SINGLE_USE);
  return undefined;
}

const SINGLE_USE: Complaint = {
  message: 'holds a refresh JWT, which is good for a single use and cannot serve jobs that run side by side',
  fix: 'give `email` and `password` of a service account, or an access JWT',
};

function refreshToken({ reader, secrets }: Sources): Credential | undefined {
  const input = 'refresh-token';
  const text = reader.raw(input).trim();
  const complaint = githubTokenComplaint(text) ?? tokenComplaint(text) ?? notRefreshing(text);
  if (!usable(reader, input, complaint)) return undefined;
  return { kind: 'refresh-token', input, token: secrets.admit(text), expiresAt: decodeJwt(text)?.exp };
}

function password({ reader, env, secrets }: Sources): Credential | undefined {
  const text = reader.raw('password').replace(OUTER_LINE_BREAKS, '');
  if (!reader.isGiven('password')) {
    const { reason, fix } = whyEmpty(env, ['password']);
    reader.problem('password', { message: `is empty, but \`email\` was given: ${reason}`, fix });
  } else usable(reader, 'password', githubTokenComplaint(text) ?? passwordComplaint(text));
  const email = reader.text('email');
  if (!reader.isGiven('email')) {
    const { reason, fix } = whyEmpty(env, ['email']);
    reader.problem('email', { message: `is empty, but \`password\` was given: ${reason}`, fix });
  } else if (email !== '' && !EMAIL.test(email)) {
    reader.problem('email', { message: 'is not an e-mail address', fix: 'give it as `name@example.com`' });
  }
  return reader.problems.length > 0
    ? undefined
    : { kind: 'password', input: 'password', email, password: secrets.admit(text) };
}

/** An access token or an API key cannot be exchanged, and trying would be taken for an attack. */
function notRefreshing(token: string): Complaint | undefined {
  const type = decodeJwt(token)?.type;
  if (type !== 'access' && !beginsAsMutxKey(token)) return undefined;
  return {
    message:
      type === 'access' ? 'holds an access JWT, not a refresh JWT' : 'holds an API key, not a refresh JWT',
    fix: 'give it as `bootstrap-jwt`, or give the `refresh_token` of the login reply here',
  };
}

function usable(
  reader: InputReader,
  input: 'bootstrap-jwt' | 'refresh-token' | 'password' | 'github-token',
  complaint: Complaint | undefined,
): boolean {
  if (complaint !== undefined) reader.problem(input, complaint);
  return complaint === undefined;
}
