import { checkBypass, getProxyUrl } from '@actions/http-client/lib/proxy';

/**
 * The proxy that a request goes through: the runner's own rules (`HTTPS_PROXY`, `NO_PROXY`, never for
 * loopback), from its own library. Only the decision is taken from there. Its agent tunnels with a package
 * that keeps no connection alive, cannot be told to stop connecting, and hides the TCP socket, which must be
 * reset when a request is given up.
 * @throws Error for a proxy that cannot be used: the library would go around it without a word
 */
export function proxyFor(url: URL): URL | undefined {
  if (checkBypass(url)) return undefined;
  // The library reads them itself, and says the same of a proxy that is not set and one that it cannot read.
  // oxlint-disable-next-line no-restricted-globals
  const { https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY } = process.env;
  const given = url.protocol === 'https:' ? https_proxy || HTTPS_PROXY : http_proxy || HTTP_PROXY;
  if (given === undefined || given === '') return undefined;
  const proxy = getProxyUrl(url);
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) throw new TypeError('not a proxy');
  // Its own kind of URL decodes the credentials; a plain one says what was given.
  return new URL(proxy.href);
}
