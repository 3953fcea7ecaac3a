import type { Credential } from '../../mutx/session/credential.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Secret } from '../../secrets/secret.ts';
import { readCredential, readGithubToken } from '../credential/credential.ts';
import type { Loaded } from '../problem.ts';
import { InputReader } from '../reader.ts';
import { parseRepository, type RepositoryName, type Target } from '../targets.ts';
import { readRefreshTokenSecret } from './rotate-targets.ts';

/** What every action needs to call the two services. */
export interface Access {
  readonly credential: Credential;
  /** Base of the MUTX API; no trailing slash on its path (`https://api.mutx.dev/`, `https://host/base`). */
  readonly apiUrl: URL;
  /** undefined where the action was not given one and can do without. */
  readonly githubToken: Secret | undefined;
  /** Base of GitHub's REST API; has a path on GitHub Enterprise Server (`https://host/api/v3`). */
  readonly githubApiUrl: URL;
  /** Where a refresh token's successor goes; undefined for the other kinds of credential. */
  readonly refreshTokenSecret: Target | undefined;
}

/** {@link Access} as far as it could be read, and what the defaults of other inputs are made of. */
interface AccessRead extends Omit<Access, 'credential'> {
  readonly credential: Credential | undefined;
  /** Host of the GitHub server, with its port if it has one. */
  readonly host: string;
  /** The repository of this run. A problem, noted once, if it is asked for and there is none. */
  readonly here: () => RepositoryName;
}

/** The variable in which a command line says why it found no repository. No shell can set one of this name. */
export const WHY_NO_REPOSITORY = 'GITHUB_REPOSITORY: why not';

/** Reads what all actions have in common, credentials first. @param env the process's environment */
export function readAccess(reader: InputReader, env: NodeJS.ProcessEnv, secrets: SecretRegistry): AccessRead {
  const sources = { reader, env, secrets };
  const credential = readCredential(sources);
  const refreshes = credential?.kind === 'refresh-token';
  const githubToken = readGithubToken(sources, refreshes);
  const here = thisRepository(reader, env, secrets);
  const apiUrl = reader.url('api-url');
  const githubApiUrl = reader.runnerUrl('GITHUB_API_URL', 'https://api.github.com');
  const { host } = reader.runnerUrl('GITHUB_SERVER_URL', 'https://github.com');
  const refreshTokenSecret = readRefreshTokenSecret(reader, refreshes ? here : undefined);
  return { credential, githubToken, apiUrl, githubApiUrl, host, here, refreshTokenSecret };
}

function thisRepository(
  reader: InputReader,
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
): () => RepositoryName {
  const input = 'GITHUB_REPOSITORY';
  const given = env[input] ?? '';
  const why = env[WHY_NO_REPOSITORY];
  const repository = parseRepository(given);
  let noted = false;
  return () => {
    if (repository !== undefined) return repository;
    if (!noted) {
      reader.problems.push({
        input,
        message:
          why === undefined
            ? 'does not name the repository that this is about'
            : `is not known: ${secrets.quote(why, 400)}`,
        ...(given === '' ? {} : { given: secrets.quote(given, 100) }),
        allowed: '`owner/repo`',
        fix: 'at the command line give `--repository owner/repo`, or set the variable; in GitHub Actions the runner sets it',
      });
    }
    noted = true;
    return { owner: 'unreadable', repo: 'unreadable' };
  };
}

/**
 * What it takes to call MUTX, and nothing else: for the plain operations of the command line, which take the same
 * credentials as the action that revokes.
 */
export function loadAccess(env: NodeJS.ProcessEnv, secrets: SecretRegistry): Loaded<Access> {
  const reader = new InputReader(env, secrets, 'revoke');
  const { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret } = readAccess(
    reader,
    env,
    secrets,
  );
  const { problems, warnings } = reader;
  if (credential === undefined || problems.length > 0) return { ok: false, problems, warnings, credential };
  return {
    ok: true,
    value: { credential, githubToken, apiUrl, githubApiUrl, refreshTokenSecret },
    warnings,
  };
}
