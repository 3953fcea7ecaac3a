import type { GithubWorld } from './world.ts';

/**
 * Every route of a repository is there under its number too, and so is every route of an organisation: links to other
 * pages and replies about a repository that was renamed use them.
 * @returns undefined: no repository or organisation has this number
 */
export function namedPath(path: string, world: GithubWorld): string | undefined {
  const [, kind, id = '', ...rest] = path.split('/');
  if (kind === 'repositories') {
    const repository = world.byId(Number(id));
    return repository && ['', 'repos', repository.owner, repository.name, ...rest].join('/');
  }
  if (kind === 'organizations') {
    const organisation = world.organisationById(Number(id));
    return organisation && ['', 'orgs', organisation.login, ...rest].join('/');
  }
  return path;
}

/** A named path as the links of GitHub's replies have it. */
export function numberedPath(path: string, world: GithubWorld): string {
  const [, kind, first = '', second = '', ...rest] = path.split('/');
  if (kind === 'repos') {
    const found = world.find(`${first}/${second}`);
    return found.kind === 'here' ? ['', 'repositories', found.repository.id, ...rest].join('/') : path;
  }
  const organisation = kind === 'orgs' ? world.organisation(first) : undefined;
  return organisation === undefined
    ? path
    : ['', 'organizations', organisation.id, second, ...rest].join('/');
}
