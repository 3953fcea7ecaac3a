import { defineConfig } from 'vitest/config';

const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // The first searches every step that any test runs for credentials, the second looks at every request.
    setupFiles: ['test/canary/every-step.ts', 'packages/emulator/test/every-request.ts'],
    testTimeout: 60_000,
    // Copies that test/simulation/mutants.ts makes of src/: Node itself loads them, several times as quickly.
    server: { deps: { external: [/\/mutant-[^/]+\/src\//] } },
    // Every core: most of the time goes into processes that the tests start and wait for.
    maxWorkers: '100%',
    // .ci/run counts the tests in this file.
    ...(report === undefined ? {} : { reporters: ['default', ['json', { outputFile: report }]] }),
    coverage: {
      enabled: process.env['COVERAGE'] === '1',
      provider: 'v8',
      include: ['src/**/*.ts', 'packages/*/src/**/*.ts'],
      // Run as a child process by test/scenarios, the way the runner does it; not measured there.
      exclude: ['src/runner/**'],
      reporter: [['text', { skipFull: true }]],
      thresholds: {
        statements: 90,
        branches: 90,
        functions: 90,
        lines: 90,
        // Where a branch that nobody took may cost a key or a secret.
        'src/rotation/**': { branches: 100 },
        'src/ephemeral/**': { branches: 100 },
        'src/config/{*.ts,credential/**,load/**}': { branches: 100 },
        'src/http/**': { branches: 100 },
      },
    },
  },
});
