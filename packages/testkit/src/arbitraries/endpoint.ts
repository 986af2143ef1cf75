import { allParameters } from '@nextbest/core'
import type {
  Capabilities,
  DataPolicy,
  Endpoint,
  EndpointLimits,
  Modality,
  PriceTier,
  Pricing,
  Quantization,
  TokenPrices,
} from '@nextbest/core'
import fc from 'fast-check'

/** The model of all endpoints that `endpoints` and `fleets` make. */
export const arbitraryModel = 'author/model'

export const providers: fc.Arbitrary<string> = fc.constantFrom(
  'alpha',
  'beta',
  'gamma',
  'delta',
  'epsilon',
  'zeta',
)

/** Variants of a provider's endpoints; the last two are service tiers. */
export const variants: fc.Arbitrary<string> = fc.constantFrom('turbo', 'eu', 'flex', 'priority')

export const regions: fc.Arbitrary<string> = fc.constantFrom('eu', 'us', 'asia')

export const modalities: fc.Arbitrary<Modality> = fc.constantFrom('text', 'image', 'audio', 'file', 'video')

export const quantizations: fc.Arbitrary<Quantization> = fc.constantFrom(
  'unknown',
  'fp8',
  'mxfp8',
  'fp4',
  'mxfp4',
  'nvfp4',
  'bf16',
  'int8',
)

/** Sizes around those that requests have, so that comparisons go both ways. */
const tokenLimits = fc.constantFrom(128_000, 8_192, 32_768, 1_000_000)

/** At most 1,000 US dollars per million tokens. */
const picoUsd = fc.integer({ min: 0, max: 1_000_000_000 })

const tokenPrices: fc.Arbitrary<TokenPrices> = fc.record(
  {
    promptPicoUsd: picoUsd,
    completionPicoUsd: picoUsd,
    cacheReadPicoUsd: picoUsd,
    cacheWritePicoUsd: picoUsd,
  },
  { requiredKeys: ['promptPicoUsd', 'completionPicoUsd'] },
)

const priceTiers: fc.Arbitrary<readonly PriceTier[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 3 })
  .chain((sizes) =>
    fc.tuple(
      ...sizes.map((abovePromptTokens) => tokenPrices.map((prices) => ({ ...prices, abovePromptTokens }))),
    ),
  )

/** Prices with and without cache, request, image and tier prices. */
export const pricings: fc.Arbitrary<Pricing> = fc
  .tuple(
    tokenPrices,
    fc.record(
      {
        requestNanoUsd: fc.integer({ min: 0, max: 1_000_000_000 }),
        imageNanoUsd: fc.integer({ min: 0, max: 1_000_000_000 }),
        tiers: priceTiers,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([prices, others]) => ({ ...prices, ...others }))

const limits: fc.Arbitrary<EndpointLimits> = fc.record(
  {
    contextTokens: tokenLimits,
    maxPromptTokens: tokenLimits,
    maxOutputTokens: fc.constantFrom(32_768, 4_096),
    requestsPerMinute: fc.integer({ min: 1, max: 10_000 }),
    tokensPerMinute: fc.integer({ min: 1_000, max: 10_000_000 }),
    maxConcurrent: fc.integer({ min: 1, max: 1_000 }),
  },
  { requiredKeys: ['contextTokens'] },
)

const capabilities: fc.Arbitrary<Capabilities> = fc.record({
  parameters: fc.oneof(fc.constant(new Set(allParameters)), fc.subarray([...allParameters]).map(setOf)),
  inputModalities: fc.subarray<Modality>(['image', 'audio', 'file', 'video']).map(withText),
  outputModalities: fc.subarray<Modality>(['image', 'audio']).map(withText),
})

const rarely = fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 9)

const dataPolicies: fc.Arbitrary<DataPolicy> = fc.record({
  collectsData: fc.boolean(),
  zeroDataRetention: fc.boolean(),
})

/** Endpoints of one model; their ids are not unique, those of `fleets` are. */
export const endpoints: fc.Arbitrary<Endpoint> = fc
  .tuple(
    fc.record({ provider: providers, variant: fc.option(variants, { nil: undefined }) }),
    fc.record({ region: regions, quantization: quantizations, disabled: rarely }, { requiredKeys: [] }),
    fc.record({ limits, capabilities, pricing: pricings, dataPolicy: dataPolicies }),
  )
  .map(([{ provider, variant }, optional, described]) => {
    const tag = variant === undefined ? provider : `${provider}/${variant}`
    const id = `${tag}:${arbitraryModel}`
    return { id, provider, tag, model: arbitraryModel, upstreamModel: 'model', ...optional, ...described }
  })

/** All endpoints of one model, with unique ids; perhaps none. */
export const fleets: fc.Arbitrary<readonly Endpoint[]> = fc.uniqueArray(endpoints, {
  maxLength: 8,
  selector: (endpoint) => endpoint.id,
})

function setOf<Member>(members: readonly Member[]): ReadonlySet<Member> {
  return new Set(members)
}

function withText(others: readonly Modality[]): ReadonlySet<Modality> {
  return new Set<Modality>(['text', ...others])
}
