/** Versions, as far as releases here have them: Semantic Versioning 2.0.0 without build metadata. */
export interface Version {
  readonly text: string;
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** `rc.1` of `1.0.0-rc.1`; undefined for a release that is meant for everyone. */
  readonly prerelease: string | undefined;
}

const NUMBER = String.raw`(0|[1-9]\d*)`;
const SHAPE = new RegExp(
  String.raw`^${NUMBER}\.${NUMBER}\.${NUMBER}(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*))?$`,
  'u',
);

/** @returns undefined for what is no such version; `v1.2.3` is none */
export function versionOf(text: string): Version | undefined {
  const [, major, minor, patch, prerelease] = SHAPE.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { text, numbers: [Number(major), Number(minor), Number(patch)], prerelease };
}

/** @returns a negative number if `one` comes before `other`; pre-releases are not told apart */
export function compare(one: Version, other: Version): number {
  const [first = 0] = one.numbers.map((value, at) => value - (other.numbers[at] ?? 0)).filter(Boolean);
  return first;
}
