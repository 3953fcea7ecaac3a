#!/usr/bin/env node
// `mutx-api-key emulate` from the sources. Needs Node 24, which runs TypeScript as it is.
if (process.features.typescript !== 'strip') {
  console.error('The emulator runs on Node 24: npx node scripts/emulate.mjs');
  process.exit(2);
}
process.argv.splice(2, 0, 'emulate');
await import('../src/cli/main.ts');
