import { defineConfig } from 'vitest/config'

const conditions = ['@nextbest/source', 'node', 'import', 'default']

/** Core's tests as mutation testing runs them: with one seed, so that a mutant is killed by its change and not by chance. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/core/test/**/*.test.ts'],
    setupFiles: ['packages/core/test/fixed-seed.ts'],
    testTimeout: 30_000,
  },
})
