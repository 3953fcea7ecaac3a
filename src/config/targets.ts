import { invisibleIn } from '../core/text.ts';

/**
 * What GitHub allows as names. A name that passes here is safe as one segment of a URL's path once it is
 * URL-encoded.
 */

/** Users, organisations, and enterprise-managed users (`name_company`). */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const SECRET = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const CONTROL = /\p{Cc}/u;

export function isOwner(name: string): boolean {
  return OWNER.test(name);
}

export function isRepository(name: string): boolean {
  return REPOSITORY.test(name) && !isDots(name);
}

/** Any letter, `/`, spaces and `%` are fine; at most 255 characters. */
export function isEnvironment(name: string): boolean {
  const fits = name.length > 0 && name.length <= 255 && name.isWellFormed();
  return fits && !CONTROL.test(name) && invisibleIn(name) === undefined && !isDots(name);
}

/**
 * What a name would be if it had been URL-encoded by mistake (`prod%2Feu`); undefined: it is none such. Names are
 * written as they are, so such a name is another one than it looks like.
 */
export function decodedName(name: string): string | undefined {
  if (!/%[\dA-F]{2}/i.test(name)) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** @returns the name in upper case, as GitHub keeps it; undefined if it is none */
export function parseSecretName(text: string): string | undefined {
  // Only a–z: other letters may have an upper case within A–Z (the long s, `ſ`).
  const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  return SECRET.test(upper) ? upper : undefined;
}

/** URL parsers take `.` and `..` out of a path, even when they are encoded. */
function isDots(name: string): boolean {
  return name === '.' || name === '..';
}

/** Who may read an organisation secret. */
export type Visibility = 'all' | 'private' | 'selected';

/** Whom a new organisation secret is for; one that exists keeps its own audience. */
export interface Audience {
  readonly visibility: Visibility | undefined;
  /**
   * `repo`, `org/repo` or an id, each of every organisation among the targets. Not empty if, and only if,
   * `visibility` is `selected`.
   */
  readonly selectedRepositories: readonly string[];
}

/** GitHub's four secret stores. */
export type SecretStoreName = 'actions' | 'dependabot' | 'codespaces' | 'agents';

/**
 * One place a secret is stored. Names have been checked and are as the user wrote them, except `secretName`,
 * which is upper case, as GitHub keeps it. `label` is the place as a user would write it, without the secret's
 * name: `owner/repo`, `owner/repo@environment`, `org:name`, `dependabot:owner/repo` …
 */
export type Target =
  | {
      readonly kind: 'repository';
      readonly store: SecretStoreName;
      readonly owner: string;
      readonly repo: string;
      readonly secretName: string;
      readonly label: string;
    }
  | {
      readonly kind: 'environment';
      readonly store: 'actions';
      readonly owner: string;
      readonly repo: string;
      /** Not URL-encoded; may hold `/`, spaces, `%`, any letter. */
      readonly environment: string;
      readonly secretName: string;
      readonly label: string;
    }
  | {
      readonly kind: 'organisation';
      readonly store: SecretStoreName;
      readonly org: string;
      readonly secretName: string;
      readonly label: string;
    };

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

export type ParsedTarget =
  | { readonly ok: true; readonly value: Target }
  /** Reads on from the line: `is not …`. */
  | { readonly ok: false; readonly message: string };

const STORE = /^(actions|dependabot|codespaces|agents)\s*:\s*/i;
const ORGANISATION = /^org\s*:\s*/i;
const PREFIX = /^([^\s/@:]*)\s*:/;
const OTHER_NAME = /\sas\s+(\S+)$/i;
const NO_NAME = /\sas$/i;
const COMMENT = /(?:^|\s)#.*$/s;

/** The lines of the input `targets` that name a target: without comments, blank lines and outer white space. */
export function targetLines(text: string): readonly string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(COMMENT, '').trim())
    .filter((line) => line !== '');
}

/**
 * One target: `[store:] owner/repo[@environment] | org:name`, and ` as OTHER_NAME` where the secret is not
 * called `secretName`. In an environment's name the last ` as ` before a single word counts.
 */
export function parseTarget(line: string, secretName: string): ParsedTarget {
  if (NO_NAME.test(line) && !OTHER_NAME.test(line)) return no('ends in ` as`, without a name after it');
  const other = OTHER_NAME.exec(line);
  const place = line.slice(0, other?.index).trim();
  const name = parseSecretName(other?.[1] ?? secretName);
  if (name === undefined) return no('names a secret that GitHub does not allow');
  const store = (STORE.exec(place)?.[1]?.toLowerCase() ?? 'actions') as SecretStoreName;
  const rest = place.replace(STORE, '');
  return ORGANISATION.test(rest)
    ? organisation(store, rest.replace(ORGANISATION, ''), name)
    : repository(store, rest, name);
}

function organisation(store: SecretStoreName, org: string, secretName: string): ParsedTarget {
  if (!isOwner(org)) return no('does not name an organisation after `org:`');
  return yes({ kind: 'organisation', store, org, secretName, label: `${prefix(store)}org:${org}` });
}

function repository(store: SecretStoreName, place: string, secretName: string): ParsedTarget {
  const at = place.indexOf('@');
  const name = (at < 0 ? place : place.slice(0, at)).trim();
  if (PREFIX.test(name)) return no('begins with neither `org:` nor a store that GitHub has');
  const names = parseRepository(name);
  if (names === undefined) return no('does not name a repository as `owner/repo`');
  if (at < 0) {
    const label = `${prefix(store)}${names.owner}/${names.repo}`;
    return yes({ kind: 'repository', store, ...names, secretName, label });
  }
  if (store !== 'actions') return no('names an environment, and those have Actions secrets only');
  return environmentTarget(names, place.slice(at + 1).trim(), secretName);
}

/** The target `{repository}@{environment}`. */
export function environmentTarget(
  { owner, repo }: RepositoryName,
  environment: string,
  secretName: string,
): ParsedTarget {
  if (!isEnvironment(environment)) return no('does not name an environment that GitHub allows');
  const label = `${owner}/${repo}@${environment}`;
  return yes({ kind: 'environment', store: 'actions', owner, repo, environment, secretName, label });
}

/** The target `{repository}`, Actions secrets. */
export function repositoryTarget({ owner, repo }: RepositoryName, secretName: string): Target {
  return { kind: 'repository', store: 'actions', owner, repo, secretName, label: `${owner}/${repo}` };
}

/** `owner/repo`; undefined for anything else. */
export function parseRepository(text: string): RepositoryName | undefined {
  const [owner = '', repo = '', ...more] = text.split('/');
  return isOwner(owner) && isRepository(repo) && more.length === 0 ? { owner, repo } : undefined;
}

/** Equal for two targets iff they are the same secret; GitHub's names are not case-sensitive. */
export function identityOf(target: Target): string {
  return `${target.store}:${target.label} as ${target.secretName}`.toLowerCase();
}

function prefix(store: SecretStoreName): string {
  return store === 'actions' ? '' : `${store}:`;
}

function yes(value: Target): ParsedTarget {
  return { ok: true, value };
}

function no(message: string): ParsedTarget {
  return { ok: false, message };
}
