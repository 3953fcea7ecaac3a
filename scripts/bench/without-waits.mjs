// Loaded before the action, to see what it costs without what it waits: whoever sleeps wakes at once, the one who
// sleeps least first, and the clocks say that the time has passed, the servers' own included: how much that is stands in a
// file. Time limits of requests (30 s) stay real.
import { readFileSync, writeFileSync } from 'node:fs';

const { BENCH_SKIPPED: file } = process.env;
const wait = globalThis.setTimeout;
const wall = Date.now;
const monotonic = performance.now.bind(performance);
let skipped = Number(readFileSync(file, 'utf8'));
const sleepers = [];

Date.now = () => wall() + skipped;
performance.now = () => monotonic() + skipped;
globalThis.setTimeout = Object.assign((wake, ms = 0, ...rest) => {
  if (ms >= 20_000) return wait(wake, ms, ...rest);
  sleepers.push({ at: performance.now() + ms, wake });
  sleepers.sort((one, other) => one.at - other.at);
  setImmediate(() => {
    const { at, wake: next } = sleepers.shift();
    const more = Math.max(0, at - performance.now());
    skipped += more;
    if (more > 0) writeFileSync(file, String(skipped));
    next();
  });
}, wait);
