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
const spent = (reset: string) => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
const inSeconds = (seconds: number) => String(DATE / 1_000 + seconds);

describe("a rate limit's wait", () => {
  it('is what retry-after says', () => {
    expect(rateLimitWait(reply(429, { 'retry-after': '7' }), MESSAGE)).toBe(7_000);
    expect(rateLimitWait(reply(403, { 'retry-after': '0' }), MESSAGE)).toBe(0);
  });

  it('reaches to the reset, counted from the Date of the reply', () => {
    expect(rateLimitWait(reply(403, spent(inSeconds(90))), MESSAGE)).toBe(90_000);
    expect(rateLimitWait(reply(403, spent(inSeconds(-5))), MESSAGE)).toBe(0);
  });

  it('is the longer of both', () => {
    expect(rateLimitWait(reply(429, { 'retry-after': '7', ...spent(inSeconds(90)) }), MESSAGE)).toBe(90_000);
    expect(rateLimitWait(reply(429, { 'retry-after': '100', ...spent(inSeconds(90)) }), MESSAGE)).toBe(
      100_000,
    );
  });

  it('is a minute where GitHub names no time that can be used', () => {
    expect(rateLimitWait(reply(429), MESSAGE)).toBe(60_000);
    expect(rateLimitWait(reply(429, { 'retry-after': 'soon' }), MESSAGE)).toBe(60_000);
    expect(rateLimitWait(reply(403, spent('later')), MESSAGE)).toBe(60_000);
    expect(rateLimitWait({ ...reply(403, spent(inSeconds(90))), date: undefined }, MESSAGE)).toBe(60_000);
    expect(rateLimitWait(reply(403), 'You have exceeded a secondary rate limit.')).toBe(60_000);
  });

  it('is none for other refusals', () => {
    expect(rateLimitWait(reply(403, { 'x-ratelimit-remaining': '12' }), MESSAGE)).toBeUndefined();
    expect(rateLimitWait(reply(404, { 'retry-after': '7' }), MESSAGE)).toBeUndefined();
  });
});
