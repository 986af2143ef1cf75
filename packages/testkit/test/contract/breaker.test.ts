import { breakerDefaults } from '@nextbest/core'
import { describe, test } from 'vitest'
import { breakerContract } from '../../src/contract/breaker.ts'
import { seededRandom } from '../../src/seeded-random.ts'
import { createVirtualBreaker } from '../../src/virtual-breaker.ts'
import { createVirtualClock } from '../../src/virtual-clock.ts'

const unusual = {
  consecutiveFailures: 7,
  failureRateBound: 0.3,
  minimumSamples: 20,
  halfLifeMs: 1_000,
  openMs: 100,
  maxOpenMs: 3_600_000,
  probesToClose: 3,
  slowStartMs: 500,
}

describe.for([
  ['its default options', breakerDefaults],
  ['unusual options', unusual],
] as const)('a virtual breaker with %s', ([, options]) => {
  test.for(breakerContract)('$name', async ({ run }) => {
    const clock = createVirtualClock({ startAtMs: 123.4 })
    const breaker = createVirtualBreaker({ ...options, nowMs: () => clock.nowMs(), random: seededRandom(1) })

    await run({
      breaker,
      options,
      nowMs: () => clock.nowMs(),
      advance: (ms) => clock.advanceAsync(ms),
      pendingTimers: () => clock.pendingTimers,
    })
  })
})
