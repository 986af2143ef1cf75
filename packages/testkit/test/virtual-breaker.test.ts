import { breakerDefaults, type BreakerPermit } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../src/seeded-random.ts'
import { createVirtualBreaker } from '../src/virtual-breaker.ts'
import { createVirtualClock } from '../src/virtual-clock.ts'

type Step = {
  readonly waitMs: number
  readonly report: number
  readonly outcome: 'success' | 'failure' | 'neutral'
}

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.nat(8_000)),
  report: fc.nat(20),
  outcome: fc.oneof(
    { weight: 3, arbitrary: fc.constant('failure' as const) },
    fc.constantFrom('success', 'neutral'),
  ),
})

describe('a virtual breaker', () => {
  test('never has two probes under way, nor gives a permit that it says it would not, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), fc.nat(), (steps, seed) => {
        const clock = createVirtualClock()
        const breaker = createVirtualBreaker({
          ...breakerDefaults,
          nowMs: () => clock.nowMs(),
          random: seededRandom(seed),
        })
        const underWay: BreakerPermit[] = []

        for (const { waitMs, report, outcome } of steps) {
          clock.advance(waitMs)
          const { admits, state } = breaker
          const permit = breaker.tryAcquire()
          expect(permit !== undefined).toBe(admits)
          expect(permit?.probe ?? false).toBe(permit !== undefined && state === 'half-open')
          if (state === 'open') expect(admits).toBe(false)
          if (state === 'closed') expect(admits).toBe(true)
          expect(breaker.openings === 0).toBe(state === 'closed')

          if (permit !== undefined) underWay.push(permit)
          const generation = Math.max(...underWay.map((permit) => permit.generation))
          const probes = underWay.filter((permit) => permit.probe && permit.generation === generation)
          expect(probes.length).toBeLessThanOrEqual(1)
          const [reported] = underWay.splice(report, 1)
          if (reported !== undefined) breaker.report(reported, outcome)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('asks for a random number once for each opening', () => {
    let asked = 0
    const random = (): number => {
      asked++
      return 0.5
    }
    let nowMs = 0
    const breaker = createVirtualBreaker({ ...breakerDefaults, nowMs: () => nowMs, random })
    const fail = (): void => {
      const permit = breaker.tryAcquire()
      if (permit !== undefined) breaker.report(permit, 'failure')
    }

    for (let failures = 0; failures < 4; failures++) fail()
    expect(asked).toBe(0)
    fail()
    expect(asked).toBe(1)

    nowMs = 3_749
    expect(breaker.state).toBe('open')
    nowMs = 3_750
    expect(breaker.state).toBe('half-open')
    fail()
    expect(asked).toBe(2)
    nowMs = 3_750 + 7_500
    expect(breaker.state).toBe('half-open')
  })
})
