import { expect, test } from 'vitest';
import { lifetimeWarnings } from '../../../src/mutx/session/refresh-token.ts';
import { DAY, HOUR, START } from './session-under-test.ts';

/** MUTX keeps the `iat` of the login through every exchange. */
const fresh = { iat: START - 20 * DAY, exp: START + 7 * DAY };

test('all is well: used in time, and renewed for a whole week', () => {
  expect(lifetimeWarnings({ exp: START + 2 * DAY }, fresh, START)).toEqual([]);
  expect(lifetimeWarnings(undefined, undefined, START)).toEqual([]);
  expect(lifetimeWarnings({}, {}, START)).toEqual([]);
});

test('a successor that gets less than a week ends with its login', () => {
  const exp = START + 7 * DAY - 61_000;
  expect(lifetimeWarnings({ exp: START + HOUR }, { iat: START - 23 * DAY, exp }, START)).toEqual([
    {
      type: 'warning',
      code: 'log-in-again',
      message:
        'log in again before 2026-11-30T21:13:04Z and store the new refresh token: this login ends then, 30 days after it began, however often it is used',
      loginAgainBefore: exp,
    },
  ]);
  expect(lifetimeWarnings(undefined, { exp }, START)).toMatchObject([{ code: 'log-in-again' }]);
});

test.each([25, 29, 29.9])(
  'a login of %d days ago is near its end, whatever its token was issued for',
  (days) => {
    const login = START - days * DAY;
    const successor = { iat: login, exp: login + 30 * DAY };
    const spent = { iat: login, exp: START + 3.5 * DAY };
    expect(lifetimeWarnings(spent, successor, START)).toMatchObject([
      { code: 'log-in-again', loginAgainBefore: login + 30 * DAY },
    ]);
  },
);

test('seconds that were rounded are not the end of a login', () => {
  expect(lifetimeWarnings(undefined, { exp: START + 7 * DAY - 1_000 }, START)).toEqual([]);
});

test.each([
  [DAY, '24 h'],
  [2.5 * HOUR, '2 h'],
  [HOUR - 1, 'less than an hour'],
  [-HOUR, 'less than an hour'],
])('with %d ms left when it was used, the schedule is too slow', (left, told) => {
  expect(lifetimeWarnings({ exp: START + left }, fresh, START)).toEqual([
    {
      type: 'warning',
      code: 'schedule-too-slow',
      message: `the refresh token was used with ${told} left of its 7 days; let the schedule run more often, or a late run finds it dead`,
    },
  ]);
});

test('with more than a day left it is not', () => {
  expect(lifetimeWarnings({ exp: START + DAY + 1 }, fresh, START)).toEqual([]);
});
