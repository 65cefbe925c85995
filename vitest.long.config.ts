import { defineConfig } from 'vitest/config';

/** Kills, soaks, the IAM ablation: minutes, not seconds. Run one after the other, for they share the machine. */
export default defineConfig({
  test: { include: ['test/long/**/*.test.ts'], testTimeout: 1_800_000, hookTimeout: 300_000, maxWorkers: 1, fileParallelism: false },
});
