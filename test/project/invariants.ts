/** A promise of docs/threat-model.md. */
export interface Invariant {
  readonly number: number;
  /** The heading that it stands under. */
  readonly theme: string;
  /** Paths of the files that hold it, from the root of the repository. */
  readonly heldBy: readonly string[];
}

const HEADING = /^### (.+)$/u;
const BEGINNING = /^\*\*(\d+)\. \S/u;
const PATH = /\btest\/[\w./-]+\.ts\b/gu;
const CITATION = /\binvariants?\s+(\d+(?:(?:,\s*|\s+and\s+)\d+)*)/giu;

/** The invariants of the document, in its order: a paragraph each, followed by one that begins with "Held by:". */
export function invariantsIn(document: string): readonly Invariant[] {
  const [, section = ''] = /^## Invariants$([\s\S]*?)(?=^## |(?![\s\S]))/mu.exec(document) ?? [];
  let theme = '';
  const invariants: { number: number; theme: string; heldBy: string[] }[] = [];
  for (const paragraph of section.split(/\n{2,}/u).map((text) => text.trim())) {
    theme = HEADING.exec(paragraph)?.[1] ?? theme;
    const number = BEGINNING.exec(paragraph)?.[1];
    if (number !== undefined) invariants.push({ number: Number(number), theme, heldBy: [] });
    if (paragraph.startsWith('Held by:')) invariants.at(-1)?.heldBy.push(...pathsIn(paragraph));
  }
  return invariants;
}

function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(PATH)].map(([path]) => path);
}

/** The numbers of the invariants that a test says it holds: "invariant 4", "invariants 4, 6 and 13". */
function citedIn(source: string): ReadonlySet<number> {
  const lists = [...source.matchAll(CITATION)].map(([, list = '']) => list);
  return new Set(lists.flatMap((list) => (list.match(/\d+/gu) ?? []).map(Number)));
}

/**
 * Everything in which the document and the tests do not agree, one line each.
 * @param tests text of each file, by its path from the root of the repository
 */
export function disagreements(
  invariants: readonly Invariant[],
  tests: ReadonlyMap<string, string>,
): readonly string[] {
  return [
    ...wrongNumbers(invariants),
    ...invariants.flatMap(({ number, heldBy }) => [
      ...(heldBy.length === 0 ? [`invariant ${number} is held by no test`] : []),
      ...heldBy.flatMap((path) => {
        const source = tests.get(path);
        if (source === undefined) return [`invariant ${number} names ${path}, which does not exist`];
        return citedIn(source).has(number) ? [] : [`${path} does not name invariant ${number}`];
      }),
    ]),
    ...[...tests].flatMap(([path, source]) =>
      [...citedIn(source)]
        .filter(
          (cited) => !invariants.some(({ number, heldBy }) => number === cited && heldBy.includes(path)),
        )
        .map((cited) => `invariant ${cited} is named by ${path}, and does not name it`),
    ),
  ];
}

/** Each number once, none left out, and in their order below each heading. */
function wrongNumbers(invariants: readonly Invariant[]): readonly string[] {
  const numbers = invariants.map(({ number }) => number).toSorted((a, b) => a - b);
  return [
    ...numbers.flatMap((number, at) =>
      number === at + 1 ? [] : [`invariant ${number} is number ${at + 1}`],
    ),
    ...invariants.flatMap(({ number, theme }, at) => {
      const before = invariants[at - 1];
      const isLate = before?.theme === theme && before.number > number;
      return isLate ? [`invariant ${number} stands after ${before.number}`] : [];
    }),
  ];
}
