import { type Check, fine, problem } from './check.ts';

/** How a service is reached: by the runner's own rules for `HTTPS_PROXY` and `NO_PROXY`. */
export type Way =
  | { readonly kind: 'direct' }
  /** `host:port`, without the credentials that a proxy's address may hold. */
  | { readonly kind: 'proxy'; readonly host: string }
  | { readonly kind: 'unusable' };

/** @param proxied some variable names a proxy, whether or not it is used here */
export function proxyChecks(mutx: Way, github: Way, proxied: boolean): readonly Check[] {
  if (mutx.kind === 'unusable' || github.kind === 'unusable') {
    const text = 'the proxy of this machine cannot be used: its variable does not hold the URL of one';
    const fix =
      'write `HTTPS_PROXY` as `http://host:port`, or take it away and name hosts to be reached directly in `NO_PROXY`';
    return [problem('proxy', text, fix)];
  }
  if (!proxied) return [fine('proxy', 'no proxy is set: both services are reached directly')];
  return [fine('proxy', `proxy: MUTX ${wayText(mutx)}, GitHub ${wayText(github)}`)];
}

function wayText(way: Exclude<Way, { kind: 'unusable' }>): string {
  return way.kind === 'direct' ? 'directly (`NO_PROXY`, or loopback)' : `through ${way.host}`;
}
