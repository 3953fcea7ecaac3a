import { changelogEntry } from './changelog.ts';
import { compare, type Version, versionOf } from './version.ts';

/** A run of a workflow, as `GET /repos/{owner}/{repo}/actions/workflows/{id}/runs` lists it. */
export interface WorkflowRun {
  readonly path: string;
  readonly event: string;
  readonly head_branch: string | null;
  readonly head_sha: string;
  readonly conclusion: string | null;
}

export interface Manifest {
  readonly version?: string;
  readonly private?: boolean;
  readonly repository?: string | { readonly url?: string };
  readonly scripts?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  readonly version?: string;
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

/** Everything that decides whether a commit may be released, read beforehand. */
export interface Candidate {
  /** What whoever started the release typed: `1.2.3`. */
  readonly wanted: string;
  /** `owner/repo`. */
  readonly repository: string;
  readonly ref: string;
  readonly commit: string;
  readonly manifest: Manifest;
  readonly lockfile: Lockfile;
  readonly changelog: string;
  /** Names of all tags that begin with `v`. */
  readonly tags: readonly string[];
  readonly ciRuns: readonly WorkflowRun[];
}

/** What is to be done with a commit that may be released. */
export interface Plan {
  readonly version: string;
  readonly tag: string;
  /** The tag that is to move here, like `v1`; empty if it stays where it is. */
  readonly majorTag: string;
  readonly prerelease: boolean;
  /** Newer than everything released before. */
  readonly latest: boolean;
  /** The name under which npm gets it; empty if the package is private. */
  readonly npmTag: string;
}

/** @returns the plan, or everything that is in the way */
export function readinessOf(candidate: Candidate): Plan | readonly string[] {
  const version = versionOf(candidate.wanted);
  if (version === undefined) {
    return [
      `the version is ${JSON.stringify(candidate.wanted)}; write it like 1.2.3 or 2.0.0-rc.1, without a v`,
    ];
  }
  const problems = [
    ...versionProblems(candidate, version),
    ...commitProblems(candidate),
    ...(candidate.manifest.private === true ? [] : packageProblems(candidate)),
  ];
  return problems.length > 0 ? problems : planOf(candidate, version);
}

function versionProblems(candidate: Candidate, { text }: Version): string[] {
  const { manifest, lockfile, changelog, tags } = candidate;
  const said = [
    ['package.json', manifest.version],
    ['package-lock.json', lockfile.version],
    ['package-lock.json, packages[""]', lockfile.packages?.['']?.version],
  ] as const;
  const problems = said
    .filter(([, version]) => version !== text)
    .map(([file, version]) => `${file} says ${version}, and ${text} is to be released: npm version ${text}`);
  if (changelogEntry(changelog, text) === undefined) {
    problems.push(`CHANGELOG.md needs a heading "## [${text}] - <year-month-day>" with something below it`);
  }
  if (tags.includes(`v${text}`)) {
    problems.push(`the tag v${text} exists; a release is never done again, take the next version`);
  }
  return problems;
}

function commitProblems({ ref, commit, ciRuns }: Candidate): string[] {
  const problems = ref === 'refs/heads/main' ? [] : [`releases are made of main, not of ${ref}`];
  // Only the workflow itself: anybody who may write checks can make one that is called like its last job.
  const green = ciRuns.some(
    (run) =>
      run.path === '.github/workflows/ci.yml' &&
      run.event === 'push' &&
      run.head_branch === 'main' &&
      run.head_sha === commit &&
      run.conclusion === 'success',
  );
  if (!green) problems.push(`ci.yml has not succeeded for ${commit} on main; wait for it, or repair it`);
  return problems;
}

/** npm refuses a provenance whose repository is not the package's, and users run what `install` scripts say. */
function packageProblems({ manifest, repository }: Candidate): string[] {
  const { repository: named, scripts = {} } = manifest;
  const url = typeof named === 'string' ? named : named?.url;
  const right = `git+https://github.com/${repository}.git`;
  const problems = url === right ? [] : [`package.json, repository.url has to be ${right}, not ${url}`];
  const onInstall = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) =>
    Object.hasOwn(scripts, name),
  );
  return [
    ...problems,
    ...onInstall.map((name) => `package.json has a script ${name}, which installing runs`),
  ];
}

function planOf({ tags, manifest }: Candidate, version: Version): Plan {
  const released = tags
    .map((tag) => versionOf(tag.slice(1)))
    .filter((one) => one !== undefined)
    .filter(({ prerelease }) => prerelease === undefined);
  const [major] = version.numbers;
  const newestOf = (others: readonly Version[]) =>
    version.prerelease === undefined && others.every((other) => compare(version, other) > 0);
  const latest = newestOf(released);
  const newestOfMajor = newestOf(released.filter(({ numbers }) => numbers[0] === major));
  const channel = version.prerelease === undefined ? `release-${major}` : 'next';
  return {
    version: version.text,
    tag: `v${version.text}`,
    majorTag: newestOfMajor ? `v${major}` : '',
    prerelease: version.prerelease !== undefined,
    latest,
    npmTag: manifest.private === true ? '' : latest ? 'latest' : channel,
  };
}
