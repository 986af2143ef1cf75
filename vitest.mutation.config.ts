import { defineConfig } from 'vitest/config'

const conditions = ['@nextbest/source', 'node', 'import', 'default']

/** A property runs so much less often here: there are thousands of mutants, and each meets every property that covers it. */
const lessOften = 8
const usualRuns = 100

const fewerRuns = '\0fewer-runs'
const source = `
import fc from 'fast-check'
const assert = (property, { numRuns = ${usualRuns}, ...parameters } = {}) =>
  fc.assert(property, { ...parameters, numRuns: Math.ceil(numRuns / ${lessOften}) })
export default { ...fc, assert }
`

/** Core's tests as mutation testing runs them: with one seed, so that a mutant is killed by its change and not by chance. */
export default defineConfig({
  plugins: [
    {
      name: 'fewer-runs',
      enforce: 'pre',
      resolveId: (id, importer) => (id === 'fast-check' && importer !== fewerRuns ? fewerRuns : undefined),
      load: (id) => (id === fewerRuns ? source : undefined),
    },
  ],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/core/test/**/*.test.ts'],
    setupFiles: ['packages/core/test/fixed-seed.ts'],
    testTimeout: 30_000,
  },
})
