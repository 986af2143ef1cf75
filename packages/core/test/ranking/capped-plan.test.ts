import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cappedPlan, cappedPlanOf, expectedLossUsd } from '../../src/ranking/capped-plan.ts'
import type { PlanColumns, PlanItem } from '../../src/ranking/capped-plan.ts'

/**
 * Rates in whole hundredths: drawn as a double, one would be next to nothing nearly always. Attempts cost little beside a
 * failure and fail often, since the choice is easy else.
 */
const items = fc.array(
  fc.record({
    attemptUsd: fc.integer({ min: 1, max: 200 }).map((drawn) => drawn * 1e-5),
    early: fc
      .oneof(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 50, max: 99 }))
      .map((one) => one / 100),
  }),
  { maxLength: 6 },
)
const attemptNumbers = fc.integer({ min: 0, max: 4 })
const failures = fc.integer({ min: 10, max: 1_000 }).map((drawn) => drawn * 1e-4)

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

/** The least loss of all plans. */
function leastLossUsd(list: readonly PlanItem[], attempts: number, failureUsd: number): number {
  let leastUsd = failureUsd
  for (const order of orderedSubsets(list, attempts))
    leastUsd = Math.min(leastUsd, expectedLossUsd(order, failureUsd))
  return leastUsd
}

/** Columns that nobody may ask for a position that they do not have. */
function columnsOf(list: readonly PlanItem[]): PlanColumns {
  const at = (position: number): PlanItem => list[position] ?? expect.unreachable(`asked for ${position}`)
  return {
    length: list.length,
    attemptUsdAt: (position) => at(position).attemptUsd,
    earlyAt: (position) => at(position).early,
  }
}

test('the plan loses as little as the best of all ordered subsets, whenever there are at most six endpoints', () => {
  fc.assert(
    fc.property(items, attemptNumbers, failures, (list, attempts, failureUsd) => {
      const sorted = byIndex(list)
      const plan = cappedPlan(sorted, attempts, failureUsd).flatMap((i) => sorted[i] ?? [])

      expect(plan.length).toBeLessThanOrEqual(attempts)
      expect(expectedLossUsd(plan, failureUsd)).toBeCloseTo(leastLossUsd(sorted, attempts, failureUsd), 10)
    }),
    { numRuns: 1_200 },
  )
})

test('the plan without one endpoint loses as little as the best plan of the others, and never has it', () => {
  fc.assert(
    fc.property(items, attemptNumbers, failures, fc.nat(5), (list, attempts, failureUsd, without) => {
      const sorted = byIndex(list)
      const plan = cappedPlanOf(columnsOf(sorted), { attempts, failureUsd, without })
      const others = sorted.filter((_, position) => position !== without)
      const lossUsd = expectedLossUsd(
        plan.flatMap((i) => sorted[i] ?? []),
        failureUsd,
      )

      expect(plan).not.toContain(without)
      expect(lossUsd).toBeCloseTo(leastLossUsd(others, attempts, failureUsd), 10)
    }),
    { numRuns: 1_200 },
  )
})

test('the last attempt goes to who rarely fails, however low the index of who often does', () => {
  const cheap = { attemptUsd: 0.0001, early: 0.9 }
  const reliable = { attemptUsd: 0.002, early: 0 }

  expect(cappedPlan([cheap, reliable], 1, 0.01)).toEqual([1])
  expect(cappedPlan([cheap, reliable], 2, 0.01)).toEqual([0, 1])
})

test('the plan leaves out an endpoint that costs as much as failing', () => {
  expect(cappedPlan([{ attemptUsd: 0.01, early: 0 }], 1, 0.01)).toEqual([])
  expect(cappedPlan([{ attemptUsd: 0.009, early: 0 }], 1, 0.01)).toEqual([0])
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
