// Loaded before the action: time passes so many times as fast, for its clocks and its waits, since the moment that
// the emulator counts from as well. Time limits of requests stay real.
const { BENCH_SPEED, BENCH_ORIGIN } = process.env;
const REQUEST_LIMIT = 30_000;
const speed = Number(BENCH_SPEED);
const origin = Number(BENCH_ORIGIN);
const wait = globalThis.setTimeout;
const wall = Date.now;
const monotonic = performance.now.bind(performance);

Date.now = () => origin + (wall() - origin) * speed;
performance.now = () => monotonic() * speed;
globalThis.setTimeout = Object.assign(
  (wake, ms = 0, ...rest) => wait(wake, ms === REQUEST_LIMIT ? ms : ms / speed, ...rest),
  wait,
);
