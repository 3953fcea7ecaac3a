import { createHash } from 'node:crypto';
import type { Complaint } from './pasted.ts';
import type { InputReader } from './reader.ts';
import type { Target } from './targets.ts';

/** MUTX takes names of at most 255 characters. */
const LONGEST_KEY_NAME = 255;

const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** A part that had to be cut ends with `~` and this many hex digits of the whole part's SHA-256. */
const HASH_DIGITS = 16;

/** What people recognise a part by stays. With five parts at most, that always fits. */
const SHORTEST_CUT = 20;

/** The input `key-name`, checked; empty where it is not given, or cannot be read. */
export function readKeyName(reader: InputReader): string {
  const name = reader.text('key-name');
  const complaint = keyNameComplaint(name);
  if (complaint !== undefined) reader.problem('key-name', complaint, name);
  return name;
}

/** What is wrong with a name that was given; undefined: nothing. */
function keyNameComplaint(name: string): Complaint | undefined {
  if (INVISIBLE.test(name)) {
    return { message: 'holds a line break or a control character', fix: 'write it in one line' };
  }
  if ([...name].length <= LONGEST_KEY_NAME) return undefined;
  return { message: `is longer than the ${LONGEST_KEY_NAME} characters that MUTX takes`, fix: 'shorten it' };
}

/**
 * The name of a target's key where the user gives none: `gha/{owner}/{repo}/{SECRET}`, and so on (protocol,
 * "Names"). The same for every spelling of the same target, different for different ones.
 * @param host of the GitHub server, with its port if it has one
 */
export function defaultKeyName(target: Target, host: string): string {
  const parts = partsOf(target, host);
  const name = () => parts.map(({ before, text }) => before + text).join('');
  const cut = new Set<Part>();
  while (name().length > LONGEST_KEY_NAME) {
    const longest = parts
      .filter((part) => !cut.has(part))
      .reduce((one, other) => (other.text.length > one.text.length ? other : one));
    longest.text = shortened(longest.text, name().length - LONGEST_KEY_NAME);
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
  const root = host.toLowerCase() === 'github.com' ? 'gha/' : '/gha/';
  const start = root === 'gha/' ? [] : [{ before: '', text: host.toLowerCase() }];
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
