import type { Instant } from '../core/time.ts';
import { looksLikeCredential } from '../secrets/shapes.ts';

const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

const MINUTE = 60_000;

/**
 * A timestamp as MUTX writes them: ISO 8601, usually with microseconds, often without a zone, and then it is
 * UTC (mutx-api, "A key record"); `new Date()` would take that for local time. What is finer than a millisecond
 * is cut off.
 * @returns undefined for anything else, days and hours that do not exist included
 */
export function parseTimestamp(text: string): Instant | undefined {
  const parts = ISO_8601.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  // Date.UTC carries over (the 30th of February becomes March) and takes years below 100 for the 1900s.
  const canonical = `${text.slice(0, 19)}.${String(ms).padStart(3, '0')}Z`;
  if (new Date(instant).toISOString() !== canonical) return undefined;
  return instant - offsetOf(parts[8] ?? 'Z');
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE;
}

/** Of a reply. UUIDs today; opaque to us, but they go into paths and messages, where no credential belongs. */
export function isKeyId(text: string): boolean {
  return /^[\w-]{1,100}$/.test(text) && !looksLikeCredential(text);
}

/**
 * Of somebody who wrote it. MUTX describes the id of a key as a UUID (the path parameter `key_id` of its OpenAPI
 * document), so anything else is a slip, to be told before anything is called.
 */
export function isWrittenKeyId(text: string): boolean {
  return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/iu.test(text);
}

/** What was read out of a reply, or which field of it is not as it should be (never with its value). */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

/** What a text has to look like. */
export type Form = Pick<RegExp, 'test'>;

const ANYTHING: Form = /^/;

/** Thrown by {@link Fields} and caught by {@link decoded}, nowhere else. */
class Malformed extends Error {}

/** Runs a decoder; a field that is not as it should be ends it. */
export function decoded<T>(decode: () => T): Decoded<T> {
  try {
    return { ok: true, value: decode() };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.message };
    throw error;
  }
}

/** The own fields of a JSON object, by type. A name that a prototype has too is a field like any other. */
export class Fields {
  readonly #where: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /** @param where for problems: `the reply`, `items[3]` */
  constructor(value: unknown, where: string) {
    this.#where = where;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Malformed(`${where} is not an object`);
    }
    this.#values = value as Readonly<Record<string, unknown>>;
  }

  /** Neither missing nor null. */
  has(name: string): boolean {
    return (this.raw(name) ?? null) !== null;
  }

  /** @param form what it has to look like */
  text(name: string, form = ANYTHING): string {
    const value = this.raw(name);
    if (typeof value !== 'string' || !form.test(value)) throw this.malformedText(name);
    return value;
  }

  /** What {@link text} throws of a field that is none of the text that it should be. */
  malformedText(name: string): Error {
    const isText = typeof this.raw(name) === 'string';
    return this.#malformed(name, isText ? 'does not have the form that it should have' : 'is not a string');
  }

  /** A field that can only have one value. */
  same(name: string, expected: string): string {
    if (this.raw(name) !== expected) throw this.#malformed(name, 'is not what was asked for');
    return expected;
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw this.#malformed(name, 'is not true or false');
    return value;
  }

  /** A whole number, not negative. */
  count(name: string): number {
    const value = this.raw(name);
    if (!Number.isSafeInteger(value) || Number(value) < 0) {
      throw this.#malformed(name, 'is not a whole number');
    }
    return Number(value);
  }

  /** A whole number, not zero either. */
  countAboveZero(name: string): number {
    const value = this.count(name);
    if (value === 0) throw this.#malformed(name, 'is zero');
    return value;
  }

  instant(name: string): Instant {
    const instant = parseTimestamp(this.text(name));
    if (instant === undefined) throw this.#malformed(name, 'is not a timestamp');
    return instant;
  }

  /** undefined where the field is null or missing. */
  instantOrNone(name: string): Instant | undefined {
    return this.has(name) ? this.instant(name) : undefined;
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) throw this.#malformed(name, 'is not a list');
    return value;
  }

  /** The value as it is, for the one field that must be masked before anything is checked. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #malformed(name: string, what: string): Malformed {
    return new Malformed(`${this.#where}.${name} ${what}`);
  }
}
