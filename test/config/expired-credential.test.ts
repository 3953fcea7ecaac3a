import { afterEach, describe, expect, it } from 'vitest';
import { credentialProblems } from '../../src/config/credential/expired.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { ACCESS_JWT, GITHUB_TOKEN, jwt, loadOnly, NOW, PASSWORD, REFRESH_JWT } from './given.ts';

const secrets = new SecretRegistry(() => {});
const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function credentialOf(inputs: Readonly<Record<string, string>>) {
  const { loaded } = loadOnly({ 'github-token': GITHUB_TOKEN, ...inputs });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.value.credential;
}

describe.each([
  ['UTC', 0],
  ['America/New_York', 300],
  ['Asia/Tokyo', -540],
])('in the time zone %s', (tz, offset) => {
  it('an access JWT is good until a minute after it ended, and then tells when that was', () => {
    process.env['TZ'] = tz;
    expect(new Date(NOW).getTimezoneOffset()).toBe(offset);
    const credential = credentialOf({ 'bootstrap-jwt': ACCESS_JWT });
    const end = NOW + 1_800_000;
    expect(credentialProblems(credential, NOW)).toEqual([]);
    expect(credentialProblems(credential, end + 59_999)).toEqual([]);
    const [problem, ...more] = credentialProblems(credential, end + 60_000);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      input: 'bootstrap-jwt',
      message: 'holds an access JWT that expired at 2026-11-23T21:44:05Z',
      allowed: 'a MUTX access JWT, refresh JWT or API key',
    });
    expect(problem?.fix).toContain('`email` and `password`, or `refresh-token`');
  });

  it('so is a refresh JWT, in whichever input', () => {
    process.env['TZ'] = tz;
    for (const input of ['refresh-token', 'bootstrap-jwt']) {
      const credential = credentialOf({ [input]: REFRESH_JWT });
      expect(credentialProblems(credential, NOW + 7 * 86_400_000)).toEqual([]);
      const [problem] = credentialProblems(credential, NOW + 8 * 86_400_000);
      expect(problem).toMatchObject({
        input,
        message: 'holds a refresh JWT that expired at 2026-11-30T21:14:05Z',
      });
      expect(problem?.fix).toContain('log in again');
    }
  });

  it('an end on a day when the clocks change is told in UTC', () => {
    process.env['TZ'] = tz;
    const exp = Date.UTC(2026, 2, 8, 7, 30);
    const credential = credentialOf({ 'bootstrap-jwt': jwt({ type: 'access', exp: exp / 1_000 }) });
    expect(credentialProblems(credential, NOW)[0]?.message).toContain('2026-03-08T07:30:00Z');
  });
});

describe('a credential that does not say when it ends', () => {
  it('is not judged', () => {
    const token = secrets.admit('0123456789');
    const never = Number.MAX_SAFE_INTEGER;
    expect(credentialProblems({ kind: 'opaque', input: 'bootstrap-jwt', token }, never)).toEqual([]);
    expect(
      credentialProblems({ kind: 'access-jwt', input: 'bootstrap-jwt', token, expiresAt: undefined }, never),
    ).toEqual([]);
    expect(credentialProblems(credentialOf({ email: 'b@example.com', password: PASSWORD }), never)).toEqual(
      [],
    );
  });
});
