import { defineConfig } from 'vitest/config';
import { AREA_VARIABLE, areaOf } from './areas.ts';

export default defineConfig({
  test: {
    include: areaOf(process.env[AREA_VARIABLE]).tests.map((folder) => `${folder}/**/*.test.ts`),
    isolate: false,
    // What takes too long is Stryker's to say (timeoutMS).
    testTimeout: 60_000,
  },
});
