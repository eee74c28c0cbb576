import { configDefaults, defineConfig } from 'vitest/config';

/** The page in a real browser, against a real engine; one file at a time, as each has both to itself. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    exclude: [...configDefaults.exclude, '**/*.{ecosystem,torture}.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
