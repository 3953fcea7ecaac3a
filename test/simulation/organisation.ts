import sodium from 'libsodium-wrappers';
import type { CallFailure, Reply } from '../../src/core/call.ts';
import type { HttpReply, HttpRequest, HttpResult } from '../../src/http/result.ts';
import type { SecretTarget } from '../../src/rotation/ports.ts';
import { Secret } from '../../src/secrets/secret.ts';
import type { WrongAnswer } from './actor.ts';
import type { System } from './system.ts';
import type { World } from './world.ts';

await sodium.ready;

/** Fixed: a schedule is the same each time. */
const PAIR = sodium.crypto_box_seed_keypair(new Uint8Array(sodium.crypto_box_SEEDBYTES).fill(7));
const ORIGINAL = sodium.base64_variants.ORIGINAL;
const PUBLIC_KEY = sodium.to_base64(PAIR.publicKey, ORIGINAL);

const NAME = 'MUTX_API_KEY';
const SECRETS = '/orgs/acme/actions/secrets';

interface Asked {
  readonly label: string;
  readonly mutates: boolean;
  readonly apply: () => Reply<HttpReply>;
  readonly mayStart?: () => boolean;
  readonly wrong: readonly WrongAnswer[];
}

/** How the store's requests come to the scheduler, and what they do in the world. */
export interface OrganisationPorts {
  readonly world: World;
  readonly clock: ConstructorParameters<System['GithubClient']>[0]['clock'];
  readonly ask: (asked: Asked) => Promise<Reply<HttpReply>>;
  readonly idOf: (text: string) => string;
  readonly by: string;
}

/**
 * The action's own adapter of an organisation's secret, over requests that the scheduler answers. The secret of
 * target 0 is there, for the repositories 7 and 8.
 */
export function organisationTarget(system: System, ports: OrganisationPorts): SecretTarget {
  const send = async (request: HttpRequest): Promise<HttpResult> => {
    const reply = await ports.ask({
      label: labelOf(request),
      mutates: request.method === 'PUT',
      apply: () => answer(request, ports),
      wrong: wrongAnswers(request, ports.world),
      ...(request.mayStart === undefined ? {} : { mayStart: request.mayStart }),
    });
    return reply.ok ? reply.value : asHttp(reply.failure);
  };
  const github = new system.GithubClient({ http: { send }, token: new Secret('writer'), clock: ports.clock });
  const target = system.createTarget(
    { kind: 'organisation', store: 'actions', org: 'acme', secretName: NAME, label: 'target 0' },
    {
      github,
      secrets: new system.SecretRegistry(() => {}),
      audience: { visibility: 'all', selectedRepositories: [] },
    },
  );
  return target;
}

function labelOf({ method, path }: HttpRequest): string {
  if (method === 'PUT') return 'write 0';
  const below = path.slice(SECRETS.length);
  return below === '' ? 'listed 0' : `get ${below.slice(1)}`;
}

function answer(
  { method, path, body }: HttpRequest,
  { world, idOf, by }: OrganisationPorts,
): Reply<HttpReply> {
  const reply = (status: number, value?: unknown): Reply<HttpReply> => {
    const date = world.githubDate();
    const content = value === undefined ? ({ kind: 'empty' } as const) : ({ kind: 'json', value } as const);
    return {
      ok: true,
      value: { kind: 'reply', status, headers: new Map(), body: content, date, ms: 0 },
      date,
    };
  };
  const secret = world.secrets[0];
  const updatedAt = world.dateOf(0);
  const row = {
    name: NAME,
    visibility: secret?.audience?.split(':')[0],
    updated_at: new Date(updatedAt ?? 0).toISOString(),
    created_at: new Date(0).toISOString(),
  };
  if (method === 'PUT') {
    const {
      encrypted_value,
      visibility,
      selected_repository_ids: ids,
    } = body as Readonly<Record<string, unknown>>;
    const box = sodium.from_base64(String(encrypted_value), ORIGINAL);
    const text = sodium.crypto_box_seal_open(box, PAIR.publicKey, PAIR.privateKey, 'text');
    const audience = String(visibility) + (Array.isArray(ids) ? `:${ids.join()}` : '');
    const before = secret?.audience;
    const made = world.write(0, idOf(text), by);
    if (secret !== undefined) secret.audience = audience;
    if (made === 'updated' && before !== audience) {
      world.violations.push(`AUDIENCE: run ${by} replaced ${before} of target 0 by ${audience}`);
    }
    return made === 'created' ? reply(201, {}) : reply(204);
  }
  switch (path) {
    case SECRETS:
      return reply(
        200,
        updatedAt === undefined ? { total_count: 0, secrets: [] } : { total_count: 1, secrets: [row] },
      );
    case `${SECRETS}/public-key`:
      return reply(200, { key_id: '1', key: PUBLIC_KEY });
    case `${SECRETS}/${NAME}`:
      return updatedAt === undefined ? reply(404, { message: 'Not Found' }) : reply(200, row);
    case `${SECRETS}/${NAME}/repositories`: {
      const ids = secret?.audience?.split(':')[1]?.split(',') ?? [];
      return reply(200, { total_count: ids.length, repositories: ids.map((id) => ({ id: Number(id) })) });
    }
    default:
      return reply(404, { message: 'Not Found' });
  }
}

function wrongAnswers({ method, path }: HttpRequest, world: World): readonly WrongAnswer[] {
  if (method !== 'GET' || path !== `${SECRETS}/${NAME}`) return [];
  const notFound = () => {
    const date = world.githubDate();
    const body = { kind: 'json', value: { message: 'Not Found' } } as const;
    return {
      ok: true,
      value: { kind: 'reply', status: 404, headers: new Map(), body, date, ms: 0 },
      date,
    } as const;
  };
  return [{ lie: 'absent', evidence: 'secrets', answer: notFound }];
}

/** What the scheduler made of a request, as the HTTP client would tell it. */
function asHttp({ kind, status }: CallFailure): HttpResult {
  if (kind === 'not-sent') return { kind, code: 'not-started', message: kind, retryable: false };
  if (status === undefined) return { kind: 'lost', code: 'timeout', message: kind };
  const body = { kind: 'json', value: { message: kind } } as const;
  return { kind: 'reply', status, headers: new Map(), body, date: undefined, ms: 0 };
}
