import { AREA_VARIABLE, areaOf, reportOf } from './areas.ts';

/** Run by mutate.ts, from the root, once for each area. */
const area = areaOf(process.env[AREA_VARIABLE]);

export default {
  mutate: area.mutate,
  testRunner: 'vitest',
  vitest: { configFile: 'tools/mutation/vitest.config.ts', pool: area.pool },
  // Of the tests, only those that come through a mutant are run on it.
  coverageAnalysis: 'perTest',
  // A constant of a module is as easily wrong as anything else: shapes and limits are such constants.
  ignoreStatic: false,
  // One after the other: tests that wait for real sockets must not be slowed down by each other.
  concurrency: 1,
  // For what never ends by itself. A test that waits in vain fails sooner, by its own limit (vitest.config.ts).
  timeoutMS: 8_000,
  thresholds: { high: 95, low: 90, break: 90 },
  // Survivors are told by mutate.ts, which knows those that are listed.
  reporters: ['json', 'html'],
  jsonReporter: { fileName: reportOf(area, '.json') },
  htmlReporter: { fileName: reportOf(area, '.html') },
  incremental: true,
  incrementalFile: reportOf(area, '.incremental.json'),
  tempDirName: 'reports/mutation/sandbox',
  ignorePatterns: ['dist', 'lib', 'coverage', 'reports'],
  // Stryker would rewrite it by a compiler interface that TypeScript 7 does not have; nothing here reads it.
  tsconfigFile: 'none',
  // Types are not checked on the way; a comment at the top of each file would be there for nothing.
  disableTypeChecks: false,
  warnings: { slow: false },
  allowConsoleColors: false,
};
