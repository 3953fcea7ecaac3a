import { defineConfig } from 'vitest/config';
import { AREA_VARIABLE, areaOf } from './areas.ts';

const { tests, without = [] } = areaOf(process.env[AREA_VARIABLE]);

export default defineConfig({
  test: {
    include: [...tests],
    exclude: [...without],
    // Between two mutants everything is loaded anew anyway.
    isolate: false,
    // What takes too long is Stryker's to say (timeoutMS).
    testTimeout: 60_000,
  },
});
