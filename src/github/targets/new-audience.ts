import type { Audience as WantedAudience } from '../../config/targets.ts';
import type { Reply } from '../../core/call.ts';
import { failure, refused } from '../call-failure.ts';
import type { Calls } from '../calls.ts';
import type { Audience } from './audience.ts';
import type { SecretPlace } from './encrypted-secret.ts';
import { getRepository, repositoryPath } from './repository-path.ts';

/**
 * Turns inputs into the audience of an organisation's secret that does not exist yet: names become ids, by
 * asking. Without `visibility` nothing is assumed, because no secret is to become readable by accident.
 */
export async function newAudience(
  calls: Calls,
  org: string,
  place: SecretPlace,
  { visibility, selectedRepositories }: WantedAudience,
): Promise<Reply<Audience>> {
  if (visibility === undefined) {
    return problem(calls, place, 'github-visibility-needed', 'it has to be said who may read it', NEEDED);
  }
  if (visibility !== 'selected') return { ok: true, value: { visibility }, date: undefined };
  const repositoryIds = new Set<number>();
  for (const repository of selectedRepositories) {
    const id = await idOf(calls, org, place, repository);
    if (!id.ok) return id;
    repositoryIds.add(id.value);
  }
  return { ok: true, value: { visibility, repositoryIds: [...repositoryIds] }, date: undefined };
}

const NEEDED = 'Set `visibility` to `all`, `private`, or `selected` with `selected-repositories`.';
const ELSEWHERE = 'An organisation secret can be read only by repositories of that organisation.';

/** @param repository `repo`, `org/repo` or an id */
async function idOf(
  calls: Calls,
  org: string,
  place: SecretPlace,
  repository: string,
): Promise<Reply<number>> {
  if (/^\d{1,15}$/.test(repository)) return { ok: true, value: Number(repository), date: undefined };
  const slash = repository.indexOf('/');
  const name = repository.slice(slash + 1);
  if (slash >= 0 && repository.slice(0, slash).toLowerCase() !== org.toLowerCase()) {
    const what = `${repository} of \`selected-repositories\` is not one of ${org}'s repositories`;
    return problem(calls, place, 'github-selected-repository-elsewhere', what, ELSEWHERE);
  }
  const subject = {
    target: `${org}/${name} of \`selected-repositories\``,
    reach: { owner: org, repository: name },
  };
  const reply = await getRepository(calls.for(subject), repositoryPath(org, name));
  return reply.ok ? { ...reply, value: reply.value.id } : reply;
}

/** The secret was asked for and is not there: that is the call that these failures are about. */
function problem(calls: Calls, place: SecretPlace, code: string, what: string, hint: string): Reply<never> {
  const context = calls.context(`GET ${place.path}/${place.name}`, place.permission);
  const message = `${context.target} does not have the secret yet, and to create it ${what}`;
  return { ok: false, failure: failure(context, { status: 404 }, refused(code, message, hint)) };
}
