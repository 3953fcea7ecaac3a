import type { Instant } from '../clock.ts';
import type { EmulatedSecret } from './scopes.ts';
import type { EmulatedEnvironment, EmulatedOrganisation, EmulatedRepository, GithubWorld } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

const WEB = 'https://github.com';

/** What hangs on a repository's address, each in a field of its own: `hooks_url` and so on. */
const REPOSITORY_LINKS =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees';
const USER_LINKS =
  'events followers following gists organizations received_events repos starred subscriptions';

/** `2026-03-12T10:00:00Z`: GitHub's timestamps have no fractions. */
function timestamp(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

export function showSecret({ name, createdAt, updatedAt }: EmulatedSecret): Json {
  return { name, created_at: timestamp(createdAt), updated_at: timestamp(updatedAt) };
}

export function showEnvironment(
  environment: EmulatedEnvironment,
  { owner, name }: EmulatedRepository,
  apiUrl: string,
): Json {
  const { id, waitTimer } = environment;
  const encoded = encodeURIComponent(environment.name);
  const rule = { id: id + 1, node_id: nodeId('Gate', id), type: 'wait_timer', wait_timer: waitTimer };
  return {
    id,
    node_id: nodeId('Environment', id),
    name: environment.name,
    url: `${apiUrl}/repos/${owner}/${name}/environments/${encoded}`,
    html_url: `${WEB}/${owner}/${name}/deployments/activity_log?environments_filter=${encoded}`,
    created_at: timestamp(environment.createdAt),
    updated_at: timestamp(environment.updatedAt),
    protection_rules: waitTimer === 0 ? [] : [rule],
    deployment_branch_policy: null,
  };
}

/** A repository as lists show it. */
export function showMinimalRepository(
  repository: EmulatedRepository,
  world: GithubWorld,
  apiUrl: string,
): Json {
  const { id, owner, name } = repository;
  const url = `${apiUrl}/repos/${owner}/${name}`;
  return {
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: `${owner}/${name}`,
    private: repository.private,
    owner: showOwner(owner, world, apiUrl),
    html_url: `${WEB}/${owner}/${name}`,
    description: null,
    fork: false,
    url,
    ...links(REPOSITORY_LINKS, url),
    archived: repository.archived,
  };
}

/** A repository as its own address shows it. */
export function showRepository(repository: EmulatedRepository, world: GithubWorld, apiUrl: string): Json {
  const { owner, name, createdAt } = repository;
  const counts =
    'forks forks_count open_issues open_issues_count size stargazers_count watchers watchers_count network_count subscribers_count';
  const flags = 'has_issues has_projects has_wiki has_pages has_discussions disabled';
  return {
    ...showMinimalRepository(repository, world, apiUrl),
    ...Object.fromEntries(counts.split(' ').map((field) => [field, 0])),
    ...Object.fromEntries(flags.split(' ').map((field) => [field, false])),
    clone_url: `${WEB}/${owner}/${name}.git`,
    git_url: `git://github.com/${owner}/${name}.git`,
    ssh_url: `git@github.com:${owner}/${name}.git`,
    svn_url: `${WEB}/${owner}/${name}`,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: 'main',
    visibility: repository.private ? 'private' : 'public',
    created_at: timestamp(createdAt),
    pushed_at: timestamp(createdAt),
    updated_at: timestamp(createdAt),
  };
}

export function showOrganisation({ id, login, createdAt }: EmulatedOrganisation, apiUrl: string): Json {
  const url = `${apiUrl}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    ...links('repos events hooks issues members public_members', url),
    avatar_url: `${WEB}/${login}.png`,
    description: null,
    html_url: `${WEB}/${login}`,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: timestamp(createdAt),
    updated_at: timestamp(createdAt),
    archived_at: null,
  };
}

function showOwner(owner: string, world: GithubWorld, apiUrl: string): Json {
  const organisation = world.organisation(owner);
  const login = organisation?.login ?? owner;
  const id = organisation?.id ?? 1;
  const url = `${apiUrl}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${WEB}/${login}.png`,
    gravatar_id: '',
    url,
    html_url: `${WEB}/${login}`,
    ...links(USER_LINKS, url),
    type: organisation === undefined ? 'User' : 'Organization',
    site_admin: false,
  };
}

function links(names: string, url: string): Json {
  return Object.fromEntries(
    names.split(' ').map((name) => [`${name}_url`, `${url}/${name.replace('_', '/')}`]),
  );
}

function nodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString('base64');
}
