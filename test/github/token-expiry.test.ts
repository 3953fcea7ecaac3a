import { describe, expect, it } from 'vitest';
import { parseTokenExpiration, tokenExpiryWarning } from '../../src/github/token-expiry.ts';

const DAY = 24 * 60 * 60 * 1_000;
const NOW = Date.UTC(2026, 10, 1, 12);

describe('the header github-authentication-token-expiration', () => {
  it.each([
    ['2026-12-01 10:00:00 UTC', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01 10:00:00 +0000', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01 10:00:00 -0700', '2026-12-01T17:00:00.000Z'],
    [' 2026-12-01 10:00:00 +05:30 ', '2026-12-01T04:30:00.000Z'],
  ])('%j is read in its own zone, whatever ours is', (header, iso) => {
    expect(new Date(parseTokenExpiration(header) ?? 0).toISOString()).toBe(iso);
  });

  it.each([
    '',
    'never',
    '2026-12-01',
    '2026-12-01 10:00:00',
    '2026-13-41 10:00:00 UTC',
    '2026-12-01 10:00:00 PST',
  ])('%j says nothing', (header) => {
    expect(parseTokenExpiration(header)).toBeUndefined();
  });
});

describe('the warning about the writer token', () => {
  it('comes within 14 days, with the days left and what to do', () => {
    const warning = tokenExpiryWarning(NOW + 14 * DAY, NOW);
    expect(warning).toMatchObject({ expiresAt: NOW + 14 * DAY, daysLeft: 14 });
    expect(warning?.message).toContain('2026-11-15T12:00:00Z, in 14 days');
    expect(warning?.message).toContain('GitHub App');
  });

  it('counts whole days', () => {
    expect(tokenExpiryWarning(NOW + 2 * DAY - 1, NOW)?.message).toContain('in 1 day;');
    expect(tokenExpiryWarning(NOW + 1, NOW)?.message).toContain('in less than a day');
    expect(tokenExpiryWarning(NOW - DAY, NOW)?.daysLeft).toBe(0);
  });

  it('does not come for a token that lives longer, or for ever', () => {
    expect(tokenExpiryWarning(NOW + 14 * DAY + 1, NOW)).toBeUndefined();
    expect(tokenExpiryWarning(undefined, NOW)).toBeUndefined();
  });
});
