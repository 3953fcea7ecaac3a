import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';
import { licencesIn } from '../../scripts/licences.ts';

// Holds invariant 37 of docs/threat-model.md.

describe('the bundle', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bundle-'));
    await put('package.json', '{"type":"module"}');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(file: string, text: string): Promise<string> {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }
  const packed = (folder: string, name: string, text: string, more: Readonly<Record<string, string>>) =>
    Promise.all([
      put(
        `${folder}node_modules/${name}/package.json`,
        JSON.stringify({ name, version: '1.0.0', main: 'main.js', ...more }),
      ),
      put(`${folder}node_modules/${name}/main.js`, text),
      put(`${folder}node_modules/${name}/LICENSE`, 'Do as you like.\n\nAnd:\nas you wish.'),
    ]);
  const pack = (folder: string, name: string, text: string, license = 'MIT') =>
    packed(folder, name, text, { license });
  const packModule = (folder: string, name: string, text: string) =>
    packed(folder, name, text, { type: 'module', license: 'MIT' });

  it.each(['no-such-package', './no-such-file.js'])(
    'is not made with an import that cannot be resolved: %s',
    async (what) => {
      const entry = await put('main.js', `import x from '${what}';\nconsole.log(x);\n`);
      await expect(bundle(entry, root)).rejects.toThrow('unresolved import');
    },
  );

  it('is not made with two copies of a package', async () => {
    await pack('', 'one', 'module.exports = 1;');
    await pack('', 'other', "module.exports = require('one');");
    await pack('node_modules/other/', 'one', 'module.exports = 2;');
    const entry = await put('main.js', "import a from 'one';\nimport b from 'other';\nconsole.log(a, b);\n");
    await expect(bundle(entry, root)).rejects.toThrow('one is in the bundle twice');
  });

  it('is not made with a package without a licence', async () => {
    await pack('', 'one', 'module.exports = 1;');
    await rm(join(root, 'node_modules/one/LICENSE'));
    const entry = await put('main.js', "import a from 'one';\nconsole.log(a);\n");
    await expect(bundle(entry, root)).rejects.toThrow('no file with a licence is in one');
  });

  // ncc puts `one` and `leaf` together, into something that is of no file itself.
  const together = async () => {
    await packModule('', 'one', "import { leaf } from 'leaf';\nexport const one = 1 + leaf;");
    await packModule('', 'leaf', 'export const leaf = 2;');
    return `const { one } = await import(/* webpackMode: "eager" */ 'one');\n`;
  };

  it('is not made with two copies of a package, one of which ncc put together with another package', async () => {
    const text = await together();
    await packModule('', 'other', "export { one as other } from 'one';");
    await packModule('node_modules/other/', 'one', 'export const one = 2;');
    const entry = await put('main.js', `import { other } from 'other';\n${text}console.log(one, other);\n`);
    await expect(bundle(entry, root)).rejects.toThrow('one is in the bundle twice');
  });

  it('is not made with a package that does not say under which licence it is', async () => {
    await pack('', 'one', 'module.exports = 1;', 'SEE LICENSE IN LICENSE');
    const entry = await put('main.js', "import a from 'one';\nconsole.log(a);\n");
    await expect(bundle(entry, root)).rejects.toThrow('licenses.txt does not name one');
  });

  it.each(['GPL-3.0-only', '(MIT OR GPL-2.0-only)', 'Apache-2.0'])(
    'is not made with a package under %s',
    async (licence) => {
      await pack('', 'one', 'module.exports = 1;', licence);
      const entry = await put('main.js', "import a from 'one';\nconsole.log(a);\n");
      await expect(bundle(entry, root)).rejects.toThrow(
        `not among MIT, ISC, 0BSD, BSD-2-Clause, BSD-3-Clause: one,${licence}`,
      );
    },
  );

  it('names each package that is in it, once, with its licence', async () => {
    await pack('', '@of/other', 'module.exports = 1;', 'ISC');
    const text = `import other from '@of/other';\n${await together()}console.log(one, other);\n`;
    const files = await bundle(await put('main.js', text), root);
    expect([...licencesIn(files.get('licenses.txt') ?? '')]).toEqual([
      ['@of/other', 'ISC'],
      ['leaf', 'MIT'],
      ['one', 'MIT'],
    ]);
  });

  describe('has a file of its own for what is imported late', () => {
    const LATE =
      'export const late = async () => (await import(/* webpackChunkName: "named" */ \'./late.js\')).value;\n';
    const PACKAGE = "export const other = async () => (await import('one')).default;\n";

    it('called as the import says, or as the package in it; and it is found there', async () => {
      await pack('', 'one', 'module.exports = "of a package";');
      await put('late.js', 'export const value = "of a module";\n');
      const files = await bundle(await put('main.js', LATE + PACKAGE), root);
      expect([...files.keys()].sort()).toEqual([
        'index.js',
        'licenses.txt',
        'named.js',
        'one.js',
        'package.json',
      ]);
      for (const [name, text] of files) await put(`dist/${name}`, text);
      const made = (await import(join(root, 'dist/index.js'))) as Record<string, () => Promise<string>>;
      expect(await made['late']?.()).toBe('of a module');
      expect(await made['other']?.()).toBe('of a package');
      expect(files.get('index.js')).not.toContain('of a');
    });

    it('whose packages are licensed as all others', async () => {
      await pack('', 'one', 'module.exports = 1;', 'ISC');
      await pack('', 'two', 'module.exports = 2;');
      const text = `import two from 'two';\n${PACKAGE}export { two };\n`;
      const files = await bundle(await put('main.js', text), root);
      expect([...licencesIn(files.get('licenses.txt') ?? '')]).toEqual([
        ['one', 'ISC'],
        ['two', 'MIT'],
      ]);
      await rm(join(root, 'node_modules/one/LICENSE'));
      await expect(bundle(join(root, 'main.js'), root)).rejects.toThrow('no file with a licence is in one');
    });

    it('with nothing in it that cannot be resolved', async () => {
      await put('late.js', "import x from 'no-such-package';\nexport const value = x;\n");
      await expect(bundle(await put('main.js', LATE), root)).rejects.toThrow('unresolved import');
    });

    it('unless two would be called the same', async () => {
      await pack('', 'named', 'module.exports = 1;');
      await put('late.js', 'export const value = 1;\n');
      const text = `${LATE}export const other = () => import('named');\n`;
      await expect(bundle(await put('main.js', text), root)).rejects.toThrow('one name for two');
    });
  });

  it('is one file where nothing is imported late, and says itself that it is a module', async () => {
    await pack('', 'one', 'module.exports = 1;');
    const entry = await put('main.js', "import a from 'one';\nconsole.log(a);\n");
    const files = await bundle(entry, root);
    expect([...files.keys()].sort()).toEqual(['index.js', 'licenses.txt', 'package.json']);
    expect(files.get('package.json')).toContain('"module"');
  });
});
