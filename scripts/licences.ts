import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Licences that ask for their text to be passed on, and for nothing else. */
const FITTING = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];

/**
 * The text that `licenses.txt` is: for each package its name, its licence as an SPDX identifier, and the text of it.
 * @param folders of the packages, by name
 * @throws Error a package has no file with its licence
 */
export async function licenceTexts(folders: ReadonlyMap<string, string>): Promise<string> {
  const texts: string[] = [];
  for (const [name, folder] of [...folders].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const { license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      license?: unknown;
    };
    const file = (await readdir(folder)).find((one) => /^licen[cs]e(?:\.(?:md|txt))?$/iu.test(one));
    if (file === undefined) throw new Error(`no file with a licence is in ${name}`);
    const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
    texts.push(`${name}\n${String(license)}\n${text}\n`);
  }
  return texts.join('\n');
}

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
