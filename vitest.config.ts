import { configDefaults, defineConfig } from 'vitest/config';

/** Unit and integration tests, beside the code. */
export default defineConfig({
  test: {
    include: ['{src-main,src-preload,src-renderer,scripts,bench}/**/*.test.{ts,tsx}'],
    exclude: [...configDefaults.exclude, '**/*.{ecosystem,torture}.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
