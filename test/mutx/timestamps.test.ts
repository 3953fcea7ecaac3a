import { expect, test } from 'vitest';
import { parseTimestamp } from '../../src/mutx/fields.ts';

const utc = Date.UTC(2026, 2, 12, 10, 0, 0);

test.each([
  ['without a zone it is UTC', '2026-03-12T10:00:00', utc],
  ['without a zone, in the hour that New York skips', '2026-03-08T02:30:00', Date.UTC(2026, 2, 8, 2, 30)],
  ['UTC', '2026-03-12T10:00:00Z', utc],
  ['an offset', '2026-03-12T12:30:00+02:30', utc],
  ['an offset to the west', '2026-03-12T01:00:00-09:00', utc],
  ['no offset at all', '2026-03-12T10:00:00+00:00', utc],
  ['tenths', '2026-03-12T10:00:00.5', utc + 500],
  ['milliseconds', '2026-03-12T10:00:00.123Z', utc + 123],
  ['microseconds are cut off, not rounded', '2026-03-12T10:00:00.123999', utc + 123],
  ['nanoseconds', '2026-03-12T10:00:00.000999999Z', utc],
  ['a leap day', '2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
])('%s', (_, text, instant) => {
  expect(parseTimestamp(text)).toBe(instant);
});

test.each([
  '',
  'never',
  '2026-03-12',
  '2026-03-12 10:00:00',
  '2026-03-12T10:00',
  '2026-03-12t10:00:00z',
  '2026-13-12T10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2027-02-29T00:00:00Z',
  '2026-03-12T24:00:00Z',
  '2026-03-12T10:60:00Z',
  '2026-03-12T10:00:60Z',
  '2026-03-12T10:00:00+24:00',
  '2026-03-12T10:00:00+01:60',
  '2026-03-12T10:00:00+0100',
  '2026-03-12T10:00:00.Z',
  '2026-03-12T10:00:00.1234567890Z',
  '0026-03-12T10:00:00Z',
  '+002026-03-12T10:00:00Z',
  '2026-03-12T10:00:00Z\n',
  ' 2026-03-12T10:00:00Z',
  '1773309600',
])('no instant: %j', (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});
