/**
 * The proxy that a request goes through: the runner's own rules (`HTTPS_PROXY`, `NO_PROXY`, never for
 * loopback), from its own library. Only the decision is taken from there. Its agent tunnels with a package
 * that keeps no connection alive, cannot be told to stop connecting, and hides the TCP socket, which must be
 * reset when a request is given up. Loaded with the first connection: undici comes along, most of the time
 * that this program takes to start.
 * @throws TypeError for a proxy that is not a URL
 */
export async function proxyFor(url: URL): Promise<URL | undefined> {
  const { getProxyUrl } = await import(/* webpackMode: "eager" */ '@actions/http-client');
  const proxy = getProxyUrl(url.href);
  return proxy === '' ? undefined : new URL(proxy);
}
