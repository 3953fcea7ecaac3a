import { seal, type WireJson, type WireReply } from '../../packages/emulator/test/wire.ts';
import { type Check, patiently, shapeOf } from './check.ts';

/** A repository that is used for nothing else, and a token that may write its secrets and environments. */
export interface GithubPlace {
  readonly url: string;
  readonly token: string;
  /** `owner/name` */
  readonly repository: string;
}

export type GithubCheck = Check<GithubWorld>;

const NAME = 'CONFORMANCE';
const ENVIRONMENT = 'conformance/a b';

export class GithubWorld {
  readonly place: GithubPlace;
  readonly repository: string;
  /** Of the repository's secrets. */
  readonly secrets: string;
  readonly environment: string;

  constructor(place: GithubPlace) {
    this.place = place;
    this.repository = `/repos/${place.repository}`;
    this.secrets = `${this.repository}/actions/secrets`;
    this.environment = `${this.repository}/environments/${encodeURIComponent(ENVIRONMENT)}`;
  }

  /** Removes what the suite makes. */
  async cleanUp(): Promise<void> {
    for (const path of [`${this.secrets}/${NAME}`, `${this.environment}/secrets/${NAME}`]) {
      await this.call('DELETE', path);
    }
  }

  call(method: string, path: string, body?: unknown, token = this.place.token): Promise<WireReply> {
    const headers = {
      accept: 'application/vnd.github+json',
      'user-agent': 'mutx-api-key-action conformance',
      'x-github-api-version': '2022-11-28',
      authorization: `Bearer ${token}`,
    };
    return patiently(this.place.url, method, path, { headers, body });
  }

  async put(base = this.secrets, fields: Readonly<Record<string, unknown>> = {}): Promise<WireReply> {
    const { json } = await this.call('GET', `${base}/public-key`);
    const body = { encrypted_value: await seal('value', json.key), key_id: json.key_id, ...fields };
    return this.call('PUT', `${base}/${NAME}`, body);
  }
}

/** An error of GitHub's own: its status, and whether it says what and where to read on. */
function error({ status, json }: WireReply): readonly unknown[] {
  return [
    status,
    typeof json.message,
    typeof (json as WireJson & Record<string, unknown>)['documentation_url'],
  ];
}

const refused = (status: number) => [status, 'string', 'string'];
const SECRET = { name: 'string', created_at: 'timestamp', updated_at: 'timestamp' };

/** In order: an environment is made in one of them, and stays. */
export const GITHUB_CHECKS: readonly GithubCheck[] = [
  {
    name: 'the public key of a repository is 32 bytes in base64, with an id',
    see: async (github) => {
      const { status, json } = await github.call('GET', `${github.secrets}/public-key`);
      return [status, typeof json.key_id, Buffer.from(json.key, 'base64').length];
    },
    expected: [200, 'string', 32],
  },
  {
    name: 'a secret is created with 201, and replaced with 204 and no body',
    see: async (github) => {
      const created = await github.put();
      const replaced = await github.put();
      return [created.status, replaced.status, replaced.text];
    },
    expected: [201, 204, ''],
  },
  {
    name: 'of a secret there is a name and two times in whole seconds, and never its value',
    see: async (github) => {
      await github.put();
      const { status, json } = await github.call('GET', `${github.secrets}/${NAME}`);
      const times = [json.created_at, (json as WireJson & { readonly updated_at: string }).updated_at];
      return [status, shapeOf(json), times.every((time) => /:\d\dZ$/.test(time))];
    },
    expected: [200, SECRET, true],
  },
  {
    name: 'a secret is found in any case of its name',
    see: async (github) => {
      await github.put();
      const { status, json } = await github.call('GET', `${github.secrets}/${NAME.toLowerCase()}`);
      return [status, json.name];
    },
    expected: [200, NAME],
  },
  {
    name: 'the list says how many there are, and has the secret',
    see: async (github) => {
      await github.put();
      const { json } = await github.call('GET', `${github.secrets}?per_page=100`);
      return [typeof json.total_count, json.secrets.some(({ name }) => name === NAME)];
    },
    expected: ['number', true],
  },
  {
    name: 'a secret that is deleted is gone, and deleting it again is 404',
    see: async (github) => {
      await github.put();
      const remove = async () => (await github.call('DELETE', `${github.secrets}/${NAME}`)).status;
      const gone = [await remove(), await remove()];
      return [...gone, error(await github.call('GET', `${github.secrets}/${NAME}`))];
    },
    expected: [204, 404, refused(404)],
  },
  {
    name: 'a box without the id of its key, or that is not base64, is 422',
    see: async (github) => [
      (await github.put(github.secrets, { key_id: undefined })).status,
      (await github.put(github.secrets, { encrypted_value: 'not base64!' })).status,
    ],
    expected: [422, 422],
  },
  {
    name: 'a name that GitHub keeps for itself is 422',
    see: async (github) => {
      const { json } = await github.call('GET', `${github.secrets}/public-key`);
      const body = { encrypted_value: await seal('value', json.key), key_id: json.key_id };
      return (await github.call('PUT', `${github.secrets}/GITHUB_CONFORMANCE`, body)).status;
    },
    expected: 422,
  },
  {
    name: 'an environment whose name is encoded is made, found, and takes secrets of its own',
    see: async (github) => {
      const made = await github.call('PUT', github.environment, {});
      const found = await github.call('GET', github.environment);
      const base = `${github.environment}/secrets`;
      const [created, replaced] = [await github.put(base), await github.put(base)];
      return [made.status, found.json.name, created.status, replaced.status];
    },
    expected: [200, ENVIRONMENT, 201, 204],
  },
  {
    name: 'an environment that is not there is 404',
    see: async (github) => error(await github.call('GET', `${github.repository}/environments/none-such`)),
    expected: refused(404),
  },
  {
    name: 'a repository that is not there, or that the token does not show, is 404',
    see: async (github) => error(await github.call('GET', `${github.repository}-none-such`)),
    expected: refused(404),
  },
  {
    name: 'a token that is none is 401',
    see: async (github) => error(await github.call('GET', github.repository, undefined, 'ghp_none')),
    expected: refused(401),
  },
  {
    name: 'every reply has a time, the id of the request, and what is left of the limit',
    see: async (github) => {
      const { headers } = await github.call('GET', github.repository);
      const names = ['date', 'x-github-request-id', 'x-ratelimit-limit', 'x-ratelimit-remaining'];
      return names.filter((name) => headers[name] === undefined);
    },
    expected: [],
  },
];
