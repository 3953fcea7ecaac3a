import { identityOf, parseTarget, type Target } from './targets.ts';

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
