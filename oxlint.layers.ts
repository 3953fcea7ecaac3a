import type { DummyRule, OxlintOverride } from 'oxlint';

/** What a folder of src/ may import. Each text is the beginning of an import as it would be written. */
interface Layer {
  /** Folders (or files) of src/ whose values it uses. */
  readonly values: readonly string[];
  /** Folders of src/ of which it knows the types only: `import type`. */
  readonly types: readonly string[];
  /** Packages and Node's own modules. */
  readonly packages: readonly string[];
}

/**
 * Who may import what. Data flows one way: inputs → rotation → its ports (mutx, github) → report, and actions/
 * puts them together. What is not named here is forbidden, a new folder included.
 */
const LAYERS: Readonly<Record<string, Layer>> = {
  secrets: { values: [], types: [], packages: ['node:'] },
  // The heart: no network, no process, no package. It gets what it needs as arguments.
  rotation: { values: [], types: ['secrets/'], packages: [] },
  // A key for one job, as pure as rotation/; of that the deadlines, what may be tried again, and what a 404 means.
  ephemeral: {
    values: ['rotation/constants.ts', 'rotation/gone.ts', 'rotation/retry.ts'],
    types: ['rotation/', 'secrets/'],
    packages: [],
  },
  revoke: { values: ['rotation/'], types: [], packages: [] },
  audit: { values: ['rotation/'], types: [], packages: [] },
  http: { values: ['secrets/'], types: ['rotation/'], packages: ['node:', '@actions/http-client'] },
  // Of rotation/ what may be tried again, for the pages of a list.
  mutx: {
    values: ['http/', 'rotation/constants.ts', 'rotation/retry.ts', 'secrets/'],
    types: ['ephemeral/', 'rotation/', 'session/'],
    packages: ['node:'],
  },
  github: {
    values: ['http/', 'secrets/', 'rotation/instant.ts'],
    types: ['rotation/', 'inputs/', 'session/'],
    packages: ['node:'],
  },
  // Of rotation/ what is pure and true for every call: the deadlines, what may be tried again, how a time is written.
  session: {
    values: [
      'http/',
      'mutx/',
      'secrets/',
      'rotation/constants.ts',
      'rotation/instant.ts',
      'rotation/retry.ts',
    ],
    types: ['rotation/'],
    packages: ['node:'],
  },
  // Of mutx/ the decoding of claims only: which kind of JWT was pasted is known before anything is called.
  inputs: {
    values: ['mutx/jwt.ts', 'mutx/key-id.ts', 'rotation/instant.ts', 'secrets/'],
    types: ['audit/', 'ephemeral/', 'revoke/', 'rotation/', 'session/'],
    packages: ['node:'],
  },
  fleet: { values: ['inputs/', 'secrets/'], types: [], packages: ['node:', 'yaml'] },
  report: {
    values: ['rotation/instant.ts', 'secrets/'],
    types: ['audit/', 'ephemeral/', 'fleet/', 'http/', 'inputs/', 'revoke/', 'rotation/', 'session/'],
    packages: ['node:'],
  },
  // What is to be said of what a look found; pure. Of report/ the words only.
  doctor: {
    values: ['report/hints.ts', 'report/words.ts', 'rotation/'],
    types: ['github/', 'session/'],
    packages: ['croner', 'yaml'],
  },
  // What a first-time setup writes and says; pure.
  init: { values: ['report/words.ts'], types: ['rotation/'], packages: ['node:crypto'] },
  // Shares nothing with what it stands in for: a bug on both sides would be invisible.
  emulator: { values: [], types: [], packages: ['node:', 'libsodium-wrappers'] },
  // Each verb from its inputs to its report, whoever runs it. What a runner and a shell do not share is an argument.
  verbs: {
    values: [
      'audit/',
      'doctor/',
      'ephemeral/',
      'fleet/',
      'github/',
      'http/',
      'init/',
      'inputs/',
      'mutx/',
      'report/',
      'revoke/',
      'rotation/',
      'secrets/',
      'session/',
    ],
    types: [],
    packages: ['node:'],
  },
  // The verbs as functions: no runner, no shell, no process. What they say goes to whoever calls.
  library: {
    values: ['inputs/', 'report/', 'rotation/', 'secrets/', 'verbs/'],
    types: ['mutx/', 'session/'],
    packages: [],
  },
  // A verb in a process of its own, ended by signals: shared by the two that follow.
  process: { values: ['report/', 'secrets/', 'verbs/'], types: [], packages: ['node:'] },
  actions: {
    values: ['process/', 'report/not-handed-on.ts', 'report/titles.ts', 'verbs/'],
    types: ['inputs/', 'report/'],
    packages: ['node:'],
  },
  cli: {
    values: ['emulator/', 'init/', 'inputs/', 'mutx/', 'process/', 'report/', 'secrets/', 'verbs/'],
    types: ['rotation/'],
    packages: ['node:', 'commander', '@inquirer/'],
  },
};

/** Files right in src/: what users of the package import by its name. They only put together what there is. */
const TOP: Layer = {
  values: ['inputs/targets.ts', 'library/'],
  types: ['inputs/', 'rotation/', 'secrets/', 'session/'],
  packages: [],
};

/** Single files that may import a package which the rest of their folder may not. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'github/sealed-box.ts': ['libsodium-wrappers'],
};

/** What runs as a process of its own, and so may know it. */
const OWN_A_PROCESS: ReadonlySet<string> = new Set(['process', 'actions', 'cli']);

/** Folders nest this deep below src/ at most; an import's `../` are counted against it. */
const DEEPEST = 4;

/** The rules as oxlint takes them: one override for each folder and depth, the exceptions last. */
export function layerOverrides(): OxlintOverride[] {
  const overrides = [override('src/*.ts', '', TOP, 0)];
  for (const [name, layer] of Object.entries(LAYERS)) {
    for (let depth = 1; depth <= DEEPEST; depth++) {
      overrides.push(override(`src/${name}/${'*/'.repeat(depth - 1)}*.ts`, name, layer, depth));
    }
  }
  for (const [file, packages] of Object.entries(EXCEPTIONS)) {
    const [name = ''] = file.split('/');
    const layer = LAYERS[name];
    if (layer === undefined) throw new Error(`oxlint.layers.ts: no layer ${name}`);
    const depth = file.split('/').length - 1;
    const wider = { ...layer, packages: [...layer.packages, ...packages] };
    overrides.push(override(`src/${file}`, name, wider, depth));
  }
  return overrides;
}

function override(files: string, name: string, layer: Layer, depth: number): OxlintOverride {
  return {
    files: [files],
    rules: {
      'eslint/no-restricted-imports': restrictedImports(name, layer, depth),
      ...(OWN_A_PROCESS.has(name) ? {} : { 'eslint/no-restricted-globals': RESTRICTED_GLOBALS }),
    },
  };
}

function restrictedImports(name: string, layer: Layer, depth: number): DummyRule {
  const { values, types, packages } = layer;
  // From right in src/, whatever begins with `../` is outside of it, which no layer may import.
  const up = depth === 0 ? '^\\./' : `^(?:\\./)?(?:\\.\\./){${depth}}`;
  const relative = depth === 0 ? './' : '.';
  const patterns: unknown[] = [
    {
      regex: `${up}${startsWithNoneOf([...values, ...types, ...(name === '' ? [] : [`${name}/`])])}`,
      message: `src/${name} may not import this folder: see oxlint.layers.ts`,
    },
    {
      regex: `^${startsWithNoneOf([relative, ...packages])}`,
      message: `src/${name} may not import this package: see oxlint.layers.ts`,
    },
    // The way around the first pattern.
    { regex: '[^./]/\\.\\./|/\\./', message: 'write the path without detours' },
  ];
  if (types.length > 0) {
    patterns.push({
      regex: `${up}(?:${types.map((folder) => butNot(folder, values)).join('|')})`,
      allowTypeImports: true,
      message: `src/${name} knows the types of this folder only: import type`,
    });
  }
  const paths = OWN_A_PROCESS.has(name)
    ? []
    : [{ name: 'node:process', message: 'only what runs as a process of its own knows the process' }];
  return ['error', { paths, patterns }];
}

const RESTRICTED_GLOBALS: DummyRule = [
  'error',
  {
    name: 'process',
    message: 'only what runs as a process of its own knows it: take what you need as an argument',
  },
  { name: 'console', message: 'only sinks print, and only what src/report has made safe' },
  { name: 'fetch', message: 'requests go through src/http: it has the limits, the proxy and the deadline' },
];

/** This folder, without the files of it whose values may be used too. */
function butNot(folder: string, values: readonly string[]): string {
  const files = values.filter((value) => value.startsWith(folder)).map((value) => value.slice(folder.length));
  return literal(folder) + (files.length === 0 ? '' : startsWithNoneOf(files));
}

/**
 * A regular expression for texts that start with none of these. oxlint's engine has no look-ahead, so it is
 * spelt out: for each beginning of an allowed text, that beginning and then the end or another character.
 */
function startsWithNoneOf(allowed: readonly string[]): string {
  const shortest = allowed.filter(
    (text) => !allowed.some((other) => other !== text && text.startsWith(other)),
  );
  const open = new Map<string, Set<string>>([['', new Set()]]);
  for (const text of shortest) {
    for (let length = 0; length < text.length; length++) {
      const beginning = text.slice(0, length);
      const next = open.get(beginning) ?? new Set();
      open.set(beginning, next.add(text.charAt(length)));
    }
  }
  const ways = [...open].map(([beginning, next]) => {
    const other = next.size === 0 ? '.' : `[^${[...next].map(literal).join('')}]`;
    return `${literal(beginning)}(?:${other}|$)`;
  });
  return `(?:${ways.join('|')})`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, String.raw`\$&`);
}
