import type { MaxPrice, RoutingPreferences } from '@nextbest/core'
import fc from 'fast-check'
import { providers, quantizations, regions, variants } from './endpoint.ts'

/** Selectors as callers write them: a provider or a tag, in any case. */
export const selectors: fc.Arbitrary<string> = fc
  .tuple(providers, fc.option(variants, { nil: undefined }), fc.boolean())
  .map(([provider, variant, shouts]) => {
    const selector = variant === undefined ? provider : `${provider}/${variant}`
    return shouts ? selector.toUpperCase() : selector
  })

/** US dollars with two decimal places. */
const usd = fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100)

const maxPrices: fc.Arbitrary<MaxPrice> = fc.record(
  { promptUsdPerMillion: usd, completionUsdPerMillion: usd, requestUsd: usd, imageUsd: usd },
  { requiredKeys: [] },
)

const selectorLists = fc.array(selectors, { maxLength: 6 })

/** One preference alone. */
const singlePreferences: fc.Arbitrary<RoutingPreferences> = fc.oneof(
  fc.record({ order: selectorLists }),
  fc.record({ order: selectorLists, allowFallbacks: fc.boolean() }),
  fc.record({ only: selectorLists }),
  fc.record({ ignore: selectorLists }),
  fc.record({ requireParameters: fc.boolean() }),
  fc.record({ dataCollection: fc.constantFrom('allow', 'deny') }),
  fc.record({ zeroDataRetention: fc.boolean() }),
  fc.record({ quantizations: fc.uniqueArray(quantizations, { maxLength: 5 }) }),
  fc.record({ regions: fc.uniqueArray(regions, { maxLength: 3 }) }),
  fc.record({ maxPrice: maxPrices }),
  fc.record({ sort: fc.constantFrom('price', 'latency', 'throughput') }),
  fc.record({ objective: fc.constantFrom('balanced', 'cheapest', 'fastest') }),
  fc.record({ objective: fc.record({ usdPerSecond: usd }) }),
)

/** None, one, or a few preferences together: more would leave no candidate. */
export const routingPreferences: fc.Arbitrary<RoutingPreferences> = fc
  .array(singlePreferences, { maxLength: 3 })
  .map((several) => Object.assign({}, ...several))
