import http from 'node:http';
import https from 'node:https';
import sodium from 'libsodium-wrappers';
import type { Emulator } from '../src/index.ts';

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly json: WireJson;
}

/** Every field of every reply that a test looks into. Which of them are there is for the test to know. */
export interface WireJson extends ReadonlyArray<WireJson> {
  readonly access_token: string;
  readonly archived: boolean;
  readonly created_at: string;
  readonly detail: string;
  readonly details: readonly { readonly loc: readonly string[] }[];
  readonly environments: readonly WireJson[];
  readonly error_code: string;
  readonly expires_at: string | null;
  readonly expires_in: number;
  readonly full_name: string;
  readonly has_more: boolean;
  readonly id: string;
  readonly is_active: boolean;
  readonly items: readonly WireJson[];
  readonly key: string;
  readonly key_id: string;
  readonly last_used: string | null;
  readonly limit: number;
  readonly message: string;
  readonly name: string;
  readonly number: number;
  readonly plan: string;
  readonly protection_rules: readonly unknown[];
  readonly refresh_token: string;
  readonly repositories: readonly WireJson[];
  readonly retry_after: number;
  readonly secrets: readonly WireJson[];
  readonly selected_repositories_url: string;
  readonly skip: number;
  readonly token_type: string;
  readonly total: number;
  readonly total_count: number;
  readonly url: string;
  readonly visibility: string;
}

export interface WireRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** A body as it is, instead. */
  readonly text?: string;
}

/** What a request says whose connection was cut. */
export const CUT = /ECONNRESET|socket hang up|aborted|Parse Error/;

/** One request on a connection of its own; rejects when the connection is cut. */
export function send(
  base: string,
  method: string,
  path: string,
  { headers = {}, body, text = body === undefined ? undefined : JSON.stringify(body) }: WireRequest = {},
): Promise<WireReply> {
  const given: Record<string, string | undefined> = {
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const url = new URL(base);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method,
        path: (base + path).slice(url.origin.length),
        headers: sent,
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const received = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers as Record<string, string>,
            text: received,
            json: decoded(received, incoming.headers['content-type']),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

function decoded(text: string, type: string | undefined): WireJson {
  return (text !== '' && /json/.test(type ?? '') ? JSON.parse(text) : undefined) as WireJson;
}

/** MUTX, with a credential if there is one. */
export function mutx(
  emulator: Emulator,
  credential: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<WireReply> {
  const headers = { authorization: credential === undefined ? undefined : `Bearer ${credential}` };
  return send(emulator.mutx.url, method, path, { headers, body });
}

/** GitHub, with the headers that a well-made client sends, or others. */
export function github(
  emulator: Emulator,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<WireReply> {
  return send(emulator.github.url, method, path, {
    body,
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'test',
      'x-github-api-version': /\/agents\//.test(path) ? '2026-03-10' : '2022-11-28',
      authorization: token === undefined ? undefined : `Bearer ${token}`,
      ...headers,
    },
  });
}

/** A sealed box in standard base64, made here with libsodium, as any client would. */
export async function seal(text: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const box = sodium.crypto_box_seal(Buffer.from(text, 'utf8'), Buffer.from(publicKey, 'base64'));
  return Buffer.from(box).toString('base64');
}

/** Fetches the public key and PUTs a secret; `base` is the path of the secrets. */
export async function putSecret(
  emulator: Emulator,
  token: string,
  base: string,
  name: string,
  value: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<WireReply> {
  const { json } = await github(emulator, token, 'GET', `${base}/public-key`);
  const body = { encrypted_value: await seal(value, json.key), key_id: json.key_id, ...fields };
  return github(emulator, token, 'PUT', `${base}/${name}`, body);
}
