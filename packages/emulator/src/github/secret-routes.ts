import { Refusal, type Reply } from '../message.ts';
import { type Call, type GithubRoute, noQuery, page, readBody } from './call.ts';
import { badEncryption, malformed, missingField, notFound, problem } from './errors.ts';
import { isBase64, MAX_SECRET_BYTES, openBox } from './key-pair.ts';
import type { PermissionName } from './permissions.ts';
import type { Audience, EmulatedSecret, Scope, StoreName } from './scopes.ts';

/** What sets the three kinds of secrets apart. */
export interface SecretKind {
  /** The path that the routes hang on: `/repos/{owner}/{repo}/actions/secrets`. */
  readonly base: string;
  readonly store: StoreName;
  readonly permission: PermissionName;
  /** The scope a request is about; refuses those that may not. */
  readonly scope: (call: Call) => Scope;
  /** Fields of a PUT beside the two that all have. */
  readonly fields: readonly string[];
  /** Whether a PUT without a value changes who may read the secret, and nothing else. */
  readonly valueIsOptional: boolean;
  readonly audience: (call: Call, body: Readonly<Record<string, unknown>>) => Audience | undefined;
  readonly show: (call: Call, secret: EmulatedSecret) => Readonly<Record<string, unknown>>;
}

/** A sealed box is so much longer than what is in it. */
const SEAL_BYTES = 48;

export function secretRoutes(kind: SecretKind): readonly GithubRoute[] {
  const { base, store, permission } = kind;
  const read = { name: permission, level: 'read' } as const;
  const write = { name: permission, level: 'write' } as const;
  return [
    route('GET', `${base}/public-key`, read, (call) => publicKey(kind, call)),
    route('GET', base, read, (call) => list(kind, call)),
    route('GET', `${base}/{secret_name}`, read, (call) => get(kind, call)),
    route('PUT', `${base}/{secret_name}`, write, (call) => put(kind, call)),
    route('DELETE', `${base}/{secret_name}`, write, (call) => remove(kind, call)),
  ];

  function route(
    method: string,
    pattern: string,
    needs: { readonly name: PermissionName; readonly level: 'read' | 'write' },
    run: (call: Call) => Reply,
  ): GithubRoute {
    return { method, pattern, handler: { needs, store, run } };
  }
}

function publicKey(kind: SecretKind, call: Call): Reply {
  const { keyPair } = kind.scope(call);
  noQuery(call);
  return { status: 200, json: { key_id: keyPair.keyId, key: keyPair.publicKey } };
}

function list(kind: SecretKind, call: Call): Reply {
  const { secrets } = kind.scope(call);
  const { items, headers } = page(call, secrets);
  const json = { total_count: secrets.length, secrets: items.map((secret) => kind.show(call, secret)) };
  return { status: 200, headers, json };
}

function get(kind: SecretKind, call: Call): Reply {
  const secret = kind.scope(call).find(call.params['secret_name'] ?? '');
  noQuery(call);
  if (secret === undefined) throw notFound();
  return { status: 200, json: kind.show(call, secret) };
}

function put(kind: SecretKind, call: Call): Reply {
  const scope = kind.scope(call);
  noQuery(call);
  const name = checkedName(call.params['secret_name'] ?? '');
  const body = readBody(call, ['encrypted_value', 'key_id', ...kind.fields]);
  if (kind.valueIsOptional && body['encrypted_value'] === undefined && body['key_id'] === undefined) {
    return putAudience(kind, call, body, scope, name);
  }
  const box = checkedBox(scope, body);
  const done = scope.put(name, box, kind.audience(call, body));
  const effect = `secret ${done} ${name} in ${scope.label}`;
  return done === 'created' ? { status: 201, json: {}, effect } : { status: 204, effect };
}

/** @throws Refusal 422 there is no such secret, so nothing to change */
function putAudience(
  kind: SecretKind,
  call: Call,
  body: Readonly<Record<string, unknown>>,
  scope: Scope,
  name: string,
): Reply {
  const audience = kind.audience(call, body);
  if (audience === undefined || scope.find(name) === undefined) throw missingField('encrypted_value');
  scope.setAudience(name, audience);
  return { status: 204, effect: `audience changed of secret ${name} in ${scope.label}` };
}

function remove(kind: SecretKind, call: Call): Reply {
  const scope = kind.scope(call);
  noQuery(call);
  const name = call.params['secret_name'] ?? '';
  if (!scope.remove(name)) throw notFound();
  return { status: 204, effect: `secret deleted ${name.toUpperCase()} in ${scope.label}` };
}

function checkedName(name: string): string {
  const wrong = /^GITHUB_/i.test(name)
    ? 'Secret names must not start with GITHUB_.'
    : /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? undefined
      : 'Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).';
  if (wrong !== undefined) throw new Refusal(problem(422, wrong));
  return name.toUpperCase();
}

/**
 * A box that was made for the scope's key pair of now, and opens.
 * @throws Refusal 422
 */
function checkedBox(scope: Scope, body: Readonly<Record<string, unknown>>): string {
  for (const name of ['encrypted_value', 'key_id']) {
    if (!(name in body)) throw missingField(name);
    if (typeof body[name] !== 'string')
      throw malformed(`Invalid request.\n\nFor 'properties/${name}', it is not a string.`);
  }
  const { encrypted_value: box, key_id: keyId } = body as { encrypted_value: string; key_id: string };
  if (!isBase64(box)) throw badEncryption('encrypted_value is not standard base64');
  if (keyId !== scope.keyPair.keyId) throw badEncryption();
  if (Buffer.byteLength(box, 'base64') > MAX_SECRET_BYTES + SEAL_BYTES) {
    throw new Refusal(problem(422, 'Validation Failed: the value is larger than 48 KB'));
  }
  if (openBox(box, scope.keyPair) === undefined)
    throw badEncryption('the box does not open with the private key');
  return box;
}
