// The command line in a clone: `npm run -s mutx-api-key -- doctor`. Plain JavaScript, so that a Node that cannot run
// TypeScript says what is missing instead of failing with a stack trace.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = new URL('../src/cli/main.ts', import.meta.url);
const OWN_NODE = join(fileURLToPath(new URL('../node_modules/.bin', import.meta.url)), 'node');

// npm starts scripts in the folder of the package.
if (process.env.INIT_CWD !== undefined) process.chdir(process.env.INIT_CWD);

if (!existsSync(new URL('../node_modules/commander', import.meta.url))) {
  complain('its packages are not installed: run `npm ci` in the clone');
} else if (process.features.typescript) {
  await import(MAIN.href);
} else if (existsSync(OWN_NODE)) {
  const child = spawn(OWN_NODE, [fileURLToPath(MAIN), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
} else {
  complain(`it needs Node 24 to run from source, and this is ${process.version}: install Node 24`);
}

/** @param {string} what */
function complain(what) {
  process.stderr.write(`mutx-api-key: ${what}\n`);
  process.exitCode = 1;
}
