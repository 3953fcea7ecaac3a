/** Licences that ask for their text to be passed on, and for nothing else. */
const FITTING = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];

/**
 * The packages whose texts `licenses.txt` holds: a name and an SPDX identifier, a line each, before each text.
 * @returns the licence of each, by name
 */
export function licencesIn(text: string): Map<string, string> {
  const heads = text.matchAll(/(?<=^|\n\n)((?:@[\w.-]+\/)?[\w.-]+)\n(\S[^\n]*)\n/gu);
  return new Map(
    [...heads]
      .map(([, name = '', licence = '']) => [name, licence] as const)
      .filter(([, one]) => isLicence(one)),
  );
}

function isLicence(text: string): boolean {
  return /^\(?[A-Z0-9][\w.+-]*(?: (?:OR|AND|WITH) [\w.+-]+)*\)?$/u.test(text);
}

/**
 * Passing a package on without its licence is not allowed; naming one that is not there is wrong too.
 * @param packages names of those in the bundle
 * @param text of `licenses.txt`
 * @throws Error names of packages that the text lacks, has too many, or whose licence asks for more
 */
export function allLicensed(packages: readonly string[], text: string): void {
  const licences = licencesIn(text);
  const missing = packages.filter((name) => !licences.has(name));
  if (missing.length > 0) throw new Error(`licenses.txt does not name ${missing.join(', ')}`);
  const absent = [...licences.keys()].filter((name) => !packages.includes(name));
  if (absent.length > 0)
    throw new Error(`licenses.txt names ${absent.join(', ')}, which is not in the bundle`);
  const others = [...licences].filter(([, licence]) => !FITTING.includes(licence));
  if (others.length > 0) throw new Error(`not among ${FITTING.join(', ')}: ${others.join('; ')}`);
}
