import fc from 'fast-check'
import { expect, test } from 'vitest'
import { selectors } from '../../../testkit/src/arbitraries/preferences.ts'
import { callBudget } from '../../src/call/call-budget.ts'
import { matchesProvider } from '../../src/catalog/slug.ts'
import { expectedLossUsd } from '../../src/ranking/capped-plan.ts'
import { decide } from '../../src/ranking/decide.ts'
import type { Decision } from '../../src/ranking/decide.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import type { ScoredEndpoint } from '../../src/ranking/scored-endpoint.ts'
import { failed, follow, serverError, started } from '../call/follow.ts'
import { fleetOf, nowMs, question, steady } from '../ranking/fleet.ts'
import { share } from '../signals/arbitraries.ts'
import { fleetsOf, knownAll, knownIn, numbersIn, probabilities, situations } from './fleet.ts'
import { decisionsOf, traceEvents } from './trace.ts'

const noRandom = (): number => {
  throw new Error('no random number may be taken')
}

/** The plan with the numbers that it was made by. */
function scoredPlan({ plan, ranked }: Decision): readonly ScoredEndpoint[] {
  return plan.flatMap(({ endpoint }) => ranked.find((one) => one.known.endpoint === endpoint) ?? [])
}

/** What the best of all orders of at most so many endpoints loses. */
function leastLossUsd(list: readonly ScoredEndpoint[], attempts: number, failureUsd: number): number {
  if (attempts === 0) return failureUsd
  return list.reduce((least, one, i) => {
    const rest = leastLossUsd(list.toSpliced(i, 1), attempts - 1, failureUsd)
    return Math.min(least, one.attemptUsd + one.early * rest)
  }, failureUsd)
}

test('invariant 4: behind the first pick, attempts come by increasing index and lose as little as the best of all orders', () => {
  const failures = fc.double({ min: 1e-4, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fleetsOf(numbersIn('closed', 'half-open'), 7),
      fc.integer({ min: 1, max: 5 }),
      share,
      failures,
      (fleet, maxAttempts, draw, failureUsd) => {
        const options = { ...rankingDefaults, failureUsd }
        const decision = decide(
          knownAll(fleet),
          question({ maxAttempts, random: () => draw * 0.999, options }),
        )
        const [, ...rest] = scoredPlan(decision)
        const attempted = rest.slice(0, maxAttempts - 1)
        const losses = [[], ...attempted.keys().map((i) => attempted.slice(0, i + 1))].map((part) =>
          expectedLossUsd(part, failureUsd),
        )
        const least = leastLossUsd(rest, maxAttempts - 1, failureUsd)
        // Where a further attempt is expected to cost more than failing, it is made all the same: a caller wants an answer.
        const planned = rest.every((one) => one.indexUsd < failureUsd)
          ? attempted.length
          : losses.indexOf(Math.min(...losses))

        expect((losses[planned] ?? Number.NaN) / least).toBeCloseTo(1, 9)
        const indices = attempted.slice(0, planned).map((one) => one.indexUsd)
        expect(indices).toEqual(indices.toSorted((one, other) => one - other))
      },
    ),
    { numRuns: 300 },
  )
})

test('invariant 5: a call without fallbacks is never tried on a second endpoint, after a wait neither', () => {
  const [first, gated] = fleetOf([steady, steady])
  if (first === undefined || gated === undefined) throw new Error('unreachable')
  gated.signals.gate.closeUntil(nowMs + 500)
  const decision = decide([first, gated], question({ preferences: { allowFallbacks: false } }))
  const { plan, standby, maxAttempts } = decision
  const budget = callBudget({ deadlineAtMs: 60_000, maxAttempts })
  const { state } = follow({ budget, plan, standby: standby.map((one) => ({ ...one, retryAtMs: 500 })) }, [
    started(1),
    failed(1, 100, serverError),
    { type: 'admitted', nowMs: 500 },
  ])

  expect(state.attempts.map((attempt) => attempt.planned.endpoint)).toEqual([first.endpoint])
})

test('invariant 6: an explicit order is followed to the letter by whoever can serve now, and takes no random number', () => {
  fc.assert(
    fc.property(
      situations,
      fc.array(selectors, { maxLength: 6 }),
      fc.boolean(),
      (situation, order, allowFallbacks) => {
        const preferences = { order, allowFallbacks }
        const decision = decide(knownIn(situation), question({ preferences, random: noRandom }))
        const place = ({ known }: ScoredEndpoint): number => {
          const found = order.findIndex((selector) => matchesProvider(selector, known.endpoint))
          return found === -1 ? order.length : found
        }
        const expected = decision.ranked.toSorted((one, other) => place(one) - place(other))

        expect(scoredPlan(decision)).toEqual(expected)
        if (!allowFallbacks) expect(decision.ranked.every((one) => place(one) < order.length)).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

test('invariant 8: the same seed and events give the same decisions, bit for bit', () => {
  fc.assert(
    fc.property(fleetsOf(numbersIn('closed')), traceEvents, fc.nat(), (fleet, events, seed) => {
      const once = decisionsOf({ fleet, events, seed, startMs: 0 })
      expect(decisionsOf({ fleet, events, seed, startMs: 0 })).toEqual(once)
    }),
  )
})

test('invariant 8: the order in which endpoints are configured never changes a probability', () => {
  fc.assert(
    fc.property(fleetsOf(numbersIn('closed')), fc.nat(), (fleet, turn) => {
      const endpoints = knownAll(fleet)
      const at = turn % endpoints.length
      const turned = [...endpoints.slice(at), ...endpoints.slice(0, at)].toReversed()
      const after = probabilities(decide(turned, question()))
      for (const [id, probability] of probabilities(decide(endpoints, question())))
        expect(after.get(id)).toBeCloseTo(probability, 12)
    }),
  )
})
