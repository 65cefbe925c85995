import { configDefaults, defineConfig } from 'vitest/config';

const INFRASTRUCTURE = 'test/infrastructure/**';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // What passes needs no line of its own.
    reporters: ['dot'],
    projects: [
      // The CDK takes seconds to load: files that only synthesize share it.
      { extends: true, test: { name: 'infrastructure', include: [`${INFRASTRUCTURE}/*.test.ts`], isolate: false } },
      {
        extends: true,
        test: { name: 'all else', include: ['test/**/*.test.ts'], exclude: [INFRASTRUCTURE, 'test/long/**', ...configDefaults.exclude] },
      },
    ],
  },
});
