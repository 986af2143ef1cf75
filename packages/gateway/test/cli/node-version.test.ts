import { expect, test } from 'vitest'
import { nodeVersionProblem } from '../../src/cli/node-version.ts'

test.each(['v24.0.0', 'v24.21.0', 'v26.1.0-nightly', 'v100.0.0'])('%s is new enough', (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined()
})

test.each(['v18.20.8', 'v20.20.2', 'v23.11.1', ''])(
  'of %s it is said what is needed, in one line',
  (version) => {
    const problem = nodeVersionProblem(version)

    expect(problem).toContain(
      `nextbest needs Node 24 or newer; this is ${version}. Install it from your package manager`,
    )
    expect(problem).not.toContain('\n')
  },
)
