import { describe, expect, it } from 'vitest';
import { partsOf } from '../../scripts/bench/bundle.ts';
import { textOf } from '../../scripts/bench/report.ts';

describe('a section', () => {
  it('is a table in Markdown, and says of each bound whether it holds', () => {
    const text = textOf({
      name: 'Depth',
      how: 'in turns',
      rows: [
        { rotation: 'as it comes', slope: 5 },
        { rotation: 'verify: false', slope: 4.02 },
      ],
      bounds: [
        { what: 'five', holds: true },
        { what: 'four', holds: false },
      ],
    });
    expect(text.split('\n')).toEqual([
      '## Depth',
      '',
      'in turns',
      '',
      '| rotation      | slope |',
      '| ---           | ---   |',
      '| as it comes   | 5     |',
      '| verify: false | 4.02  |',
      '',
      '- ✓ five',
      '- ✗ four',
      '',
    ]);
  });
});

describe('the bytes of a bundle', () => {
  it('belong to a package, a folder of ours, or ncc; all of them to somebody', () => {
    const code = [
      'import x from "module";',
      ';// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js',
      'äö',
      ';// CONCATENATED MODULE: external "node:fs"',
      'const fs = 1;',
      ';// CONCATENATED MODULE: ./lib/rotation/engine.js',
      'rotate();',
      ';// CONCATENATED MODULE: ./lib/rotation/plan.js',
      'plan();',
      '/***/ 4711:',
      'shared();',
      '/***/ }),',
      '/******/ });',
      'end',
    ];
    const parts = partsOf(code.join('\n'));
    expect([...parts.keys()]).toEqual([
      'ncc',
      '@actions/http-client',
      'src/rotation',
      'src, what fleet.js needs too',
    ]);
    expect(parts.get('@actions/http-client')).toBe(Buffer.byteLength(`${code[1]}\n${code[2]}\n`));
    const total = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBe(Buffer.byteLength(`${code.join('\n')}\n`));
  });
});
