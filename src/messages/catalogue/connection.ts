import type { Hint } from './hint.ts';

const TLS: Hint = {
  cause:
    'the TLS connection was refused: the certificate is not trusted, has expired or is for another host, or the port does not speak TLS',
  fix: 'for a private authority set `NODE_EXTRA_CA_CERTS` to its certificate; otherwise check the host and the port, and a proxy that opens TLS connections',
};

const PROXY_SETTING: Hint = {
  cause: 'the variable that names the proxy cannot be used as the URL of one',
  fix: 'write `HTTPS_PROXY` as `http://host:port` or `http://user:password@host:port` with user and password percent-encoded, or name the host in `NO_PROXY`',
};

const PROXY_UNREACHABLE: Hint = {
  cause: 'the proxy that the environment names cannot be reached',
  fix: 'check the host and the port in `HTTPS_PROXY`; for a proxy with a certificate of a private authority `NODE_EXTRA_CA_CERTS`',
};

const PROXY_REFUSED: Hint = {
  cause:
    'the proxy was reached and did not connect to the host: 407 means that it wants other credentials, 403 that it forbids the host',
  fix: 'check the user and the password in `HTTPS_PROXY`, let the proxy allow the host, or name the host in `NO_PROXY` if it can be reached directly',
};

/** Causes of calls to MUTX for which there was no connection. */
export const MUTX_CONNECTION_HINTS: Readonly<Record<string, Hint>> = {
  'mutx-unknown-host': {
    cause: 'the host of `api-url` does not exist: its name does not resolve on this machine',
    fix: 'correct `api-url`; for a name of a private network run on a machine that resolves it',
  },
  'mutx-unreachable': {
    cause: 'no connection to MUTX: nothing answers at that address, or the network is cut',
    fix: 'check `api-url`, the network and the firewall of the machine; where only a proxy reaches MUTX, set `HTTPS_PROXY`',
  },
  'mutx-tls-refused': TLS,
  'mutx-proxy-setting': PROXY_SETTING,
  'mutx-proxy-unreachable': PROXY_UNREACHABLE,
  'mutx-proxy-refused': PROXY_REFUSED,
};

/** Causes of calls to GitHub for which there was no connection. */
export const GITHUB_CONNECTION_HINTS: Readonly<Record<string, Hint>> = {
  'github-unknown-host': {
    cause: "the host of GitHub's API does not exist: its name does not resolve on this machine",
    fix: 'correct `GITHUB_API_URL`; for a name of a private network run on a machine that resolves it',
  },
  'github-unreachable': {
    cause: 'no connection to GitHub: nothing answers at that address, or the network is cut',
    fix: 'check `GITHUB_API_URL`, the network and the firewall of the machine; where only a proxy reaches GitHub, set `HTTPS_PROXY`',
  },
  'github-tls-refused': TLS,
  'github-proxy-setting': PROXY_SETTING,
  'github-proxy-unreachable': PROXY_UNREACHABLE,
  'github-proxy-refused': PROXY_REFUSED,
};
