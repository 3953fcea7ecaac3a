import type { Asked } from './front.ts';

export type Service = 'mutx' | 'github';

/** A call that every rotation makes, and the credential that makes a run make it. */
export interface Route {
  readonly name: string;
  readonly service: Service;
  readonly credential: 'access-jwt' | 'password' | 'refresh-token' | 'api-key';
  readonly matches: (asked: Asked) => boolean;
}

function route(
  name: string,
  service: Service,
  method: string,
  path: RegExp,
  more: { credential?: Route['credential']; withKey?: boolean } = {},
): Route {
  const { credential = 'access-jwt', withKey = false } = more;
  return {
    name,
    service,
    credential,
    matches: (asked) =>
      asked.method === method &&
      path.test(asked.path.split('?')[0] ?? '') &&
      (service === 'github' || withKey === 'x-api-key' in asked.headers),
  };
}

export const LOGIN = route('login', 'mutx', 'POST', /\/auth\/login$/u, { credential: 'password' });
export const LOGOUT = route('logout', 'mutx', 'POST', /\/auth\/logout$/u, { credential: 'password' });
export const REFRESH = route('refresh', 'mutx', 'POST', /\/auth\/refresh$/u, { credential: 'refresh-token' });
export const LIST = route('list', 'mutx', 'GET', /\/api-keys$/u);
export const ACCOUNT = route('account', 'mutx', 'GET', /\/auth\/me$/u);
export const CREATE = route('create', 'mutx', 'POST', /\/api-keys$/u);
export const VERIFY = route('verify', 'mutx', 'GET', /\/auth\/me$/u, { withKey: true });
export const REVOKE = route('revoke', 'mutx', 'DELETE', /\/api-keys\/[^/]+$/u);
export const REPOSITORY = route('repository', 'github', 'GET', /\/repos\/[^/]+\/[^/]+$/u);
export const PUBLIC_KEY = route('public key', 'github', 'GET', /\/public-key$/u);
export const METADATA = route('metadata', 'github', 'GET', /\/secrets\/MUTX_API_KEY$/u);
export const STORE = route('store', 'github', 'PUT', /\/secrets\/MUTX_API_KEY$/u);

/** In the order of a run. */
export const ROUTES: readonly Route[] = [
  LOGIN,
  REFRESH,
  LIST,
  ACCOUNT,
  REPOSITORY,
  PUBLIC_KEY,
  METADATA,
  CREATE,
  VERIFY,
  STORE,
  REVOKE,
  LOGOUT,
];
