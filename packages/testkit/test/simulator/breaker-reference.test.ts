import { breakerDefaults } from '@nextbest/core'
import type { BreakerPermit } from '@nextbest/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BreakerReference } from '../../src/simulator/invariants/breaker-reference.ts'
import { seededRandom } from '../../src/seeded-random.ts'
import { createVirtualBreaker } from '../../src/virtual-breaker.ts'

const step = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.nat(8_000)),
  report: fc.nat(20),
  outcome: fc.constantFrom('failure', 'failure', 'success', 'neutral', 'late-failure'),
})

test('the reference never finds a fault in a breaker, whatever it is told', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), fc.nat(), (steps, seed) => {
      let nowMs = 0
      const breaker = createVirtualBreaker({
        ...breakerDefaults,
        nowMs: () => nowMs,
        random: seededRandom(seed),
      })
      const reference = new BreakerReference(breakerDefaults)
      const permits: BreakerPermit[] = []

      for (const { waitMs, report, outcome } of steps) {
        nowMs += waitMs
        const permit = breaker.tryAcquire()
        expect(reference.asked(permit, nowMs)).toBeUndefined()
        if (permit !== undefined) permits.push(permit)
        const told = permits[report]
        if (told === undefined) continue
        if (outcome === 'late-failure') breaker.reportLateFailure(told)
        else breaker.report(told, outcome)
        reference.told(told, outcome, nowMs)
        expect(reference.faultOf(breaker.state, breaker.opensUntilMs, nowMs)).toBeUndefined()
      }
    }),
    { numRuns: 300 },
  )
})

test('the reference finds a breaker that opens one failure late', () => {
  const late = { ...breakerDefaults, consecutiveFailures: breakerDefaults.consecutiveFailures + 1 }
  const breaker = createVirtualBreaker({ ...late, nowMs: () => 0, random: () => 0.5 })
  const reference = new BreakerReference(breakerDefaults)
  const faults = Array.from({ length: breakerDefaults.consecutiveFailures }, () => {
    const permit = breaker.tryAcquire()
    reference.asked(permit, 0)
    if (permit === undefined) return 'refused'
    breaker.report(permit, 'failure')
    reference.told(permit, 'failure', 0)
    return reference.faultOf(breaker.state, breaker.opensUntilMs, 0)
  })

  expect(faults.filter((fault) => fault !== undefined)).toEqual(['it is closed and should not be'])
})
