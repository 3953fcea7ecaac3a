/** Decoded parts of a path, by the names that the pattern gives them. */
export type Params = Readonly<Record<string, string>>;

export interface Route<Handler> {
  readonly method: string;
  /** `/repos/{owner}/{repo}/actions/secrets`: a part in braces takes any one segment, encoded slashes included. */
  readonly pattern: string;
  readonly handler: Handler;
}

type Match<Handler> =
  | { readonly kind: 'route'; readonly route: Route<Handler>; readonly params: Params }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'bad-encoding' };

/** Finds the first route that fits; literal paths have to stand before those with a part in braces. */
export function findRoute<Handler>(
  routes: readonly Route<Handler>[],
  method: string,
  path: string,
): Match<Handler> {
  const segments = decode(path);
  if (segments === undefined) return { kind: 'bad-encoding' };
  const allowed: string[] = [];
  for (const route of routes) {
    const params = fit(route.pattern.split('/'), segments);
    if (params === undefined) continue;
    if (route.method === method) return { kind: 'route', route, params };
    allowed.push(route.method);
  }
  return allowed.length > 0 ? { kind: 'wrong-method', allowed } : { kind: 'no-route' };
}

function decode(path: string): readonly string[] | undefined {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function fit(pattern: readonly string[], segments: readonly string[]): Params | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== segment) return undefined;
    } else {
      if (segment === '') return undefined;
      params[name] = segment;
    }
  }
  return params;
}
