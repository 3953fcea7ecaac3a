import type { Emulator } from '../../../packages/emulator/src/index.ts';
import type { Seeds } from './seed.ts';

/** What became of it all, without plaintext: requests, keys, and what each secret holds. */
export function stateOf(
  { mutx, github, ledger }: Emulator,
  { repositories, environments }: Pick<Seeds, 'repositories' | 'environments'>,
) {
  const places = repositories.flatMap((repository) => [
    [repository, { repository }] as const,
    ...environments.map(
      (environment) => [`${repository}@${environment}`, { repository, environment }] as const,
    ),
  ]);
  return {
    requests: ledger.entries,
    unexpected: ledger.unexpected(),
    notes: ledger.notes(),
    keys: mutx.keys.map((key) => ({
      id: key.id,
      name: key.name,
      works: mutx.accepts(key.plaintext),
      createdAt: new Date(key.createdAt).toISOString(),
    })),
    secrets: places.flatMap(([place, where]) =>
      github.secrets(where).map(({ name, updatedAt }) => {
        const value = github.openSecret(where, name) ?? '';
        return {
          place,
          name,
          updatedAt: new Date(updatedAt).toISOString(),
          holdsKey: mutx.keyOf(value)?.id,
          works: mutx.accepts(value),
        };
      }),
    ),
  };
}
