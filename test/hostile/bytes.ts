import type { Socket } from 'node:net';
import type { Genuine } from './front.ts';

/** Whatever could steer a runner, a terminal, a reader's eye or a C string. */
export const EVIL = [
  'no\r\n::add-mask::a',
  '::stop-commands::pause',
  '\u2028::error title=forged::forged',
  '##[error]forged',
  '::set-output name=key-id::forged%0A::warning::forged',
  '\u001b[2J\u001b]8;;https://evil.example\u0007link\u001b[31m',
  '\u202e\u2066\u200b\u00ad\u{e0041}hidden\u0000\u0008\u009b31m',
  '<img src=x onerror=alert(1)> [a](javascript:alert(1)) | `x` | \\',
].join('\n');

/** The same as far as a header can hold it. */
export const EVIL_HEADER = '::add-mask::a ##[error]forged \u009b31m \u00ad <b>';

/** A whole reply; the connection is not used again. `Connection: close` unless the headers say otherwise. */
export function wire(
  status: number | string,
  headers: readonly (readonly [string, string | number])[],
  body: string | Buffer = '',
): Buffer {
  const bytes = Buffer.from(body as string);
  const hasLength = headers.some(([name]) => /^(?:content-length|transfer-encoding)$/iu.test(name));
  const all = [
    ...headers,
    ...(hasLength ? [] : [['Content-Length', bytes.length] as const]),
    ...(headers.some(([name]) => /^connection$/iu.test(name)) ? [] : [['Connection', 'close'] as const]),
  ];
  const head = [`HTTP/1.1 ${status}${typeof status === 'number' ? ' Text' : ''}`];
  for (const [name, value] of all) head.push(`${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

export const JSON_TYPE = ['Content-Type', 'application/json'] as const;

export function json(
  status: number,
  value: unknown,
  ...headers: (readonly [string, string | number])[]
): Buffer {
  return wire(status, [JSON_TYPE, ...headers], JSON.stringify(value));
}

/** The genuine reply with another body, or other headers. */
export function altered(
  genuine: Genuine,
  {
    body = genuine.body,
    headers = {},
  }: { body?: string | Buffer; headers?: Readonly<Record<string, string>> },
): Buffer {
  const { 'content-length': _, ...kept } = { ...genuine.headers, ...headers };
  return wire(genuine.status, Object.entries(kept), genuine.status === 204 ? '' : body);
}

/** The genuine reply's JSON, changed. */
export function changed(genuine: Genuine, change: (value: unknown) => unknown): Buffer {
  const value: unknown = genuine.body === '' ? {} : JSON.parse(genuine.body);
  const body = JSON.stringify(change(value));
  return altered(
    { ...genuine, status: genuine.status === 204 ? 200 : genuine.status },
    {
      body,
      headers: { 'content-type': 'application/json' },
    },
  );
}

/** Each scalar in a JSON value, however deep. */
export function eachScalar(value: unknown, change: (scalar: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => eachScalar(one, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, eachScalar(one, change)]));
}

/** Sends for as long as anybody listens. */
export function endlessly(socket: Socket, head: Buffer | string, piece: Buffer | string): void {
  socket.write(head);
  const more = () => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}
