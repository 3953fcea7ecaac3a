// Loaded before the action: writes down the most memory that the process ever had and, where that was asked for, the
// most that was alive in its heap. To see that, all garbage is collected again and again, which takes its time.

import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { BENCH_MEMORY, BENCH_ALIVE } = process.env;
let alive = 0;
if (BENCH_ALIVE === 'true') {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc');
  const look = () => {
    collect();
    alive = Math.max(alive, process.memoryUsage().heapUsed);
  };
  setInterval(look, 50).unref();
}
process.on('exit', () => {
  const { maxRSS } = process.resourceUsage();
  writeFileSync(BENCH_MEMORY, JSON.stringify({ peak: maxRSS * 1_024, alive }));
});
