import { setTimeout as sleep } from 'node:timers/promises';
import { send, type WireReply, type WireRequest } from '../../packages/emulator/test/wire.ts';

/** One thing that the client relies on, of one server, and what was seen of it. */
export interface Check<World> {
  /** In a sentence; unique in its list. */
  readonly name: string;
  /** Asks the server. What it returns is compared and printed, so it never holds a credential. */
  readonly see: (world: World) => Promise<unknown>;
  /** What an emulator answers, as `toEqual` takes it. */
  readonly expected: unknown;
}

/** One request to a server that may limit the rate: then it is asked again when the server says so. */
export async function patiently(
  base: string,
  method: string,
  path: string,
  request: WireRequest = {},
): Promise<WireReply> {
  for (;;) {
    const reply = await send(base, method, path, request);
    if (reply.status !== 429) return reply;
    await sleep((Number(reply.headers['retry-after'] ?? 60) + 1) * 1_000);
  }
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)?$/;

/** The fields of an object with their kinds: `{ id: 'string', created_at: 'timestamp', expires_at: 'null' }`. */
export function shapeOf(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(shapeOf);
  if (json === null) return 'null';
  if (typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, shapeOf(value)]));
  }
  return typeof json === 'string' && TIMESTAMP.test(json) ? 'timestamp' : typeof json;
}

/** A server's own time stamp, which is UTC where it says no zone; milliseconds since the epoch. */
export function instantOf(text: string | null): number {
  return text === null ? Number.NaN : Date.parse(/Z|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
}

export interface Difference {
  readonly name: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

/** A Markdown table, to print and to keep. */
export function differencesTable(server: string, differences: readonly Difference[]): string {
  if (differences.length === 0) return `${server} answers as the emulator does.`;
  const cell = (value: unknown) => `\`${JSON.stringify(value)?.replaceAll('|', '\\|') ?? 'undefined'}\``;
  return [
    `${server} differs from the emulator:`,
    '',
    '| what | emulator | server |',
    '| --- | --- | --- |',
    ...differences.map(({ name, expected, seen }) => `| ${name} | ${cell(expected)} | ${cell(seen)} |`),
  ].join('\n');
}
