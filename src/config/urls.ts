const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

type ParsedUrl =
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

/** Of GitHub with data residency: `acme.ghe.com`, whose API is at `api.acme.ghe.com`. */
const RESIDENT = /^[a-z\d-]+\.ghe\.com$/;

/** The API of a server by its host, where the host alone says it; undefined: it may be any server. */
export function apiOfHost(host: string): string | undefined {
  if (host === 'github.com') return 'https://api.github.com';
  return RESIDENT.test(host) ? `https://api.${host}` : undefined;
}

/** The same for a host that is known to be GitHub's, so that any other is an Enterprise Server. */
export function apiOfGithub(host: string): string {
  return apiOfHost(host) ?? `https://${host}/api/v3`;
}

/** The host of the server whose API this is; undefined where the URL does not say it, as on loopback. */
export function hostOfApi(api: URL): string | undefined {
  const { host, pathname } = api;
  if (/^\/api\/v3\/?$/.test(pathname)) return host;
  const server = host.replace(/^api\./, '');
  return server !== host && apiOfHost(server) !== undefined ? server : undefined;
}

/** The address of the pages of GitHub, without a slash at its end: as named, or that of the API. */
export function pagesOfGithub({
  GITHUB_SERVER_URL: server = '',
  GITHUB_API_URL: api = '',
}: NodeJS.ProcessEnv): string {
  if (server !== '') return server.replace(/\/+$/u, '');
  const url = URL.parse(api);
  return `https://${(url && hostOfApi(url)) ?? 'github.com'}`;
}
