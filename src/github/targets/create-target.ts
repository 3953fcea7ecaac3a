import type { Audience, SecretStoreName, Target } from '../../config/targets.ts';
import type { TokenNeeds } from '../../core/call.ts';
import type { SuccessorPlace } from '../../mutx/session/session.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import { Calls } from '../calls.ts';
import type { ApiVersion, GithubClient } from '../client.ts';
import { needsOf } from '../token-hint.ts';
import type { SecretPlace } from './encrypted-secret.ts';
import { EnvironmentTarget } from './environment.ts';
import { environmentSegment, ownerSegment, secretSegment } from './names.ts';
import { OrganisationTarget } from './organisation.ts';
import { permissionFor, settingOf } from './permissions.ts';
import { RepositoryTarget } from './repository.ts';
import { repositoryPath } from './repository-path.ts';

export interface TargetDependencies {
  /** Shared by all targets that the same token writes. */
  readonly github: GithubClient;
  readonly secrets: SecretRegistry;
  /** For organisation secrets that do not exist yet. */
  readonly audience?: Audience | undefined;
  /** Create a target's environment if it does not exist; default: that is a failure. */
  readonly createEnvironment?: boolean | undefined;
}

/**
 * The place that a target names, ready to be prepared, looked at and written.
 * @throws TypeError if a name is not fit for a URL, which inputs/ has made sure of
 */
export function createTarget(target: Target, dependencies: TargetDependencies): SuccessorPlace {
  const { github, secrets } = dependencies;
  const place = (path: string): SecretPlace => ({
    path,
    name: secretSegment(target.secretName),
    apiVersion: apiVersion(target.store),
    permission: permissionFor(target),
  });
  switch (target.kind) {
    case 'repository': {
      const path = repositoryPath(target.owner, target.repo);
      const calls = new Calls(github, secrets, subject(target, target.owner, target.repo));
      return new RepositoryTarget(calls, path, place(`${path}/${target.store}/secrets`));
    }
    case 'environment': {
      const repository = repositoryPath(target.owner, target.repo);
      const environment = `${repository}/environments/${environmentSegment(target.environment)}`;
      const calls = new Calls(github, secrets, subject(target, target.owner, target.repo));
      const create = dependencies.createEnvironment ?? false;
      return new EnvironmentTarget(
        calls,
        { repository, environment, name: target.environment },
        place(`${environment}/secrets`),
        create,
      );
    }
    case 'organisation': {
      const org = ownerSegment(target.org);
      const calls = new Calls(github, secrets, subject(target, org));
      return new OrganisationTarget(calls, place(`/orgs/${org}/${target.store}/secrets`), {
        org,
        stringIds: target.store === 'dependabot',
        audience: dependencies.audience ?? { visibility: undefined, selectedRepositories: [] },
      });
    }
  }
}

/** What a token has to be able to do to write this target's secret. */
export function needsOfTarget(target: Target): TokenNeeds {
  const permission = permissionFor(target);
  const reach =
    target.kind === 'organisation'
      ? { owner: target.org, repository: undefined }
      : { owner: target.owner, repository: target.repo };
  return needsOf(settingOf(permission), permission, reach);
}

function subject(target: Target, owner: string, repository?: string) {
  return { target: target.label, reach: { owner, repository, writes: permissionFor(target) } };
}

/** Agents' secrets came with a newer version of the API, which GitHub Enterprise Server does not know. */
function apiVersion(store: SecretStoreName): ApiVersion {
  return store === 'agents' ? '2026-03-10' : '2022-11-28';
}
