import type { InputReader } from '../reader.ts';
import { INPUTS } from '../table.ts';
import {
  type Audience,
  environmentTarget,
  identityOf,
  isRepository,
  type ParsedTarget,
  parseRepository,
  parseSecretName,
  parseTarget,
  type RepositoryName,
  repositoryTarget,
  type Target,
  targetLines,
} from '../targets.ts';

/** Where the key is stored; a target listed twice, in any spelling, counts once. Empty if none can be read. */
export function readTargets(reader: InputReader, here: RepositoryName): readonly Target[] {
  const secretName = reader.secretName('secret-name');
  const text = reader.text('targets');
  const environment = reader.text('environment');
  if (reader.isGiven('targets') && reader.isGiven('environment')) {
    reader.problem('environment', {
      message: 'was given together with `targets`, and is shorthand for it',
      fix: 'keep one of them; in `targets` an environment is written `owner/repo@environment`',
    });
  }
  if (text !== '') return readTargetList(reader, secretName);
  if (environment === '') return reader.isGiven('targets') ? [] : [repositoryTarget(here, secretName)];
  const target = environmentTarget(here, environment, secretName);
  return accepted(reader, 'environment', environment, target);
}

/** The input `targets` alone; empty where it is not given, or none can be read. @param secretName where a line names none */
export function readTargetList(reader: InputReader, secretName: string): readonly Target[] {
  const text = reader.text('targets');
  if (text === '') return [];
  const lines = targetLines(text);
  if (lines.length === 0) {
    reader.problem('targets', {
      message: 'holds comments only',
      fix: 'name at least one target, or leave the input out',
    });
  }
  const targets = lines.flatMap((line) => accepted(reader, 'targets', line, parseTarget(line, secretName)));
  return [
    ...new Map(targets.toReversed().map((target) => [identityOf(target), target])).values(),
  ].toReversed();
}

/**
 * Where a refresh token's successor goes; undefined if the input cannot be read, or is not needed.
 * @param here undefined: there is no refresh token, and the input is only checked
 */
export function readRefreshTokenSecret(
  reader: InputReader,
  here: (() => RepositoryName) | undefined,
): Target | undefined {
  const text = reader.text('refresh-token-secret');
  if (text === '') return undefined;
  const name = parseSecretName(text);
  if (name !== undefined) return here && repositoryTarget(here(), name);
  const target = parseTarget(text, INPUTS['refresh-token-secret'].verbs.rotate.default);
  const [successor] = accepted(reader, 'refresh-token-secret', text, target);
  return here && successor;
}

/** Whom a new organisation secret is for. */
export function readAudience(reader: InputReader, targets: readonly Target[]): Audience {
  const visibility = reader.choice('visibility');
  const input = 'selected-repositories';
  const text = reader.text(input);
  const given = text
    .split(/[,\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const unreadable = text === '' && reader.isGiven(input);
  reader.refuseCredential(input, text);
  if (visibility === 'selected' && given.length === 0 && !unreadable) {
    reader.problem(input, {
      message: 'is empty, but `visibility` is `selected`',
      fix: 'name the repositories that may read the secret, or choose another visibility',
    });
  } else if (visibility !== 'selected' && given.length > 0) {
    reader.problem(input, {
      message: 'was given, but `visibility` is not `selected`',
      fix: 'set `visibility: selected`, or leave the input out',
    });
  }
  const organisations = targets.flatMap((target) => (target.kind === 'organisation' ? [target.org] : []));
  for (const entry of given) {
    if (isSelectable(entry, organisations)) continue;
    reader.problem(
      input,
      {
        message: "is not a list of the organisation's repositories",
        fix: 'write each as `repo`, `org/repo` (of the organisation whose secret it is), or by its id',
      },
      entry,
    );
  }
  return { visibility, selectedRepositories: [...new Set(given)] };
}

/** `repo`, an id, or `org/repo` where that is the organisation of every target that has one. */
function isSelectable(entry: string, organisations: readonly string[]): boolean {
  if (!entry.includes('/')) return isRepository(entry);
  const owner = parseRepository(entry)?.owner.toLowerCase();
  return owner !== undefined && organisations.every((org) => org.toLowerCase() === owner);
}

function accepted(
  reader: InputReader,
  input: 'targets' | 'environment' | 'refresh-token-secret',
  text: string,
  target: ParsedTarget,
): readonly Target[] {
  if (target.ok) return [target.value];
  const fix = 'correct it; see the grammar of `targets` in the README';
  reader.problem(input, { message: target.message, fix }, text);
  return [];
}
