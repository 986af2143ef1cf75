import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { cappedPlan, expectedLossUsd } from '../../src/ranking/capped-plan.ts'
import { decide } from '../../src/ranking/decide.ts'
import type { Decision, DecisionQuestion } from '../../src/ranking/decide.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import { CacheMemory } from '../../src/signals/cache-memory.ts'
import type { OutcomeRates } from '../../src/signals/outcome-counts.ts'
import { nowMs, question } from '../ranking/fleet.ts'
import { share } from '../signals/arbitraries.ts'
import { fleetsOf, known, knownAll, numbersIn, planIds, probabilities, rates } from './fleet.ts'
import type { Numbers } from './fleet.ts'
import { decisionsOf, traceEvents } from './trace.ts'

const healthy = numbersIn('closed')
const fleets = fleetsOf(healthy)
const mixedFleets = fleetsOf(numbersIn('closed', 'closed', 'half-open', 'open'))
const places = fc.nat(5)
const draws = share.map((draw) => draw * 0.999_999)

/** The fleet with one endpoint changed. */
function changed(
  fleet: readonly Numbers[],
  place: number,
  change: (numbers: Numbers) => Numbers,
): readonly Numbers[] {
  return fleet.map((numbers, i) => (i === place % fleet.length ? change(numbers) : numbers))
}

function idAt(fleet: readonly Numbers[], place: number): string {
  return `provider-${place % fleet.length}:author/model`
}

function cheaperBy(factor: number): (numbers: Numbers) => Numbers {
  return (numbers) => ({
    ...numbers,
    promptPicoUsd: Math.floor(numbers.promptPicoUsd * factor),
    completionPicoUsd: Math.floor(numbers.completionPicoUsd * factor),
  })
}

function indexOf(decision: Decision, id: string): number {
  return decision.ranked.find((one) => one.known.endpoint.id === id)?.indexUsd ?? Number.NaN
}

/** Expects that a number did not rise, but for rounding. */
function expectNoMore(after: number, before: number): void {
  expect(after).toBeLessThanOrEqual(before + Math.abs(before) * 1e-12)
}

// It does not hold where the caller's cache decides: an endpoint that is taken for certain, because its cache saves a fifth of the
// answer's cost, may stop being so when its price falls and time becomes the greater part. Tiers and probes do not depend on prices.
test('invariant 42: an endpoint whose price falls never becomes less likely to be first, nor any other more likely', () => {
  fc.assert(
    fc.property(mixedFleets, places, share, (fleet, place, factor) => {
      const before = probabilities(decide(knownAll(fleet), question()))
      const after = probabilities(decide(knownAll(changed(fleet, place, cheaperBy(factor))), question()))
      for (const [id, probability] of after) {
        const change = probability - (before.get(id) ?? 0)
        if (id === idAt(fleet, place)) expect(change).toBeGreaterThanOrEqual(-1e-12)
        else expect(change).toBeLessThanOrEqual(1e-12)
      }
    }),
    { numRuns: 300 },
  )
})

test('invariant 42: an endpoint whose price falls stays among the attempts behind the same first pick', () => {
  fc.assert(
    fc.property(fleetsOf(healthy, 5), healthy, places, share, (fleet, first, place, factor) => {
      // A probe that is due makes the first pick the same.
      const probe = { ...first, standing: { ...first.standing, state: 'half-open' as const } }
      const attempted = (list: readonly Numbers[]): readonly string[] =>
        planIds(decide([...knownAll(list), known(probe, 'probe')], question())).slice(0, 3)
      const id = idAt(fleet, place)

      if (attempted(fleet).includes(id))
        expect(attempted(changed(fleet, place, cheaperBy(factor)))).toContain(id)
    }),
    { numRuns: 300 },
  )
})

test('invariant 43: failures that turn into successes never raise the index, nor lower the probability to be first', () => {
  fc.assert(
    fc.property(fleets, places, share, share, (fleet, place, early, late) => {
      const mended = changed(fleet, place, (numbers) => {
        const rates = { ...numbers.rates }
        rates.early = Math.max(1e-9, rates.early * early)
        rates.late = Math.max(1e-9, rates.late * late)
        return { ...numbers, rates: { ...rates, success: 1 - rates.early - rates.late } }
      })
      const [before, after] = [decide(knownAll(fleet), question()), decide(knownAll(mended), question())]
      const id = idAt(fleet, place)

      expectNoMore(indexOf(after, id), indexOf(before, id))
      expect(probabilities(after).get(id)).toBeGreaterThanOrEqual(
        (probabilities(before).get(id) ?? 0) - 1e-12,
      )
    }),
    { numRuns: 300 },
  )
})

test('invariant 44: an endpoint that becomes slower never has a lower index, whatever waiting is worth', () => {
  const slowdown = fc.double({ min: 1, max: 10, noNaN: true })
  const worth = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fleets, places, slowdown, slowdown, worth, (fleet, place, later, longer, usdPerSecond) => {
      const slower = changed(fleet, place, (numbers) => ({
        ...numbers,
        ttftMs: numbers.ttftMs * later,
        msPerToken: numbers.msPerToken * longer,
      }))
      const asked = question({ preferences: { objective: { usdPerSecond } } })
      const id = idAt(fleet, place)

      expectNoMore(indexOf(decide(knownAll(fleet), asked), id), indexOf(decide(knownAll(slower), asked), id))
    }),
    { numRuns: 300 },
  )
})

test('invariant 44: when waiting is worth nothing, latency has no effect', () => {
  fc.assert(
    fc.property(mixedFleets, mixedFleets, draws, (fleet, others, draw) => {
      const retimed = fleet.map((numbers, i) => {
        const { ttftMs, msPerToken } = others[i % others.length] ?? numbers
        return { ...numbers, ttftMs, msPerToken }
      })
      const ask = (list: readonly Numbers[]): Decision =>
        decide(
          knownAll(list),
          question({
            preferences: { objective: 'cheapest' },
            random: () => draw,
          }),
        )
      const [before, after] = [ask(fleet), ask(retimed)]

      expect(planIds(after)).toEqual(planIds(before))
      expect([...after.probabilities]).toEqual([...before.probabilities])
      expect(after.ranked.map((one) => one.parts)).toEqual(before.ranked.map((one) => one.parts))
    }),
  )
})

test('invariant 44: when every price is zero, the index is time and penalty alone', () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const free = decide(knownAll(fleet.map(cheaperBy(0))), question())
      const usdPerMs = 1e-4 / 1_000
      const outputTokens = question().demand.expectedOutputTokens
      for (const { parts, priceUsd, ttftMs, msPerToken, known: one } of free.ranked) {
        const answerUsd = usdPerMs * (ttftMs + outputTokens * msPerToken)
        expect(priceUsd).toBe(0)
        expect(parts.answerUsd).toBe(answerUsd)
        expect(parts.earlyFailureUsd).toBe(usdPerMs * one.signals.expectedDetectMs)
        expect(parts.lateFailureUsd).toBe(answerUsd + rankingDefaults.failureUsd)
      }
    }),
  )
})

/** What the best plan of all that could be made loses. */
function leastLossUsd({ ranked }: Decision, attempts = 3): number {
  const { failureUsd } = rankingDefaults
  const plan = cappedPlan(ranked, attempts, failureUsd).flatMap((i) => ranked[i] ?? [])
  return expectedLossUsd(plan, failureUsd)
}

// All breakers are closed: where a newcomer ends a panic, those that are shut out are no candidates any more. And no conversation is
// cached anywhere: where it is, whoever must write it anew pays the write price.
test('invariant 45: a further endpoint never raises what the best plan loses', () => {
  fc.assert(
    fc.property(fleets, healthy, fc.integer({ min: 1, max: 5 }), (fleet, newcomer, attempts) => {
      const before = leastLossUsd(decide(knownAll(fleet), question()), attempts)
      const after = leastLossUsd(
        decide([...knownAll(fleet), known(newcomer, 'newcomer')], question()),
        attempts,
      )
      expectNoMore(after, before)
    }),
    { numRuns: 300 },
  )
})

test('invariant 48: an endpoint split into two alike never raises what the best plan loses, nor what either is', () => {
  fc.assert(
    fc.property(fleets, places, fc.integer({ min: 1, max: 5 }), (fleet, place, attempts) => {
      const original = fleet[place % fleet.length]
      if (original === undefined) return
      const [before, after] = [
        decide(knownAll(fleet), question()),
        decide([...knownAll(fleet), known(original, 'twin')], question()),
      ]
      expectNoMore(leastLossUsd(after, attempts), leastLossUsd(before, attempts))
      expect(indexOf(after, 'twin:author/model')).toBe(indexOf(before, idAt(fleet, place)))
    }),
  )
})

/** Prices of a cache that is cheap to read and dear to write. */
function withCachePrices(endpoints: readonly KnownEndpoint[]): readonly KnownEndpoint[] {
  return endpoints.map((one) => {
    const { pricing } = one.endpoint
    const promptPicoUsd = pricing.promptPicoUsd * 64
    const cache = { cacheReadPicoUsd: promptPicoUsd / 16, cacheWritePicoUsd: promptPicoUsd * 1.25 }
    return { ...one, endpoint: { ...one.endpoint, pricing: { ...pricing, ...cache, promptPicoUsd } } }
  })
}

test('invariant 46: scaling all money, ceilings included, changes no decision', () => {
  const ceilings = fc.option(fc.nat(2_000), { nil: undefined })
  fc.assert(
    fc.property(
      mixedFleets,
      fc.integer({ min: 1, max: 20 }),
      draws,
      ceilings,
      places,
      (fleet, power, draw, ceiling, place) => {
        // By powers of two, products are exact, so that the decisions are equal to the last bit.
        const memory = new CacheMemory()
        memory.record(
          { key: 'talk', endpointId: idAt(fleet, place), promptTokens: 900, cachedTokens: 0 },
          nowMs - 1,
        )
        const ask = (factor: number): Decision => {
          const scaled = fleet.map((numbers) => ({
            ...numbers,
            promptPicoUsd: numbers.promptPicoUsd * factor,
            completionPicoUsd: numbers.completionPicoUsd * factor,
          }))
          const asked: Partial<DecisionQuestion> = {
            random: () => draw,
            cache: { memory, key: 'talk' },
            options: { ...rankingDefaults, failureUsd: rankingDefaults.failureUsd * factor },
            preferences: {
              objective: { usdPerSecond: 1e-4 * factor },
              ...(ceiling !== undefined && { maxPrice: { promptUsdPerMillion: ceiling * factor } }),
            },
          }
          return decide(withCachePrices(knownAll(scaled)), question(asked))
        }
        const [before, after] = [ask(1), ask(2 ** power)]

        expect(planIds(after)).toEqual(planIds(before))
        expect([...after.probabilities]).toEqual([...before.probabilities])
        expect(after.exclusions.map((one) => one.endpoint)).toEqual(
          before.exclusions.map((one) => one.endpoint),
        )
      },
    ),
    { numRuns: 300 },
  )
})

// Of two endpoints that are due for a probe and have the very same index, the one that is configured first goes first.
test('invariant 47: renaming and reordering providers renames and reorders the probabilities', () => {
  fc.assert(
    fc.property(mixedFleets, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (fleet, keys) => {
      const before = decide(knownAll(fleet), question())
      const probes = before.ranked.filter((one) => one.known.breaker.state === 'half-open')
      fc.pre(new Set(probes.map((one) => one.indexUsd)).size === probes.length)
      const places = [...fleet.keys()].toSorted((one, other) => (keys[one] ?? 0) - (keys[other] ?? 0))
      const renamed = places
        .flatMap((i) => fleet[i] ?? [])
        .map((numbers, i) => known(numbers, `renamed-${i}`))
      const after = probabilities(decide(renamed, question()))

      for (const [i, place] of places.entries()) {
        const was = probabilities(before).get(idAt(fleet, place))
        const is = after.get(`renamed-${i}:author/model`)
        if (was === undefined) expect(is).toBeUndefined()
        else expect(is).toBeCloseTo(was, 12)
      }
    }),
    { numRuns: 300 },
  )
})

test('invariant 49: a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(
      fleets,
      traceEvents,
      fc.nat(),
      fc.integer({ min: -1e9, max: 1e9 }),
      (fleet, events, seed, startMs) => {
        expect(decisionsOf({ fleet, events, seed, startMs })).toEqual(
          decisionsOf({ fleet, events, seed, startMs: 0 }),
        )
      },
    ),
  )
})

/** Rates as near to certainty as counts allow, and any others. */
const extremeRates: fc.Arbitrary<OutcomeRates> = fc.oneof(
  rates,
  fc.constantFrom(
    { success: 1e-9, early: 1 - 2e-9, late: 1e-9 },
    { success: 1 - 2e-9, early: 1e-9, late: 1e-9 },
    { success: 1e-9, early: 1e-9, late: 1 - 2e-9 },
  ),
)
const extremes = fc
  .record({ numbers: healthy, rates: extremeRates, free: fc.boolean(), share: fc.constantFrom(0, 1e-3, 1) })
  .map(({ numbers, rates, free, share }) => ({
    ...(free ? cheaperBy(0)(numbers) : numbers),
    rates,
    standing: { ...numbers.standing, share },
  }))

// Where the first pick is not drawn, for an order, a sort, a probe that is due or a warm cache, one endpoint has all of it.
test('invariant 50: probabilities of a drawn pick sum to one, each is at least its floor, and every number is finite', () => {
  const nothing = fc.constantFrom(0, 1e-9, 1)
  fc.assert(
    fc.property(
      fleetsOf(extremes, 40),
      fc.record({ usdPerSecond: nothing }),
      fc.record({
        failureUsd: nothing,
        sharpness: fc.constantFrom(0, 12, 64, Infinity),
        explorationRate: fc.constantFrom(0, 0.003, 0.1),
      }),
      fc.boolean(),
      (fleet, objective, options, empty) => {
        const { demand } = question()
        const decision = decide(
          knownAll(fleet),
          question({
            demand: empty ? { ...demand, promptTokens: 0, expectedOutputTokens: 0 } : demand,
            preferences: { objective },
            options: { ...rankingDefaults, ...options },
          }),
        )
        const list = [...decision.probabilities]
        const floor = Math.min(options.explorationRate, 0.1 / fleet.length)

        expect(list).toHaveLength(fleet.length)
        expect(list.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
        // Exploring is cut where it costs more, to a tenth at the least.
        const best = decision.ranked.filter((one) => one.tier === decision.ranked[0]?.tier)
        const lowestUsd = Math.min(...best.map((one) => one.indexUsd))
        for (const [i, { indexUsd }] of decision.ranked.entries()) {
          const part = indexUsd <= lowestUsd ? 1 : Math.max(0.1, lowestUsd / indexUsd)
          if (fleet.length > 1) expect(list[i]).toBeGreaterThanOrEqual(floor * part - 1e-15)
        }
        for (const { known: one, parts, tier, ...numbers } of decision.ranked)
          for (const [name, value] of Object.entries({ ...numbers, ...parts, tier }))
            expect(Number.isFinite(value), `${name} of ${one.endpoint.id}: ${value}`).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})
