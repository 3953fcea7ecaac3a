export interface Area {
  readonly name: string;
  /** What is mutated. */
  readonly mutate: readonly string[];
  /** The tests that have to notice: the area's own, not those that come by on their way elsewhere. */
  readonly tests: readonly string[];
  /** Where they run: in threads, which is faster, or in processes, each of which has a time zone of its own. */
  readonly pool: 'threads' | 'forks';
  /** Files of tests among them that take too long to be run a thousand times; whatever they notice is luck. */
  readonly without?: readonly string[];
}

export const AREAS: readonly Area[] = [
  { name: 'http', mutate: ['src/http/**/*.ts'], tests: ['test/http/**/*.test.ts'], pool: 'threads' },
  {
    name: 'redactor',
    mutate: ['src/secrets/**/*.ts', 'src/messages/guard.ts'],
    tests: ['test/secrets/**/*.test.ts', 'test/messages/guard.test.ts'],
    pool: 'threads',
  },
  {
    name: 'rotation',
    mutate: ['src/rotation/**/*.ts'],
    tests: ['test/rotation/**/*.test.ts'],
    pool: 'threads',
  },
  {
    name: 'inputs',
    // The tables are data: action.yml and the README are generated from them, and a test compares them.
    mutate: ['src/config/**/*.ts', '!src/config/*table.ts'],
    tests: ['test/config/**/*.test.ts'],
    pool: 'forks',
    // Random values; child processes, in which there is no mutant.
    without: ['test/config/anything.test.ts', 'test/config/generated.test.ts'],
  },
];

/** @throws Error for a name that no area has */
export function areaOf(name: string | undefined): Area {
  const area = AREAS.find((one) => one.name === name);
  if (area !== undefined) return area;
  throw new Error(
    `${name ?? 'nothing'} is not an area; there are: ${AREAS.map((one) => one.name).join(', ')}`,
  );
}

/** Where Stryker is told which of them it is at, in its own process and in those that it starts. */
export const AREA_VARIABLE = 'MUTATE_AREA';

/** @param ending `.json` and `.html`: Stryker's report; `.incremental.json`: what it remembers for the next time */
export function reportOf(area: Area, ending: '.json' | '.html' | '.incremental.json'): string {
  return `reports/mutation/${area.name}${ending}`;
}
