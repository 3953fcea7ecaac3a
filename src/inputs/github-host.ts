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
