import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demands, routingPreferences } from '../../../testkit/src/arbitraries/index.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { TokenPrices } from '../../src/catalog/pricing.ts'
import type { Demand } from '../../src/demand/demand.ts'
import type { RoutingPreferences } from '../../src/eligibility/preferences.ts'
import { decide } from '../../src/ranking/decide.ts'
import { knownEndpoint, question, steady } from '../ranking/fleet.ts'
import { share } from '../signals/arbitraries.ts'
import { knownIn, reachable, situations, standings } from './fleet.ts'
import type { Situation } from './fleet.ts'

type Requirement = (endpoint: Endpoint, demand: Demand, preferences: RoutingPreferences) => boolean

/** Demands for text alone, which most endpoints serve. */
const plainDemands: fc.Arbitrary<Demand> = demands.map((demand) => ({
  ...demand,
  parameters: demand.parameters.slice(0, 1),
  inputModalities: ['text'],
  outputModalities: ['text'],
  images: 0,
}))

/**
 * Checks what is required of every endpoint that a call may come to try, now or after a wait, whatever the fleet, its breakers, gates
 * and limits, the demand and the other preferences. In every other run all breakers are open, so that the call ignores them.
 */
function expectOfAll(holds: Requirement, wanted: fc.Arbitrary<RoutingPreferences> = fc.constant({})): void {
  let reached = 0
  const run = fc.property(
    situations,
    fc.oneof(demands, plainDemands),
    fc.oneof(routingPreferences, fc.constant({})),
    wanted,
    fc.boolean(),
    share,
    (situation, demand, wishes, wants, panics, draw) => {
      const preferences = { ...wishes, ...wants }
      const endpoints = knownIn(panics ? withBreakersOpen(situation) : situation)
      const asked = question({ demand, preferences, random: () => draw * 0.999 })
      for (const endpoint of reachable(decide(endpoints, asked))) {
        reached += 1
        expect(holds(endpoint, demand, preferences)).toBe(true)
      }
    },
  )
  fc.assert(run, { numRuns: 1_000 })
  expect(reached).toBeGreaterThan(20)
}

function withBreakersOpen(situation: Situation): Situation {
  return situation.map(([endpoint, standing]) => [endpoint, { ...standing, state: 'open' }])
}

test('invariant 10: a prompt and an output that together may exceed the window are never sent there', () => {
  expectOfAll(
    ({ limits }, { promptTokensMax, maxOutputTokens }) =>
      promptTokensMax + (maxOutputTokens ?? 1) <= limits.contextTokens &&
      promptTokensMax <= (limits.maxPromptTokens ?? Infinity) &&
      (maxOutputTokens ?? 0) <= (limits.maxOutputTokens ?? Infinity),
  )
})

test('invariant 11: a required parameter is never sent to an endpoint that does not list it', () => {
  expectOfAll(
    ({ capabilities: { parameters } }, demand) =>
      demand.parameters.every(
        (name) =>
          parameters.has(name) ||
          // Other spellings of the same; the codec translates.
          (name === 'max_tokens' && parameters.has('max_completion_tokens')) ||
          (name === 'reasoning' && parameters.has('reasoning_effort')),
      ),
    fc.constant({ requireParameters: true }),
  )
})

/** The prices at which a prompt of any size that the demand allows may be billed. */
function possiblePrices({ pricing }: Endpoint, { promptTokensMax }: Demand): readonly TokenPrices[] {
  return [pricing, ...(pricing.tiers ?? []).filter((tier) => tier.abovePromptTokens < promptTokensMax)]
}

/** Longer prompts cost no less. */
function rises({ pricing }: Endpoint): boolean {
  const tiers = [{ ...pricing, abovePromptTokens: -1 }, ...(pricing.tiers ?? [])].toSorted(
    (one, other) => one.abovePromptTokens - other.abovePromptTokens,
  )
  return tiers.every((tier, i) => {
    const { promptPicoUsd, completionPicoUsd } = tiers[i - 1] ?? tier
    return promptPicoUsd <= tier.promptPicoUsd && completionPicoUsd <= tier.completionPicoUsd
  })
}

const ceilings = fc.record({
  maxPrice: fc.record(
    {
      promptUsdPerMillion: fc.nat(2_000),
      completionUsdPerMillion: fc.nat(2_000),
      requestUsd: share,
      imageUsd: share,
    },
    { requiredKeys: ['promptUsdPerMillion', 'completionUsdPerMillion'] },
  ),
})

const isWithinCeilings: Requirement = (endpoint, demand, { maxPrice = {} }) =>
  possiblePrices(endpoint, demand).every(
    ({ promptPicoUsd, completionPicoUsd }) =>
      promptPicoUsd / 1e6 <= (maxPrice.promptUsdPerMillion ?? Infinity) &&
      completionPicoUsd / 1e6 <= (maxPrice.completionUsdPerMillion ?? Infinity),
  ) &&
  (endpoint.pricing.requestNanoUsd ?? 0) / 1e9 <= (maxPrice.requestUsd ?? Infinity) &&
  (demand.images === 0 || (endpoint.pricing.imageNanoUsd ?? 0) / 1e9 <= (maxPrice.imageUsd ?? Infinity))

test('invariant 12: whoever may cost more than a ceiling, at the tier of the longest possible prompt, is never tried', () => {
  // No provider is known whose prices fall for longer prompts, so that the longest prompt is the dearest.
  expectOfAll((endpoint, ...others) => !rises(endpoint) || isWithinCeilings(endpoint, ...others), ceilings)
})

test('invariant 12: whoever may cost more than a ceiling at a shorter prompt is never tried', () => {
  const { endpoint, ...others } = knownEndpoint('discount', steady)
  const dear = { promptPicoUsd: 10_000_000, completionPicoUsd: 0 }
  const tiers = [{ ...dear, promptPicoUsd: 5_000_000, abovePromptTokens: 1_200 }]
  const maxPrice = { promptUsdPerMillion: 7 }
  const known = { endpoint: { ...endpoint, pricing: { ...dear, tiers } }, ...others }

  expect(decide([known], question({ preferences: { maxPrice } })).exclusions).toMatchObject([
    { rule: 'max-price' },
  ])
})

test('invariant 13: who collects or retains data, or stands elsewhere, is never tried by a caller that forbids it, in panic neither', () => {
  expectOfAll(
    ({ dataPolicy, region }, _, { regions, dataCollection, zeroDataRetention }) =>
      (dataCollection !== 'deny' || !dataPolicy.collectsData) &&
      (zeroDataRetention !== true || dataPolicy.zeroDataRetention) &&
      (regions === undefined || (region !== undefined && regions.includes(region))),
    fc.record({
      dataCollection: fc.constant('deny'),
      zeroDataRetention: fc.boolean(),
      regions: fc.constantFrom(['eu'], ['eu', 'us'], undefined),
    }) as fc.Arbitrary<RoutingPreferences>,
  )
})

test('invariant 14: what a refusal has taught removes the endpoint for requests that use the parameter, and for no others', () => {
  const taught = fc.constantFrom('temperature', 'tools', 'top_p', 'reasoning', 'seed')
  fc.assert(
    fc.property(situations, standings, demands, taught, (situation, standing, demand, parameter) => {
      const learns = (refused: readonly string[]): Situation =>
        situation.map(([endpoint, one], i) => [
          endpoint,
          i === 0 ? { ...standing, refused } : { ...one, refused: [] },
        ])
      const ids = (refused: readonly string[]): readonly string[] =>
        reachable(decide(knownIn(learns(refused)), question({ demand, preferences: { sort: 'price' } }))).map(
          ({ id }) => id,
        )

      const [before, after] = [ids([]), ids([parameter])]
      if (demand.parameters.includes(parameter))
        expect(after.toSorted()).toEqual(before.filter((id) => id !== situation[0]?.[0].id).toSorted())
      else expect(after).toEqual(before)
    }),
    { numRuns: 300 },
  )
})
