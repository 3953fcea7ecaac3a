import type { Instant } from '../clock.ts';
import type { EmulatedComment, EmulatedIssue } from './issues.ts';
import type { EmulatedSecret } from './scopes.ts';
import { actsAsPerson, type Token } from './tokens.ts';
import type { EmulatedEnvironment, EmulatedOrganisation, EmulatedRepository, GithubWorld } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

const WEB = 'https://github.com';

/** What hangs on a repository's address, each in a field of its own, `hooks_url` and so on, as URI templates. */
const REPOSITORY_LINKS = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  contributors: 'contributors',
  deployments: 'deployments',
  downloads: 'downloads',
  events: 'events',
  forks: 'forks',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  hooks: 'hooks',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  languages: 'languages',
  merges: 'merges',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  stargazers: 'stargazers',
  statuses: 'statuses/{sha}',
  subscribers: 'subscribers',
  subscription: 'subscription',
  tags: 'tags',
  teams: 'teams',
  trees: 'git/trees{/sha}',
};
const USER_LINKS = {
  events: 'events{/privacy}',
  followers: 'followers',
  following: 'following{/other_user}',
  gists: 'gists{/gist_id}',
  organizations: 'orgs',
  received_events: 'received_events',
  repos: 'repos',
  starred: 'starred{/owner}{/repo}',
  subscriptions: 'subscriptions',
};
const ORGANISATION_LINKS = {
  repos: 'repos',
  events: 'events',
  hooks: 'hooks',
  issues: 'issues',
  members: 'members{/member}',
  public_members: 'public_members{/member}',
};

/** Whose the personal access tokens are, and as whom Apps and workflows act. */
const PERSON = { login: 'octocat', id: 2, type: 'User' };
const BOT = { login: 'github-actions[bot]', id: 3, type: 'Bot' };

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
  const { id, waitTimer, branchPolicy } = environment;
  const encoded = encodeURIComponent(environment.name);
  const gate = (offset: number) => ({ id: id + offset, node_id: nodeId('Gate', id + offset) });
  const rules = [
    ...(waitTimer === 0 ? [] : [{ ...gate(1), type: 'wait_timer', wait_timer: waitTimer }]),
    ...(branchPolicy === null ? [] : [{ ...gate(2), type: 'branch_policy' }]),
  ];
  return {
    id,
    node_id: nodeId('Environment', id),
    name: environment.name,
    url: `${apiUrl}/repos/${owner}/${name}/environments/${encoded}`,
    html_url: `${WEB}/${owner}/${name}/deployments/activity_log?environments_filter=${encoded}`,
    created_at: timestamp(environment.createdAt),
    updated_at: timestamp(environment.updatedAt),
    can_admins_bypass: environment.canAdminsBypass,
    protection_rules: rules,
    deployment_branch_policy: branchPolicy,
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
  const openIssues = repository.issues.all.filter(({ state }) => state === 'open').length;
  const counts =
    'forks forks_count size stargazers_count watchers watchers_count network_count subscribers_count';
  return {
    ...showMinimalRepository(repository, world, apiUrl),
    ...Object.fromEntries(counts.split(' ').map((field) => [field, 0])),
    open_issues: openIssues,
    open_issues_count: openIssues,
    has_issues: repository.issues.enabled,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    has_downloads: true,
    disabled: false,
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
    ...links(ORGANISATION_LINKS, url),
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
  if (organisation === undefined) return showUser({ login: owner, id: 1, type: 'User' }, apiUrl);
  return showUser({ login: organisation.login, id: organisation.id, type: 'Organization' }, apiUrl);
}

/** Who does what is done with a token. */
function showActor(token: Pick<Token, 'kind'>, apiUrl: string): Json {
  return showUser(actsAsPerson(token) ? PERSON : BOT, apiUrl);
}

/** The user of a personal access token, as that user is shown to itself. */
export function showAuthenticatedUser(world: GithubWorld, apiUrl: string): Json {
  const created = timestamp(world.now());
  const counts =
    'public_repos public_gists followers following private_gists total_private_repos owned_private_repos disk_usage collaborators';
  const unknown = 'name company blog location email hireable bio';
  return {
    ...showUser(PERSON, apiUrl),
    ...Object.fromEntries(unknown.split(' ').map((field) => [field, null])),
    ...Object.fromEntries(counts.split(' ').map((field) => [field, 0])),
    two_factor_authentication: true,
    created_at: created,
    updated_at: created,
  };
}

/** What the address of the API itself shows: where things are that the emulator has. */
export function showRoot(apiUrl: string): Json {
  return {
    current_user_url: `${apiUrl}/user`,
    organization_url: `${apiUrl}/orgs/{org}`,
    rate_limit_url: `${apiUrl}/rate_limit`,
    repository_url: `${apiUrl}/repos/{owner}/{repo}`,
  };
}

function showUser(
  { login, id, type }: { readonly login: string; readonly id: number; readonly type: string },
  apiUrl: string,
): Json {
  const encoded = encodeURIComponent(login);
  const url = `${apiUrl}/users/${encoded}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${WEB}/${encoded}.png`,
    gravatar_id: '',
    url,
    html_url: `${WEB}/${encoded}`,
    ...links(USER_LINKS, url),
    type,
    site_admin: false,
  };
}

/** An issue; its labels have the colour that GitHub gives to new ones. */
export function showIssue(issue: EmulatedIssue, { owner, name }: EmulatedRepository, apiUrl: string): Json {
  const { number, closedAt } = issue;
  const id = 900_000_000 + number;
  const repositoryUrl = `${apiUrl}/repos/${owner}/${name}`;
  const url = `${repositoryUrl}/issues/${number}`;
  return {
    id,
    node_id: nodeId('Issue', id),
    url,
    repository_url: repositoryUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${WEB}/${owner}/${name}/issues/${number}`,
    number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    user: showActor(issue.by, apiUrl),
    labels: issue.labels.map((label, index) => ({
      id: id * 10 + index,
      node_id: nodeId('Label', id * 10 + index),
      url: `${repositoryUrl}/labels/${encodeURIComponent(label)}`,
      name: label,
      color: 'ededed',
      default: false,
      description: null,
    })),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    author_association: 'MEMBER',
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: closedAt === undefined ? null : timestamp(closedAt),
  };
}

export function showComment(
  issue: EmulatedIssue,
  comment: EmulatedComment,
  { owner, name }: EmulatedRepository,
  apiUrl: string,
): Json {
  const { id } = comment;
  const at = timestamp(comment.createdAt);
  const issues = `/repos/${owner}/${name}/issues`;
  return {
    id,
    node_id: nodeId('IssueComment', id),
    url: `${apiUrl}${issues}/comments/${id}`,
    html_url: `${WEB}/${owner}/${name}/issues/${issue.number}#issuecomment-${id}`,
    issue_url: `${apiUrl}${issues}/${issue.number}`,
    body: comment.body,
    user: showActor(comment.by, apiUrl),
    author_association: 'MEMBER',
    created_at: at,
    updated_at: at,
  };
}

function links(templates: Readonly<Record<string, string>>, url: string): Json {
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [`${name}_url`, `${url}/${template}`]),
  );
}

function nodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString('base64');
}
