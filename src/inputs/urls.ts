const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

export type ParsedUrl =
  | { readonly ok: true; readonly value: URL }
  /** Reads on from the input's name. */
  | { readonly ok: false; readonly message: string };

/** The base URL of a service; credentials are sent there, so only over TLS, or to this very machine. */
export function parseBaseUrl(text: string): ParsedUrl {
  const url = URL.parse(text);
  if (url === null) return { ok: false, message: 'is not a URL' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { ok: false, message: 'is not an https URL' };
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return { ok: false, message: 'is not https, and credentials are not sent without TLS' };
  }
  if (url.username !== '' || url.password !== '') return { ok: false, message: 'holds credentials' };
  // Not `search` and `hash`: they are empty for a bare `?` or `#`.
  if (/[?#]/.test(url.href)) return { ok: false, message: 'has a query or a fragment' };
  url.pathname = url.pathname.replace(/(?<!\/)\/+$/, '');
  return { ok: true, value: url };
}
