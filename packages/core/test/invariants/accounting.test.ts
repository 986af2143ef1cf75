import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demands, routingPreferences } from '../../../testkit/src/arbitraries/index.ts'
import { decide } from '../../src/ranking/decide.ts'
import { question } from '../ranking/fleet.ts'
import { share } from '../signals/arbitraries.ts'
import { fleetsOf, knownAll, knownIn, numbersIn, situations } from './fleet.ts'

test('invariant 55: every endpoint is ranked, unavailable for a reason, or excluded by a rule, and never two of these', () => {
  fc.assert(
    fc.property(situations, demands, routingPreferences, share, (situation, demand, preferences, draw) => {
      const endpoints = knownIn(situation)
      const decision = decide(endpoints, question({ demand, preferences, random: () => draw * 0.999_999 }))
      const told = [
        ...decision.ranked.map((one) => one.known.endpoint.id),
        ...decision.unavailable.map((one) => one.known.endpoint.id),
        ...decision.exclusions.map((one) => one.endpoint),
      ]

      expect(told.toSorted()).toEqual(endpoints.map(({ endpoint }) => endpoint.id).toSorted())
      expect(decision.exclusions.every(({ rule, reason }) => rule.length > 0 && reason.length > 0)).toBe(true)
      expect(decision.standby).toHaveLength(decision.unavailable.length)
    }),
    { numRuns: 500 },
  )
})

test('invariant 55: the index of every candidate recomputes from the parts that the decision shows', () => {
  fc.assert(
    fc.property(fleetsOf(numbersIn('closed', 'half-open', 'open')), (fleet) => {
      for (const { parts, indexUsd, attemptUsd, early } of decide(knownAll(fleet), question()).ranked) {
        const { success, late, answerUsd, earlyFailureUsd, lateFailureUsd } = parts
        const costUsd = success * answerUsd + parts.early * earlyFailureUsd + late * lateFailureUsd

        expect(success + parts.early + late).toBeCloseTo(1, 9)
        expect(Math.abs(costUsd - attemptUsd)).toBeLessThanOrEqual(1e-9)
        expect(Math.abs(costUsd / (1 - early) / indexUsd - 1)).toBeLessThanOrEqual(1e-9)
      }
    }),
    { numRuns: 300 },
  )
})
