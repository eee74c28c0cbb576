import { defineConfig } from 'vitest/config';

/** Real clients of other projects (Python's from PyPI) against a real engine. */
export default defineConfig({
  test: {
    include: ['{src-main,e2e}/**/*.ecosystem.test.ts'],
    globalSetup: ['scripts/test/python.ts'],
    pool: 'forks',
    fileParallelism: false,
    passWithNoTests: true,
    testTimeout: 300_000,
    hookTimeout: 900_000,
  },
});
