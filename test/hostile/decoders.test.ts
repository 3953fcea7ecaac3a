import { describe, expect, it } from 'vitest';
import { failureOf as githubFailure } from '../../src/github/failures.ts';
import { rateLimitWait } from '../../src/github/rate-limit.ts';
import { METADATA } from '../../src/github/targets/permissions.ts';
import { parseTokenExpiration, tokenExpiryWarning } from '../../src/github/token-expiry.ts';
import type { HttpReply } from '../../src/http/result.ts';
import { parseHttpDate, retryAfterOf } from '../../src/http/retry-after.ts';
import { hintOf } from '../../src/messages/catalogue/catalogue.ts';
import { decodeId, decodeKeyPage, decodeMintedKey, decodePlan } from '../../src/mutx/decode.ts';
import { failureOf as mutxFailure } from '../../src/mutx/failures.ts';
import { parseTimestamp } from '../../src/mutx/fields.ts';
import { ownError } from '../../src/mutx/own-error.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { looksLikeCredential } from '../../src/secrets/shapes.ts';
import { fc } from '../property.ts';

// Holds invariant 1 of docs/threat-model.md.

const NAME = 'gha/acme/web/MUTX_API_KEY';
const KEY = `mutx_live_${'k'.repeat(43)}`;

/** Values that nearly fit, and values that do not at all. */
const scalar = fc.oneof(
  fc.constantFrom(
    NAME,
    KEY,
    'x1',
    '2026-01-05T03:00:00Z',
    '2026-01-05T03:00:00.123456',
    true,
    false,
    null,
    0,
    7,
  ),
  fc.constantFrom('__proto__', 'constructor', '../x', 'a\nb', '', '9999-12-31T23:59:59Z', -1, 1e308, 2 ** 53),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const NAMES =
  'id name key created_at expires_at last_used is_active items total has_more plan detail message status error_code request_id retry_after details loc msg access_token'.split(
    ' ',
  );
const record = fc.dictionary(fc.constantFrom(...NAMES, '__proto__', 'constructor', 'toString'), scalar, {
  maxKeys: 14,
});
const json = fc.oneof(
  record,
  fc.array(record, { maxLength: 4 }),
  fc.tuple(record, fc.array(record, { maxLength: 4 })).map(([page, items]) => ({ ...page, items })),
  fc.jsonValue(),
);

/** As it arrives: through text, so that `__proto__` is a field like any other. */
const received = json.map((value): unknown => JSON.parse(JSON.stringify(value)));

const header = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '60',
    '1e9',
    '999999999999',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'never',
    '',
    '60, 60',
  ),
  fc.string({ maxLength: 12 }),
);
const headers = fc
  .dictionary(
    fc.constantFrom(
      'retry-after',
      'date',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-request-id',
      'x-github-request-id',
      'location',
      'upgrade-url',
      'x-github-sso',
      'x-accepted-github-permissions',
    ),
    header,
  )
  .map((pairs) => new Map(Object.entries(pairs)));
const reply: fc.Arbitrary<HttpReply> = fc.record({
  kind: fc.constant('reply' as const),
  status: fc.oneof(
    fc.constantFrom(200, 201, 204, 301, 400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 503),
    fc.integer({ min: 200, max: 999 }),
  ),
  headers,
  body: fc.oneof(
    received.map((value) => ({ kind: 'json' as const, value })),
    fc.string({ unit: 'binary' }).map((text) => ({ kind: 'other' as const, text })),
    fc.constant({ kind: 'empty' as const }),
  ),
  date: fc.option(fc.integer({ min: 0, max: 253_402_300_799_000 }), { nil: undefined }),
  ms: fc.constant(1),
});

const registry = () => new SecretRegistry(() => {});

describe('whatever a reply holds', () => {
  it('keys are records of the right types, or a field is named and its value is not', () => {
    fc.assert(
      fc.property(received, (value) => {
        const page = decodeKeyPage(value);
        if (!page.ok) {
          expect(page.problem).toMatch(/^(?:the reply|items)[\w.[\]]* (?:is|does) not /u);
          return;
        }
        for (const { id, createdAt, expiresAt, lastUsed, isActive } of page.value.keys) {
          expect(id).toMatch(/^[\w-]{1,100}$/u);
          expect(looksLikeCredential(id)).toBe(false);
          for (const at of [createdAt, expiresAt ?? 0, lastUsed ?? 0])
            expect(new Date(at).getTime()).toBe(at);
          expect(typeof isActive).toBe('boolean');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('a new key is masked before it is judged, and no id is one', () => {
    fc.assert(
      fc.property(
        received,
        fc.constantFrom(KEY, 'mutx_live_short', `${KEY}\n`, 'pass word 12', 7),
        (value, key) => {
          const given = typeof value === 'object' && !Array.isArray(value) ? { ...value, key } : value;
          const secrets = registry();
          const minted = decodeMintedKey(given, NAME, secrets);
          if (given !== value && typeof key === 'string') expect(secrets.holds(key)).toBe(true);
          expect(secrets.holds(JSON.stringify([minted, decodeId(given)]))).toBe(false);
          if (minted.ok) expect(minted.value.name).toBe(NAME);
          expect(looksLikeCredential(decodeId(given) ?? '')).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('a plan and an error are texts, or nothing', () => {
    fc.assert(
      fc.property(received, (value) => {
        const plan = decodePlan(value, registry());
        if (plan.ok && plan.value !== undefined)
          expect(plan.value).not.toMatch(/[\p{Cc}\p{Cf}]|mutx_live_k/u);
        const error = ownError({
          kind: 'reply',
          status: 400,
          headers: new Map(),
          body: { kind: 'json', value },
          date: undefined,
          ms: 1,
        });
        expect(typeof (error?.message ?? '')).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });

  it('a failure has a code that is known, and a line that can be printed', () => {
    fc.assert(
      fc.property(reply, (given) => {
        const secrets = registry();
        secrets.admit(KEY);
        const call = 'GET /x';
        const reach = { owner: 'acme', repository: 'web' };
        const failures = [
          mutxFailure(given, { call, secrets }),
          githubFailure(given, { call, secrets, target: 'acme/web', reach, permission: METADATA }),
        ];
        for (const failure of failures) {
          expect(hintOf(failure.code)).toBeDefined();
          expect(failure.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(failure.message.length).toBeLessThan(500);
          expect(secrets.holds(JSON.stringify(failure))).toBe(false);
          const wait = failure.retryAfter ?? 0;
          expect(Number.isFinite(wait) && wait >= 0).toBe(true);
          // A time to try again is told as a date, and has to be one.
          expect(Number.isNaN(new Date(Date.UTC(2026, 10, 23) + wait).getTime())).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('a wait is finite and not negative, or there is none', () => {
    fc.assert(
      fc.property(reply, fc.oneof(fc.double(), fc.constant(undefined)), (given, seconds) => {
        for (const wait of [retryAfterOf(given, seconds), rateLimitWait(given)]) {
          expect(wait === undefined || (Number.isFinite(wait) && wait >= 0)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a moment', () => {
  const moment = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });

  it('is read as it was written, in every notation of the services', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 999 }), (at, micros) => {
        const iso = new Date(at).toISOString();
        const fine = iso.replace('Z', String(micros).padStart(3, '0'));
        expect(parseTimestamp(iso)).toBe(at);
        expect(parseTimestamp(fine)).toBe(at);
        const whole = at - (((at % 1_000) + 1_000) % 1_000);
        expect(parseHttpDate(new Date(at).toUTCString())).toBe(whole);
        const [day, time = ''] = iso.split('T');
        expect(parseTokenExpiration(`${day} ${time.slice(0, 8)} UTC`)).toBe(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is a date or nothing for any text, and what is told of it is one line', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(
        /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d| UTC| [+-]\d{4})?$/u,
      ),
    );
    fc.assert(
      fc.property(text, moment, (given, now) => {
        for (const at of [parseTimestamp(given), parseHttpDate(given), parseTokenExpiration(given)]) {
          expect(at === undefined || new Date(at).getTime() === at).toBe(true);
          expect(tokenExpiryWarning(at, now)?.message ?? '').not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
