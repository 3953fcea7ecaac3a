import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sodium from 'libsodium-wrappers';
import type { Target } from '../../src/config/targets.ts';
import { GithubClient } from '../../src/github/client.ts';
import { createTarget, type TargetDependencies } from '../../src/github/targets/create-target.ts';
import { HttpClient } from '../../src/http/client.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { VirtualClock } from './virtual-clock.ts';

/**
 * A GitHub that says what a test tells it to, for the replies that the emulator is too honest to give. Real
 * sockets, real crypto; a request that the test did not foresee is answered 599, which fails whatever asked.
 */
export interface Request {
  /** `GET /repos/acme/web`, as it came, with query */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Destroys the socket instead. */
  readonly cut?: true;
}

/** One answer for all times, or one after the other, the last one from then on. */
export type Answers = Answer | Answer[];

export interface GithubDouble extends AsyncDisposable {
  readonly requests: readonly Request[];
  readonly lines: readonly string[];
  readonly client: GithubClient;
  readonly secrets: SecretRegistry;
  readonly url: URL;
  answer(line: string, answers: Answers): void;
  target(
    target: Target,
    options?: Omit<TargetDependencies, 'github' | 'secrets'>,
  ): ReturnType<typeof createTarget>;
}

export const TOKEN = 'github_pat_11ABCDEF';

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created: Answer = { status: 201, json: {} };
export const updated: Answer = { status: 204 };
export const refusal = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  json: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  headers,
});
export const notFound = refusal(404, 'Not Found');
export const secretAt = (updatedAt: string, more: object = {}) =>
  ok({ name: 'MUTX_API_KEY', created_at: updatedAt, updated_at: updatedAt, ...more });

export async function startGithubDouble(
  options: { basePath?: string; token?: string; clock?: VirtualClock } = {},
): Promise<GithubDouble> {
  const script = new Map<string, Answer[]>();
  const requests: Request[] = [];
  const basePath = options.basePath ?? '';

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const line = `${request.method} ${request.url?.slice(basePath.length)}`;
    requests.push({ line, headers: request.headers, body: await bodyOf(request) });
    const answers = script.get(line);
    const answer = (answers?.length ?? 0) > 1 ? answers?.shift() : answers?.[0];
    if (answer?.cut === true) {
      request.socket.destroy();
      return;
    }
    const { status, json, text, headers } = answer ?? { status: 599, text: `not foreseen: ${line}` };
    response.writeHead(status, {
      'content-type': json === undefined ? 'text/html' : 'application/json',
      ...headers,
    });
    response.end(json === undefined ? text : JSON.stringify(json));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`);
  const secrets = new SecretRegistry(() => {});
  const http = new HttpClient({ baseUrl: url, service: 'github', userAgent: 'test' });
  const client = new GithubClient({
    http,
    token: secrets.admit(options.token ?? TOKEN),
    clock: options.clock ?? new VirtualClock(),
  });

  return {
    requests,
    get lines() {
      return requests.map((request) => request.line);
    },
    client,
    secrets,
    url,
    answer: (line, answers) => script.set(line, [answers].flat()),
    target: (target, more = {}) => createTarget(target, { github: client, secrets, ...more }),
    async [Symbol.asyncDispose]() {
      http.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

/** A scope's key pair: what GitHub publishes of it, and how it opens what was sealed for it. */
export async function keyPair(keyId: string) {
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const pair = sodium.crypto_box_keypair();
  return {
    answer: ok({ key_id: keyId, key: sodium.to_base64(pair.publicKey, ORIGINAL) }),
    /** The plaintext in a PUT's body. Throws if it was not sealed for this key. */
    open(body: unknown): string {
      const { encrypted_value: box, key_id: usedKey } = body as { encrypted_value: string; key_id: string };
      if (usedKey !== keyId) throw new Error(`sealed for key ${usedKey}, not ${keyId}`);
      const bytes = sodium.from_base64(box, ORIGINAL);
      return Buffer.from(sodium.crypto_box_seal_open(bytes, pair.publicKey, pair.privateKey)).toString(
        'utf8',
      );
    },
  };
}
