import { describe, expect, it } from 'vitest';
import { rateLimitWait } from '../../src/github/rate-limit.ts';

const DATE = Date.UTC(2026, 10, 1, 12);
const MESSAGE = 'Forbidden';

const reply = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  date: number | undefined = DATE,
) =>
  ({
    kind: 'reply',
    status,
    headers: new Map(Object.entries(headers)),
    body: { kind: 'json', value: { message: MESSAGE } },
    date,
    ms: 1,
  }) as const;
const saying = (status: number, message: string) =>
  ({ ...reply(status), body: { kind: 'json', value: { message } } }) as const;
const page = (status: number, text: string) => ({ ...reply(status), body: { kind: 'other', text } }) as const;
const spent = (reset: string) => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
const inSeconds = (seconds: number) => String(DATE / 1_000 + seconds);

describe("a rate limit's wait", () => {
  it('is what retry-after says', () => {
    expect(rateLimitWait(reply(429, { 'retry-after': '7' }))).toBe(7_000);
    expect(rateLimitWait(reply(403, { 'retry-after': '0' }))).toBe(0);
  });

  it('reaches to the reset, counted from the Date of the reply', () => {
    expect(rateLimitWait(reply(403, spent(inSeconds(90))))).toBe(90_000);
    expect(rateLimitWait(reply(403, spent(inSeconds(-5))))).toBe(0);
  });

  it('is the longer of both', () => {
    expect(rateLimitWait(reply(429, { 'retry-after': '7', ...spent(inSeconds(90)) }))).toBe(90_000);
    expect(rateLimitWait(reply(429, { 'retry-after': '100', ...spent(inSeconds(90)) }))).toBe(100_000);
  });

  it('is a minute where GitHub names no time that can be used', () => {
    expect(rateLimitWait(reply(429))).toBe(60_000);
    expect(rateLimitWait(reply(429, { 'retry-after': 'soon' }))).toBe(60_000);
    expect(rateLimitWait(reply(403, spent('later')))).toBe(60_000);
    expect(rateLimitWait({ ...reply(403, spent(inSeconds(90))), date: undefined })).toBe(60_000);
    expect(rateLimitWait(saying(403, 'You have exceeded a secondary rate limit.'))).toBe(60_000);
  });

  it.each(['Sun, 01 Nov 2026 12:02:00 GMT', '120'])('is what Retry-After says as %s', (asked) => {
    for (const status of [403, 429])
      expect(rateLimitWait(reply(status, { 'retry-after': asked }))).toBe(120_000);
  });

  it('is none from a date that is past, and a minute from one that cannot be compared', () => {
    const asked = { 'retry-after': 'Sun, 01 Nov 2026 11:00:00 GMT' };
    expect(rateLimitWait(reply(429, asked))).toBe(0);
    expect(rateLimitWait({ ...reply(429, asked), date: undefined })).toBe(60_000);
  });

  it.each([
    [429, page(429, '<html>slow down</html>')],
    [429, page(429, 'Too Many Requests')],
    [429, { ...reply(429), body: { kind: 'empty' } } as const],
    [429, { ...reply(429), body: { kind: 'json', value: null } } as const],
    [403, saying(403, 'API rate limit exceeded for user ID 583231.')],
    [403, saying(403, 'API rate limit exceeded for 203.0.113.7.')],
    [403, saying(403, 'You have triggered an abuse detection mechanism.')],
    [403, page(403, '<h1>Too many requests</h1>')],
    [422, saying(422, 'body was submitted too quickly')],
    [403, saying(403, 'Maximum number of login attempts exceeded. Please try again later.')],
  ])('is known without any counter (%i, %#)', (_, limited) => {
    expect(rateLimitWait(limited)).toBe(60_000);
  });

  it('is none for other refusals', () => {
    expect(rateLimitWait(reply(403, { 'x-ratelimit-remaining': '12' }))).toBeUndefined();
    expect(rateLimitWait(saying(422, 'Validation Failed'))).toBeUndefined();
    // The last request of an hour may be one that is not valid.
    const last = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800003600', 'retry-after': '7' };
    expect(rateLimitWait(reply(422, last))).toBeUndefined();
    expect(rateLimitWait(page(403, '<h1>Forbidden</h1>'))).toBeUndefined();
    expect(rateLimitWait(saying(403, 'Resource not accessible by integration'))).toBeUndefined();
    expect(rateLimitWait(reply(404, { 'retry-after': '7' }))).toBeUndefined();
  });
});
