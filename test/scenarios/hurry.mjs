// Loaded before the action where a scenario retries: time is the same, and so are the time limits of requests
// (30 s); only shorter waits are shorter still.
const wait = globalThis.setTimeout;
const hurried = (callback, ms = 0, ...rest) => wait(callback, ms < 20_000 ? ms / 20 : ms, ...rest);
globalThis.setTimeout = Object.assign(hurried, wait);
