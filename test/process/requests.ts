import { FREE, PRO, type Setting, TWO_TARGETS } from './stage.ts';

/** A rotation of a key that is stored already, and every request that it sends when nothing goes wrong. */
export interface Rehearsed {
  readonly name: string;
  readonly setting: Setting;
  readonly requests: readonly string[];
  /** Reads that only a warning depends on: where a run dies among them, nothing follows from it. */
  readonly forWarnings?: readonly string[];
}

const LIST = 'GET /v1/api-keys';
const ACCOUNT = 'GET /v1/auth/me';
const REPOSITORY = 'GET /repos/acme/web';
const SECRETS = '/repos/acme/web/actions/secrets';
const ENVIRONMENT_SECRETS = '/repos/acme/web/environments/production/secrets';

export const LIST_AGAIN = `${LIST} (2)`;
export const CREATE = 'POST /v1/api-keys';
export const VERIFY = `${ACCOUNT} (2)`;
export const STORE = `PUT ${SECRETS}/MUTX_API_KEY`;
export const STORE_IN_ENVIRONMENT = `PUT ${ENVIRONMENT_SECRETS}/MUTX_API_KEY`;
export const REVOKE = 'DELETE /v1/api-keys/{id}';

/** Sent side by side: their order is chance. */
const READ = [LIST, ACCOUNT, REPOSITORY, `GET ${SECRETS}/public-key`];
const REPLACE = [CREATE, VERIFY, STORE];

export const ONE_TARGET: Rehearsed = {
  name: 'one secret',
  setting: PRO,
  requests: [...READ, ...REPLACE, REVOKE],
};

/** The last place is taken: the dates of the secret are needed, and another look right before the create. */
export const TWO_KEY_PLAN: Rehearsed = {
  name: 'one secret on a plan of two keys',
  setting: FREE,
  requests: [...READ, `GET ${SECRETS}/MUTX_API_KEY`, LIST_AGAIN, ...REPLACE, REVOKE],
};

export const FAN_OUT: Rehearsed = {
  name: "a repository's secret and an environment's",
  setting: TWO_TARGETS,
  requests: [
    ...READ,
    `${REPOSITORY} (2)`,
    `GET ${ENVIRONMENT_SECRETS}/public-key`,
    ...REPLACE,
    STORE_IN_ENVIRONMENT,
    REVOKE,
  ],
  forWarnings: ['codespaces', 'dependabot'].flatMap((store) => [
    `GET /repos/acme/web/${store}/secrets/MUTX_API_KEY`,
    `GET /repos/acme/web/${store}/secrets/public-key`,
  ]),
};

/** Whether it changes something at a server. */
export function hasEffect(request: string): boolean {
  return !request.startsWith('GET ');
}
