// Loaded before the action by runner.ts: writes down every process that the action starts, its arguments and its
// environment, so that the search for leaked credentials covers them.

import childProcess from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const { RUNNER_TEMP } = process.env;
const note = (...started) =>
  appendFileSync(join(RUNNER_TEMP, '..', 'children'), `${JSON.stringify(started)}\n`);

// Node tells of each process that is made here, but only as it is made; what it is given comes with `spawn`.
subscribe('child_process', ({ process: child }) => {
  const { spawn } = child;
  child.spawn = (options) => {
    note(options.args, options.envPairs);
    return spawn.call(child, options);
  };
});
for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
  const original = childProcess[name];
  childProcess[name] = (...given) => {
    note(name, given, process.env);
    return original(...given);
  };
}
syncBuiltinESMExports();
