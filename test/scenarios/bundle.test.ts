import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';

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
  const pack = (folder: string, name: string, text: string) =>
    Promise.all([
      put(
        `${folder}node_modules/${name}/package.json`,
        `{"name":"${name}","version":"1.0.0","license":"MIT","main":"main.js"}`,
      ),
      put(`${folder}node_modules/${name}/main.js`, text),
      put(`${folder}node_modules/${name}/LICENSE`, 'Do as you like.'),
    ]);

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
    await expect(bundle(entry, root)).rejects.toThrow('could not find any license file for one');
  });

  it('is one file, that says itself that it is a module', async () => {
    await pack('', 'one', 'module.exports = 1;');
    const entry = await put('main.js', "import a from 'one';\nconsole.log(a);\n");
    const files = await bundle(entry, root);
    expect([...files.keys()].sort()).toEqual(['index.js', 'licenses.txt', 'package.json']);
    expect(files.get('package.json')).toContain('"module"');
  });
});
