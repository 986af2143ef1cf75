import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cappedPlan, expectedLossUsd } from '../../src/ranking/capped-plan.ts'
import type { PlanItem } from '../../src/ranking/capped-plan.ts'

const items = fc.array(
  fc.record({
    attemptUsd: fc.double({ min: 1e-6, max: 0.02, noNaN: true }),
    early: fc.double({ min: 0, max: 0.99, noNaN: true }),
  }),
  { maxLength: 6 },
)

function byIndex(list: readonly PlanItem[]): PlanItem[] {
  return list.toSorted(
    (one, other) => one.attemptUsd / (1 - one.early) - other.attemptUsd / (1 - other.early),
  )
}

/** Every ordered subset of at most `attempts` items. */
function* orderedSubsets(list: readonly PlanItem[], attempts: number): Generator<readonly PlanItem[]> {
  yield []
  if (attempts === 0) return
  for (const [i, item] of list.entries()) {
    for (const rest of orderedSubsets(list.toSpliced(i, 1), attempts - 1)) yield [item, ...rest]
  }
}

test('the plan loses as little as the best of all ordered subsets, whenever there are at most six endpoints', () => {
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: 0, max: 4 }),
      fc.double({ min: 1e-4, max: 1, noNaN: true }),
      (list, attempts, failureUsd) => {
        const sorted = byIndex(list)
        const plan = cappedPlan(sorted, attempts, failureUsd).flatMap((i) => sorted[i] ?? [])
        let best = failureUsd
        for (const order of orderedSubsets(sorted, attempts))
          best = Math.min(best, expectedLossUsd(order, failureUsd))
        expect(plan.length).toBeLessThanOrEqual(attempts)
        expect(expectedLossUsd(plan, failureUsd)).toBeCloseTo(best, 10)
      },
    ),
    { numRuns: 400 },
  )
})

test('the plan keeps the order of increasing index', () => {
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 4 }), (list, attempts) => {
      const plan = cappedPlan(byIndex(list), attempts, 0.01)
      expect(plan).toEqual(plan.toSorted((one, other) => one - other))
    }),
  )
})

test('a further endpoint never raises the loss of the plan', () => {
  fc.assert(
    fc.property(items, items, (list, more) => {
      const loss = (one: readonly PlanItem[]): number => {
        const sorted = byIndex(one)
        return expectedLossUsd(
          cappedPlan(sorted, 3, 0.01).flatMap((i) => sorted[i] ?? []),
          0.01,
        )
      }
      expect(loss([...list, ...more])).toBeLessThanOrEqual(loss(list) + 1e-12)
    }),
  )
})
