import { defineConfig } from 'vitest/config'

const conditions = ['@nextbest/source', 'node', 'import', 'default']
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } }

const unit = (name: string) => ({
  ...shared,
  test: { name, include: [`packages/${name}/test/**/*.test.ts`], testTimeout: 30_000 },
})

export default defineConfig({
  ...shared,
  test: {
    projects: [
      unit('core'),
      unit('adapters'),
      unit('router'),
      unit('testkit'),
      unit('gateway'),
      { ...shared, test: { name: 'bench', include: ['bench/**/test/**/*.test.ts'], testTimeout: 60_000 } },
      { ...shared, test: { name: 'examples', include: ['examples/test/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
})
