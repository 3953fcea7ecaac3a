import { createHash, randomBytes } from 'node:crypto';
import { identityOf, parseTarget, type Target } from './targets.ts';

/** MUTX takes names of at most 255 characters. */
export const LONGEST_KEY_NAME = 255;

/** A part that had to be cut ends with `~` and this many hex digits of the whole part's SHA-256. */
const HASH_DIGITS = 16;

/** What people recognise a part by stays. With five parts at most, that always fits. */
const SHORTEST_CUT = 20;

/** Digits of a run's number and of an attempt's that fit without a cut. */
const LONGEST_RUN = 20;
const LONGEST_ATTEMPT = 6;
const RANDOM_DIGITS = 12;

/** What a per-run name has after its prefix, the job cut as far as it can be. */
const SHORTEST_END =
  LONGEST_RUN + 1 + LONGEST_ATTEMPT + 1 + (SHORTEST_CUT + 1 + HASH_DIGITS) + 1 + RANDOM_DIGITS;

/**
 * The name of a target's key where the user gives none: `gha/{owner}/{repo}/{SECRET}`, and so on (protocol,
 * "Names"). The same for every spelling of the same target, different for different ones.
 * @param host of the GitHub server, with its port if it has one
 */
export function defaultKeyName(target: Target, host: string): string {
  return fitted(partsOf(target, host), LONGEST_KEY_NAME);
}

/** Whether this tool makes names like that by itself: for a target, or for a run; on any server. */
export function isMadeHere(name: string): boolean {
  return /^(?:[^/]+\/)?gha\//u.test(name) || /^exec\/.+\/run\//u.test(name);
}

/** What the default names of keys look like, less the host of another server. */
const DEFAULT_NAME =
  /^gha\/([^/]+)(?:\/([^/@]+)(?:@(.+))?)?\/(?:(dependabot|codespaces|agents):)?([A-Z_][A-Z0-9_]*)$/su;

/**
 * The target whose key has this name by default; undefined: there is none. A name that had to be cut says no more
 * whose it is.
 */
export function targetOfDefaultName(name: string, host: string): Target | undefined {
  const server = host.toLowerCase();
  const own = server === 'github.com' ? name : name.slice(server.length + 1);
  const [matched, owner, repo, environment, store = 'actions', secretName = ''] =
    DEFAULT_NAME.exec(own) ?? [];
  if (matched === undefined) return undefined;
  const place = repo === undefined ? `org:${owner}` : `${owner}/${repo}`;
  const inside = environment === undefined ? '' : `@${environment}`;
  const parsed = parseTarget(`${store}:${place}${inside}`, secretName);
  return parsed.ok && defaultKeyName(parsed.value, host) === name ? parsed.value : undefined;
}

/**
 * How the per-run names of a repository begin: `gha/{owner}/{repo}/run/`. Whatever comes after it, it is the same
 * for all of them, so it is cut, where it is too long, for the longest end there can be.
 */
export function perRunPrefix(repository: { owner: string; repo: string }, host: string): string {
  const { start, root } = beginning(host);
  const end = '/run/';
  const parts = [...start, ...repositoryParts(root, repository)];
  return fitted(parts, LONGEST_KEY_NAME - SHORTEST_END - end.length) + end;
}

/**
 * How the names of keys begin that a machine makes for itself, outside of any repository: `exec/{host name}/run/`.
 * What follows has the form of a per-run name, so that a sweep on the same machine knows it again.
 */
export function perMachinePrefix(hostname: string): string {
  const text = hostname.toLowerCase().replace(/[^a-z0-9._-]/g, '-') || 'localhost';
  const end = '/run/';
  return fitted([{ before: 'exec/', text }], LONGEST_KEY_NAME - SHORTEST_END - end.length) + end;
}

/** One step of one job of one run. @param random as {@link randomDigits} gives it */
export interface PerRun {
  readonly run: string;
  readonly attempt: string;
  readonly job: string;
  readonly random: string;
}

/** `{prefix}{run_id}.{attempt}/{job}/{random}` (protocol, "Names"); no two steps have the same. */
export function perRunName(prefix: string, { run, attempt, job, random }: PerRun): string {
  const parts = [{ before: `${prefix}${run}.${attempt}/`, text: job }];
  return `${fitted(parts, LONGEST_KEY_NAME - 1 - random.length)}/${random}`;
}

export function randomDigits(): string {
  return randomBytes(RANDOM_DIGITS / 2).toString('hex');
}

/** The parts as one text, the longest of them cut as far as is needed. */
function fitted(parts: readonly Part[], longestName: number): string {
  const name = () => parts.map(({ before, text }) => before + text).join('');
  const cut = new Set<Part>();
  while (name().length > longestName) {
    const longest = parts
      .filter((part) => !cut.has(part))
      .reduce((one, other) => (other.text.length > one.text.length ? other : one));
    longest.text = shortened(longest.text, name().length - longestName);
    cut.add(longest);
  }
  return name();
}

interface Part {
  readonly before: string;
  text: string;
}

function partsOf(target: Target, host: string): readonly Part[] {
  const store = target.store === 'actions' ? '/' : `/${target.store}:`;
  const end = { before: store, text: target.secretName };
  const { start, root } = beginning(host);
  switch (target.kind) {
    case 'organisation':
      return [...start, { before: root, text: target.org.toLowerCase() }, end];
    case 'repository':
      return [...start, ...repositoryParts(root, target), end];
    case 'environment': {
      const environment = { before: '@', text: target.environment.toLowerCase() };
      return [...start, ...repositoryParts(root, target), environment, end];
    }
  }
}

/** Names on different servers are different. */
function beginning(host: string): { readonly start: readonly Part[]; readonly root: string } {
  return host.toLowerCase() === 'github.com'
    ? { start: [], root: 'gha/' }
    : { start: [{ before: '', text: host.toLowerCase() }], root: '/gha/' };
}

function repositoryParts(root: string, { owner, repo }: { owner: string; repo: string }): readonly Part[] {
  return [
    { before: root, text: owner.toLowerCase() },
    { before: '/', text: repo.toLowerCase() },
  ];
}

/** Cuts `excess` characters, as far as {@link SHORTEST_CUT} allows, and never within a pair of surrogates. */
function shortened(text: string, excess: number): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  const kept = text.slice(0, Math.max(SHORTEST_CUT, text.length - excess - HASH_DIGITS - 1));
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}~${hash}`;
}

/** Stores of a repository in which a secret of the same name is most likely another target of the same key. */
const STORES = ['actions', 'dependabot', 'codespaces'] as const;

/** Of more targets than this no neighbours are read: a fan-out has its requests for other things. */
const MOST_TARGETS = 4;

/** The same secret in the other stores of the targets' repositories; none of them a target itself. */
export function neighboursOf(targets: readonly Target[]): readonly Target[] {
  if (targets.length > MOST_TARGETS) return [];
  const known = new Set(targets.map(identityOf));
  const found = new Map<string, Target>();
  for (const target of targets) {
    if (target.kind === 'organisation') continue;
    for (const store of STORES) {
      const parsed = parseTarget(`${store}:${target.owner}/${target.repo}`, target.secretName);
      if (parsed.ok && !known.has(identityOf(parsed.value))) {
        found.set(identityOf(parsed.value), parsed.value);
      }
    }
  }
  return [...found.values()];
}
