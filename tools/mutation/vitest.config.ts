import { defineConfig } from 'vitest/config';
import { AREA_VARIABLE, areaOf } from './areas.ts';

export default defineConfig({
  test: {
    include: areaOf(process.env[AREA_VARIABLE]).tests.map((folder) => `${folder}/**/*.test.ts`),
    // Many a mutant makes a test wait for ever. None of these takes a second when all is well.
    testTimeout: 5_000,
  },
});
