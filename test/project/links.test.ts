import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, ROOT, read } from './files.ts';

describe.each(DOCUMENTS)('%s', (document) => {
  const targets = [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/gu)].map(
    ([, target]) => target ?? '',
  );
  const relative = targets.filter((target) => !/^https?:/u.test(target));

  test('links to files that exist', () => {
    const files = relative.map((target) => target.split('#')[0] ?? '').filter((path) => path !== '');
    const missing = files.filter((path) => !existsSync(join(ROOT, dirname(document), path)));
    expect(missing).toEqual([]);
  });

  test('links to headings that exist', () => {
    const broken = relative.filter((target) => {
      const [path = '', anchor] = target.split('#');
      if (anchor === undefined) return false;
      const file = path === '' ? document : join(dirname(document), path);
      return !existsSync(join(ROOT, file)) || !anchorsOf(read(file)).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('the images of the documents', () => {
  const shown = DOCUMENTS.flatMap((document) =>
    [...withoutCode(read(document)).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/gu)].map(
      ([, alt = '', target = '']) => ({ alt, path: join(dirname(document), target) }),
    ),
  );

  test('are those that there are, and are described', () => {
    expect(shown.map(({ path }) => path).sort()).toEqual(
      readdirSync(join(ROOT, 'docs/images')).map((name) => `docs/images/${name}`),
    );
    for (const { alt } of shown) expect(alt.length).toBeGreaterThan(30);
  });

  test.each(shown.filter(({ path }) => path.endsWith('.png')))('$path is a PNG and not large', ({ path }) => {
    const bytes = readFileSync(join(ROOT, path));
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
    expect(bytes.subarray(-8, -4).toString('latin1')).toBe('IEND');
    expect(bytes.length).toBeLessThan(150_000);
  });

  test.each(shown.filter(({ path }) => path.endsWith('.svg')))(
    '$path is well-formed, for light and dark',
    ({ path }) => {
      const svg = read(path);
      expect(tagsLeftOpen(svg)).toEqual([]);
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+" role="img"/u);
      // Each colour of the light mode has one for the dark.
      const [light = '', dark = ''] = svg.split('@media (prefers-color-scheme: dark)');
      const classes = (css: string) =>
        new Set([...css.matchAll(/^ +(\.?[a-z]+) \{/gmu)].map(([, name]) => name));
      expect(classes(dark.slice(0, dark.indexOf('</style>')))).toEqual(classes(light));
      // GitHub shows it in an <img>, where nothing is loaded and nothing runs.
      expect(svg).not.toMatch(/<script|<image|href=|url\(/u);
    },
  );

  test('an SVG that is not well-formed would be found', () => {
    expect(tagsLeftOpen('<svg><g></svg>')).toEqual(['</svg> closes <g>']);
    expect(tagsLeftOpen('<svg><text>a & b</text>')).toEqual(['a bare &', '<svg>']);
  });
});

/** What keeps a piece of XML, as simple as ours, from being well-formed. */
function tagsLeftOpen(xml: string): readonly string[] {
  const wrong: string[] = /&(?!(?:amp|lt|gt|quot|#\d+);)/u.test(xml) ? ['a bare &'] : [];
  const open: string[] = [];
  for (const [, end, name = '', , alone] of xml.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gu,
  )) {
    if (end === '/') {
      const last = open.pop();
      if (last !== name) wrong.push(`</${name}> closes <${last ?? ''}>`);
    } else if (alone === '') open.push(name);
  }
  const tags = [...xml.matchAll(/<\/?[a-z]/gu)].length;
  const whole = [...xml.matchAll(/<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gu)].length;
  if (tags !== whole) wrong.push(`${tags - whole} tags that are none`);
  if (wrong.some((one) => one.startsWith('</'))) return wrong;
  return [...wrong, ...open.map((name) => `<${name}>`)];
}

/** The headings of a Markdown file, as GitHub makes anchors of them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...withoutCode(markdown).matchAll(/^#+ (.+)$/gmu)].map(([, text]) => text ?? '');
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gmu, '');
}
