import { existsSync } from 'node:fs';
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
