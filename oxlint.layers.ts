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
 * Who may import what. Data flows one way: config → rotation → its ports (mutx, github) → messages, and commands/
 * puts them together. What is not named here is forbidden, a new folder included.
 */
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { values: [], types: [], packages: [] },
  secrets: { values: ['core/'], types: [], packages: ['node:'] },
  // The heart: no network, no process, no package. It gets what it needs as arguments.
  rotation: { values: ['core/'], types: ['secrets/'], packages: [] },
  // A key for one job, as pure as rotation/; of that the rules.
  ephemeral: { values: ['core/', 'rotation/rules.ts'], types: ['rotation/', 'secrets/'], packages: [] },
  revoke: { values: ['core/', 'rotation/'], types: [], packages: [] },
  audit: { values: ['core/', 'rotation/'], types: [], packages: [] },
  http: { values: ['core/', 'secrets/'], types: [], packages: ['node:', '@actions/http-client'] },
  mutx: { values: ['core/', 'http/', 'secrets/'], types: ['ephemeral/', 'rotation/'], packages: ['node:'] },
  github: {
    values: ['core/', 'http/', 'secrets/'],
    types: ['rotation/', 'config/', 'mutx/session/'],
    packages: ['node:'],
  },
  // Of mutx/ the decoding of claims only: which kind of JWT was pasted is known before anything is called.
  config: {
    values: ['core/', 'mutx/jwt.ts', 'mutx/fields.ts', 'secrets/'],
    types: ['audit/', 'ephemeral/', 'mutx/session/', 'revoke/', 'rotation/'],
    packages: ['node:'],
  },
  'config/fleet': {
    values: ['config/', 'core/', 'secrets/'],
    types: [],
    packages: ['node:', 'yaml'],
  },
  messages: {
    values: ['core/', 'secrets/'],
    types: ['audit/', 'config/', 'ephemeral/', 'http/', 'mutx/', 'revoke/', 'rotation/'],
    packages: ['node:'],
  },
  // Shares nothing with what it stands in for: a bug on both sides would be invisible.
  emulator: { values: [], types: [], packages: ['node:', 'libsodium-wrappers'] },
  // Each command from its inputs to its report, whoever runs it. What a runner and a shell do not share is an argument.
  commands: {
    values: [
      'audit/',
      'config/',
      'core/',
      'ephemeral/',
      'github/',
      'http/',
      'messages/',
      'mutx/',
      'revoke/',
      'rotation/',
      'secrets/',
    ],
    types: [],
    packages: ['node:'],
  },
  // The commands as functions: no runner, no shell, no process. What they say goes to whoever calls.
  library: {
    values: ['commands/', 'config/', 'core/', 'messages/', 'rotation/', 'secrets/'],
    types: ['mutx/'],
    packages: [],
  },
  // A command in a process of its own, ended by signals: shared by the two that follow.
  process: { values: ['commands/', 'core/', 'messages/', 'secrets/'], types: [], packages: ['node:'] },
  runner: {
    values: ['commands/', 'messages/', 'process/'],
    types: ['config/'],
    packages: ['node:', '@actions/core'],
  },
  cli: {
    values: ['commands/', 'config/', 'core/', 'emulator/', 'messages/', 'mutx/', 'process/', 'secrets/'],
    types: ['rotation/'],
    packages: ['node:', 'commander', '@inquirer/'],
  },
  // The two commands that only a person starts, each whole in one folder.
  'cli/doctor': {
    values: ['cli/', 'commands/', 'config/', 'core/', 'github/', 'http/', 'messages/', 'rotation/'],
    types: ['mutx/', 'secrets/'],
    packages: ['node:', 'commander'],
  },
  // What is to be said of what doctor found; pure.
  'cli/doctor/checks': {
    values: ['core/', 'messages/catalogue/catalogue.ts', 'messages/words.ts', 'rotation/'],
    types: ['github/', 'mutx/'],
    packages: ['croner', 'yaml'],
  },
  'cli/init': {
    values: ['cli/', 'commands/', 'config/', 'core/', 'github/', 'messages/', 'secrets/'],
    types: ['mutx/', 'rotation/'],
    packages: ['node:', 'commander'],
  },
};

/** Files right in src/: what users of the package import by its name. They only put together what there is. */
const TOP: Layer = {
  values: ['config/targets.ts', 'library/'],
  types: ['config/', 'core/', 'mutx/', 'rotation/', 'secrets/'],
  packages: [],
};

/** Single files that may import a package which the rest of their folder may not. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'github/targets/sealed-box.ts': ['libsodium-wrappers'],
};

/** What runs as a process of its own, and so may know it. */
const OWN_A_PROCESS: ReadonlySet<string> = new Set(['process', 'runner', 'cli']);

/** Folders nest this deep below src/ at most; an import's `../` are counted against it. */
const DEEPEST = 4;

/** The rules as oxlint takes them: one override for each folder and depth, the exceptions last. */
export function layerOverrides(): OxlintOverride[] {
  const overrides = [override('src/*.ts', '', TOP, 0)];
  for (const [name, layer] of Object.entries(LAYERS)) {
    const own = name.split('/').length;
    for (let depth = own; depth <= DEEPEST; depth++) {
      overrides.push(override(`src/${name}/${'*/'.repeat(depth - own)}*.ts`, name, layer, depth));
    }
  }
  for (const [file, packages] of Object.entries(EXCEPTIONS)) {
    const name = file
      .split('/')
      .slice(0, -1)
      .join('/')
      .replace(/^github\/.*/u, 'github');
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
  { name: 'console', message: 'only sinks print, and only what src/messages has made safe' },
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
