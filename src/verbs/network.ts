import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Network } from '../ephemeral/note.ts';
import { wayTo } from '../http/proxy.ts';

/** Variables by which Node trusts more authorities than its own. */
const AUTHORITIES = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * How this process reaches a host and whom it trusts on the way, to be compared and not to be read: a proxy's URL may
 * hold a password.
 * @param secret nobody else has it
 */
export function networkTo(url: URL, env: NodeJS.ProcessEnv, secret: string): Network {
  const way = wayTo(url);
  const proxy =
    way.kind === 'direct' ? '' : digest(way.kind === 'proxy' ? way.url.href : way.problem, secret);
  const more = AUTHORITIES.map((name) => [name, env[name] ?? '']).filter(([, value]) => value !== '');
  const { NODE_EXTRA_CA_CERTS: file = '' } = env;
  const authorities = more.length === 0 ? '' : digest(JSON.stringify([more, contentOf(file)]), secret);
  return { proxy, authorities };
}

/** Whether nothing came between since: another proxy, or none any more, or an authority that was not trusted then. */
export function isAsItWas(then: Network, now: Network): boolean {
  return now.proxy === then.proxy && (now.authorities === '' || now.authorities === then.authorities);
}

/** Node reads the file when it starts, and says nothing where it cannot. */
function contentOf(file: string): string | undefined {
  try {
    return file === '' ? undefined : readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function digest(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
