import { dirname, join, relative, sep } from 'node:path';

/**
 * Who may import what, by folders and files of src/. The last row that covers a file is its own; it may import what
 * that covers and what it names: `type:` with `import type` only, `node:` all of Node's modules but the process. What is
 * not named is forbidden, a new folder included. Data flows one way: config → rotation → its ports (mutx, github) →
 * messages, and commands/ puts them together.
 */
const MAY_IMPORT: Readonly<Record<string, string>> = {
  core: '',
  secrets: 'core node:',
  // The heart, and what is as pure: no network, no process, no package. They get what they need as arguments.
  rotation: 'core type:secrets',
  ephemeral: 'core rotation/rules.ts type:rotation type:secrets',
  revoke: 'core rotation',
  audit: 'core rotation',
  http: 'core secrets node: @actions/http-client',
  mutx: 'core http secrets type:ephemeral type:rotation node:',
  github: 'core http secrets type:config type:mutx/session type:rotation node:',
  'github/targets/sealed-box.ts': 'core github secrets libsodium-wrappers',
  // Of mutx/ the decoding of claims only: which kind of JWT was pasted is known before anything is called.
  config:
    'core mutx/fields.ts mutx/jwt.ts secrets type:audit type:ephemeral type:mutx/session type:revoke type:rotation node:',
  'config/fleet': 'config core secrets node: yaml',
  messages:
    'core secrets type:audit type:config type:ephemeral type:http type:mutx type:revoke type:rotation node:',
  // Shares nothing with what it stands in for: a bug on both sides would be invisible.
  emulator: 'node: libsodium-wrappers',
  commands: 'audit config core ephemeral github http messages mutx revoke rotation secrets node:',
  library: 'commands config core messages rotation secrets type:mutx',
  '*.ts': 'config/targets.ts library type:config type:core type:mutx type:rotation type:secrets',
  process: 'commands core messages secrets node:',
  runner: 'commands messages process type:config node: @actions/core',
  cli: 'commands config core emulator messages mutx process secrets type:rotation node: commander @inquirer',
  'cli/init': 'cli commands config core github messages secrets type:mutx type:rotation node: commander',
  'cli/doctor':
    'cli commands config core github http messages rotation type:mutx type:secrets node: commander',
  'cli/doctor/checks':
    'core messages/catalogue/catalogue.ts messages/words.ts rotation type:github type:mutx node:net croner yaml',
};

/** An import, or an export from a file; late ones too. */
interface Import {
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly source: { readonly value?: unknown } | null;
}
interface Context {
  readonly cwd: string;
  readonly filename: string;
  readonly report: (problem: { readonly node: Import; readonly message: string }) => void;
}

const ROWS = Object.entries(MAY_IMPORT).reverse();
const KINDS = ['ImportDeclaration', 'ImportExpression', 'ExportAllDeclaration', 'ExportNamedDeclaration'];

function create(context: Context): Readonly<Record<string, (node: Import) => void>> {
  const inSrc = (path: string) =>
    relative(join(context.cwd, 'src'), path)
      .split(sep)
      .join('/')
      .replace('../packages/emulator/src/', 'emulator/');
  const file = inSrc(context.filename);
  const [layer, allowed] = ROWS.find(([name]) => covers(name, file)) ?? ['', ''];
  const names = [layer, ...allowed.split(' ')];
  const check = (node: Import) => {
    if (node.source === null) return;
    // A path that is put together is not known here, and nothing covers it.
    const path = typeof node.source.value === 'string' ? node.source.value : '';
    const target = path.startsWith('.') ? inSrc(join(dirname(context.filename), path)) : path;
    const isType = (node.importKind ?? node.exportKind) === 'type';
    if (names.some((name) => covers(isType ? name.replace('type:', '') : name, target))) return;
    context.report({ node, message: `src/${file} may not import ${target}: see oxlint.layers.ts` });
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, check]));
}

function covers(name: string, path: string): boolean {
  if (name === '*.ts') return /^[\w-]+\.ts$/u.test(path);
  if (name === 'node:') return path.startsWith(name) && path !== 'node:process';
  return name !== '' && (path === name || path.startsWith(`${name}/`));
}

// oxlint-disable-next-line import/no-default-export -- That is how oxlint takes a plugin.
export default { meta: { name: 'layers' }, rules: { 'may-import': { create } } };
