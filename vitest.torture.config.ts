import { defineConfig } from 'vitest/config';

/** Kills at failpoints and at random moments, and hostile input. */
export default defineConfig({
  test: {
    include: ['{src-main,e2e}/**/*.torture.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    maxConcurrency: 3,
    passWithNoTests: true,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
