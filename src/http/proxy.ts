import { checkBypass } from '@actions/http-client/lib/proxy';

/** How a request reaches its host. */
type Way =
  | { readonly kind: 'direct' }
  | { readonly kind: 'proxy'; readonly url: URL }
  /** A variable names a proxy that cannot be used. The problem holds no part of its value. */
  | { readonly kind: 'unusable'; readonly problem: string };

const ENCODE =
  'percent-encode the user name and the password (`#` is %23, `%` is %25, `/` is %2F, `?` is %3F, `@` is %40)';

/**
 * The way of a request: the runner's own rules (`HTTPS_PROXY`, `NO_PROXY`, never a proxy for loopback), from its own
 * library. Only the decision is taken from there. Its agent tunnels with a package that keeps no connection alive,
 * cannot be told to stop connecting, and hides the TCP socket, which must be reset when a request is given up; and its
 * reading of the URL goes around a proxy that it cannot read, and takes what follows a raw `#` or `/` in a password
 * for something else. A value without a scheme is the `host:port` of a proxy that speaks HTTP, as curl has it.
 */
export function wayTo(url: URL): Way {
  const setting = checkBypass(url) ? undefined : proxySetting(url.protocol);
  if (setting === undefined) return { kind: 'direct' };
  const proxy = proxyUrl(setting.value);
  return typeof proxy === 'string'
    ? { kind: 'unusable', problem: `${setting.name} ${proxy}` }
    : { kind: 'proxy', url: proxy };
}

/** The variable that decides for this protocol, small letters first; undefined: none is set. */
function proxySetting(protocol: string): { readonly name: string; readonly value: string } | undefined {
  const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  // The library reads NO_PROXY there by itself; both are taken from one place.
  // oxlint-disable-next-line no-restricted-globals
  const { env } = process;
  for (const name of names) {
    const value = (env[name] ?? '').trim();
    if (value !== '') return { name, value };
  }
  return undefined;
}

/** @returns what is wrong with it, where it cannot be used; reads on from the name of the variable */
function proxyUrl(value: string): URL | string {
  const [, scheme] = /^([A-Za-z][A-Za-z\d+.-]*):\/\//.exec(value) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    return 'names a proxy of another kind than http and https';
  }
  const text = scheme === undefined ? `http://${value}` : value;
  // A raw `/`, `?`, `#` or `\` in a password ends the host for every parser of URLs.
  if (!/^https?:\/\/[^/?#\\]*\/?$/i.test(text)) {
    return `has a path, a query or a fragment after the host: ${ENCODE}`;
  }
  if (!URL.canParse(text)) return 'is not the URL of a proxy, like http://host:port';
  const proxy = new URL(text);
  try {
    decodeURIComponent(proxy.username + proxy.password);
    return proxy;
  } catch {
    return `has a % that encodes nothing: ${ENCODE}`;
  }
}
