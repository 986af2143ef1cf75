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

const usd = fc.integer({ min: 0, max: 100_000 }).map((hundredths) => hundredths / 100)

const maxPrices: fc.Arbitrary<MaxPrice> = fc.record(
  { promptUsdPerMillion: usd, completionUsdPerMillion: usd, requestUsd: usd, imageUsd: usd },
  { requiredKeys: [] },
)

const selectorLists = fc.array(selectors, { maxLength: 4 })

/** Preferences with any of their properties, each alone or beside others. */
export const routingPreferences: fc.Arbitrary<RoutingPreferences> = fc.record(
  {
    order: selectorLists,
    only: selectorLists,
    ignore: selectorLists,
    allowFallbacks: fc.boolean(),
    requireParameters: fc.boolean(),
    dataCollection: fc.constantFrom('allow', 'deny'),
    zeroDataRetention: fc.boolean(),
    quantizations: fc.uniqueArray(quantizations, { maxLength: 4 }),
    regions: fc.uniqueArray(regions, { maxLength: 3 }),
    maxPrice: maxPrices,
    sort: fc.constantFrom('price', 'latency', 'throughput'),
    objective: fc.oneof(
      fc.constantFrom('balanced', 'cheapest', 'fastest'),
      usd.map((usdPerSecond) => ({ usdPerSecond })),
    ),
  },
  { requiredKeys: [] },
)
