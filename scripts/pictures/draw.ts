import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';

const WIDTH = 860;

/** In a container it runs as root; and it is to call nobody. */
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars --disable-background-networking'.split(
    ' ',
  );

/** Near enough to what GitHub gives a summary, in the colours of its light mode. */
const STYLE = `
  body { margin: 16px; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; }
  article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 8px 24px 16px; overflow: hidden; }
  h2 { font-size: 1.4em; font-weight: 600; padding-bottom: .3em; border-bottom: 1px solid #d1d9e0; }
  table { border-collapse: collapse; margin: 16px 0; }
  th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; }
  tr:nth-child(even) td { background: #f6f8fa; }
  code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font: 85% ui-monospace, "DejaVu Sans Mono", monospace; }
  pre { background: #f6f8fa; padding: 16px; border-radius: 6px; }
  pre code { background: none; padding: 0; }
`;

const MEASURE = `document.body.dataset.height = document.querySelector('article').offsetHeight + 32`;

/**
 * Draws a job summary as GitHub shows it.
 * @param markdown of the summary
 * @param picture path of the PNG file to write
 * @param browser path of a Chromium
 */
export async function draw(markdown: string, picture: string, browser: string): Promise<void> {
  const article = marked.parse(markdown, { async: false });
  const folder = await mkdtemp(join(tmpdir(), 'picture-'));
  try {
    const page = join(folder, 'page.html');
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><article>${article}</article><script>${MEASURE}</script>`,
    );
    const chromium = (...options: string[]) =>
      execFileSync(
        browser,
        [...FLAGS, `--user-data-dir=${join(folder, 'profile')}`, ...options, `file://${page}`],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
    const height = /data-height="(\d+)"/u.exec(chromium(`--window-size=${WIDTH},100`, '--dump-dom'))?.[1];
    if (height === undefined) throw new Error('the page has no height');
    chromium(`--window-size=${WIDTH},${height}`, `--screenshot=${picture}`);
    console.log(`${picture}: ${WIDTH} × ${height}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
