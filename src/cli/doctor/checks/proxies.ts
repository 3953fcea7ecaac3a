import { type Check, fine, problem, warning } from './check.ts';

/** How a service is reached, by the runner's own rules for `HTTPS_PROXY` and `NO_PROXY`. */
type Way =
  | { readonly kind: 'direct' }
  | { readonly kind: 'proxy'; readonly url: URL }
  | { readonly kind: 'unusable'; readonly problem: string };

/** How each service is reached. @param proxied some variable names a proxy, whether or not it is used here */
export function proxyChecks(mutx: Way, github: Way, proxied: boolean): readonly Check[] {
  const unusable = [mutx, github].find((way) => way.kind === 'unusable');
  if (unusable?.kind === 'unusable') {
    const fix =
      'write it as `http://host:port`, or remove it and name the hosts to call directly in `NO_PROXY`';
    return [problem('proxy', `the proxy of this machine cannot be used: ${unusable.problem}`, fix)];
  }
  if (!proxied) return [fine('proxy', 'no proxy is set: both services are reached directly')];
  return [fine('proxy', `proxy: MUTX ${wayText(mutx)}, GitHub ${wayText(github)}`)];
}

/** `host:port` of a proxy, without the credentials that its URL may hold. */
function wayText(way: Way): string {
  return way.kind === 'proxy' ? `through ${way.url.host}` : 'directly (`NO_PROXY`, or loopback)';
}

/** Why an entry of `NO_PROXY` can never match, and what to write. The runner compares ends of names, and nothing else. */
const NEVER: readonly (readonly [entry: RegExp, why: string, fix: string])[] = [
  [/^[a-z][a-z\d+.-]*:\/\//iu, 'is a URL', 'write the host alone'],
  [/^[\d.]+\/\d+$|^[\da-f:[\]]+\/\d+$/iu, 'is a range of addresses', 'write each address or host name'],
  [/\//u, 'has a path', 'write the host alone'],
  [
    /.\*|\*./u,
    'has a `*` within it',
    'write the end of the names, like `.example.com`; `*` alone means every host',
  ],
  [/\s/u, 'has white space within it', 'separate the hosts with commas'],
  [/^[^[]*:[^:]*:/u, 'is an IPv6 address without brackets', 'write it in square brackets'],
  [/:(?!\d+$)[^\]]*$/u, 'has a port that is no number', 'write `host:port`, or the host alone'],
];

/** Entries of `NO_PROXY` that match no host at all. */
export function noProxyChecks(env: NodeJS.ProcessEnv): readonly Check[] {
  const [name, value = ''] =
    ['no_proxy', 'NO_PROXY'].map((one) => [one, env[one]] as const).find(([, set]) => set) ?? [];
  const entries = value.split(',').map((entry) => entry.trim());
  return entries.flatMap((entry) => {
    const never = NEVER.find(([pattern]) => pattern.test(entry));
    if (never === undefined) return [];
    const [, why, fix] = never;
    const text = `${name}: \`${shownEntry(entry)}\` ${why} and matches no host`;
    return [warning('proxy', text, fix)];
  });
}

/** Without user and password, which a URL may hold. */
function shownEntry(entry: string): string {
  return entry.replace(/^.*@/u, '').slice(0, 100);
}
