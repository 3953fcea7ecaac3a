/**
 * Makes docs/images/summary.png: the job summary of a rotation as GitHub shows it, out of a real run of dist/ against
 * the emulator. Needs a Chromium; not part of any check, because no two browsers draw the same bytes:
 *
 *   npm run picture [path of chromium]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';
import { startEmulator } from '../src/emulator/index.ts';
import { runStep } from './runner.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHROMIUM = process.argv[2] ?? 'chromium';
const WIDTH = 860;
const REPOSITORY = 'acme/web';

/** In a container it runs as root; and it is to call nobody. */
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars --disable-background-networking'.split(
    ' ',
  );

/** Near enough to what GitHub gives a summary, in the colours of its light mode. */
const STYLE = `
  body { margin: 16px; background: #fff; color: #1f2328; font: 14px/1.5 system-ui, "DejaVu Sans", sans-serif; }
  article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 8px 24px 16px; }
  h2 { font-size: 1.4em; font-weight: 600; padding-bottom: .3em; border-bottom: 1px solid #d1d9e0; }
  table { border-collapse: collapse; margin: 16px 0; }
  th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left; }
  tr:nth-child(even) td { background: #f6f8fa; }
  code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font: 85% ui-monospace, "DejaVu Sans Mono", monospace; }
`;

/** The summary of a rotation with a grace period, a week after the first one. */
async function summaryOfRotation() {
  await using emulator = await startEmulator();
  const { mutx, github } = emulator;
  const user = mutx.addUser({ plan: 'STARTER' });
  github.addRepository(REPOSITORY, { environments: ['production'] });
  const token = github.issueToken();
  let summary = '';
  for (let runs = 0; runs < 2; runs += 1) {
    await using run = await runStep({
      action: join(ROOT, 'action.yml'),
      inputs: {
        email: user.email,
        password: user.password,
        'api-url': mutx.url,
        'github-token': token,
        'key-name': 'web',
        targets: `${REPOSITORY}\n${REPOSITORY}@production\ndependabot:${REPOSITORY}`,
        'grace-period': '6h',
      },
      env: { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url },
    });
    if (run.exitCode !== 0) throw new Error(run.log.join('\n'));
    summary = run.summary;
    for (const clock of [mutx.clock, github.clock]) clock.advance(7 * 24 * 60 * 60 * 1_000);
  }
  return summary;
}

function draw(html) {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  try {
    const page = join(folder, 'page.html');
    writeFileSync(page, html);
    const chromium = (...options) =>
      execFileSync(
        CHROMIUM,
        [...FLAGS, `--user-data-dir=${join(folder, 'profile')}`, ...options, `file://${page}`],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const height = /data-height="(\d+)"/u.exec(chromium(`--window-size=${WIDTH},100`, '--dump-dom'))?.[1];
    if (height === undefined) throw new Error('the page has no height');
    const picture = join(ROOT, 'docs/images/summary.png');
    chromium(`--window-size=${WIDTH},${height}`, `--screenshot=${picture}`);
    console.log(`${picture}: ${WIDTH} × ${height}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MEASURE = `document.body.dataset.height = document.querySelector('article').offsetHeight + 32`;
const article = marked.parse(await summaryOfRotation(), { async: false });
draw(
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><article>${article}</article><script>${MEASURE}</script>`,
);
