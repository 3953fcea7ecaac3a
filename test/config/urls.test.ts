import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../src/config/urls.ts';
import { anyCharacter } from '../any-character.ts';
import { fc } from '../property.ts';

// Holds invariant 4 of docs/threat-model.md.

describe('base URLs', () => {
  it.each([
    ['https://api.mutx.dev', 'https://api.mutx.dev/'],
    ['https://api.mutx.dev/', 'https://api.mutx.dev/'],
    ['https://api.mutx.dev/v1/', 'https://api.mutx.dev/v1'],
    ['https://api.mutx.dev/v1///', 'https://api.mutx.dev/v1'],
    ['https://ghe.example.com:8443/api/v3', 'https://ghe.example.com:8443/api/v3'],
    ['HTTPS://API.MUTX.DEV', 'https://api.mutx.dev/'],
    ['http://localhost:3000/', 'http://localhost:3000/'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['http://127.8.9.10', 'http://127.8.9.10/'],
    ['http://127.100.200.255', 'http://127.100.200.255/'],
    ['http://[::1]:3000', 'http://[::1]:3000/'],
  ])('%s is taken as %s', (text, href) => {
    const parsed = parseBaseUrl(text);
    expect(parsed.ok && parsed.value.href).toBe(href);
  });

  it.each([
    ['', 'is not a URL'],
    ['api.mutx.dev', 'is not a URL'],
    ['https://', 'is not a URL'],
    ['https://api.mutx.dev:99999', 'is not a URL'],
    ['ftp://api.mutx.dev', 'is not an https URL'],
    ['file:///etc/passwd', 'is not an https URL'],
    ['javascript:alert(1)', 'is not an https URL'],
    ['localhost:3000', 'is not an https URL'],
    ['http://api.mutx.dev', 'is not https, and credentials are not sent without TLS'],
    ['http://notlocalhost', 'is not https, and credentials are not sent without TLS'],
    ['http://evil.localhost', 'is not https, and credentials are not sent without TLS'],
    ['http://127.0.0.1.evil.example', 'is not https, and credentials are not sent without TLS'],
    ['http://localhost.evil.example', 'is not https, and credentials are not sent without TLS'],
    ['http://10.0.0.1', 'is not https, and credentials are not sent without TLS'],
    ['https://me:secret@api.mutx.dev', 'holds credentials'],
    ['https://me@api.mutx.dev', 'holds credentials'],
    ['https://:secret@api.mutx.dev', 'holds credentials'],
    ['https://api.mutx.dev?', 'has a query or a fragment'],
    ['https://api.mutx.dev?key=1', 'has a query or a fragment'],
    ['https://api.mutx.dev/#', 'has a query or a fragment'],
    ['https://api.mutx.dev/#top', 'has a query or a fragment'],
  ])('%j %s', (text, message) => {
    expect(parseBaseUrl(text)).toEqual({ ok: false, message });
  });

  it('is https or loopback whatever the text, and bears nothing but origin and path', () => {
    const url = fc
      .tuple(
        fc.constantFrom('https:', 'http:', 'HTTP:', 'ftp:'),
        fc.constantFrom('//', '/', '\\\\'),
        fc.constantFrom('', '@', 'user@', 'user:password@', 'localhost@'),
        fc.constantFrom(
          'api.mutx.dev',
          'localhost',
          'localhost.',
          '127.0.0.1',
          '127.1',
          '127.0.0.1.nip.test',
          '[::1]',
        ),
        fc.constantFrom('', ':', ':8443'),
        fc.string({ unit: fc.constantFrom(...'/a.%2?#;=@\\') }),
      )
      .map((parts) => parts.join(''));
    const text = fc.oneof(url, fc.string({ unit: anyCharacter }));
    fc.assert(
      fc.property(text, (given) => {
        const parsed = parseBaseUrl(given);
        if (!parsed.ok) return;
        const { href, origin, pathname, protocol, hostname } = parsed.value;
        expect(href).toBe(origin + pathname);
        expect(pathname === '/' || !pathname.endsWith('/')).toBe(true);
        expect(protocol === 'https:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a path of a hundred thousand slashes in no time', () => {
    const parsed = parseBaseUrl(`https://api.mutx.dev${'/'.repeat(100_000)}a${'/'.repeat(100_000)}`);
    expect(parsed.ok && parsed.value.pathname.endsWith('/a')).toBe(true);
  }, 2_000);
});
