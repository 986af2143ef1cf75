import fc from 'fast-check'
import { RouterError } from 'nextbest'
import { describe, expect, test } from 'vitest'
import { parseProviderPreferences } from '../../src/wire/provider-preferences.ts'

describe('parseProviderPreferences', () => {
  test('states nothing where nothing is stated', () => {
    expect(parseProviderPreferences(undefined)).toBeUndefined()
    expect(parseProviderPreferences(null)).toBeUndefined()
    expect(parseProviderPreferences({})).toEqual({})
    expect(parseProviderPreferences({ order: null, only: [], zdr: null, sort: null, max_price: {} })).toEqual(
      { maxPrice: {} },
    )
  })

  test('reads every field', () => {
    const preferences = parseProviderPreferences({
      order: ['Deepinfra', 'together/fp8'],
      only: ['a'],
      ignore: ['b'],
      allow_fallbacks: false,
      require_parameters: true,
      data_collection: 'deny',
      zdr: true,
      enforce_distillable_text: true,
      quantizations: ['fp8', 'unknown'],
      sort: { by: 'throughput', partition: 'none' },
      max_price: { prompt: '0.5', completion: 2, request: '0', image: 0.01, audio: '1' },
      preferred_min_throughput: { p50: 30, p90: null },
      preferred_max_latency: 2,
      regions: ['eu'],
      objective: { usd_per_second: 0.001 },
    })

    expect(preferences).toEqual({
      order: ['Deepinfra', 'together/fp8'],
      only: ['a'],
      ignore: ['b'],
      allowFallbacks: false,
      requireParameters: true,
      dataCollection: 'deny',
      zeroDataRetention: true,
      quantizations: ['fp8', 'unknown'],
      sort: 'throughput',
      maxPrice: { promptUsdPerMillion: 0.5, completionUsdPerMillion: 2, requestUsd: 0, imageUsd: 0.01 },
      regions: ['eu'],
      preferredMinThroughput: { p50: 30 },
      preferredMaxLatency: 2,
      objective: { usdPerSecond: 0.001 },
    })
  })

  test('leaves the order by quality to the index', () => {
    expect(parseProviderPreferences({ sort: 'exacto' })).toEqual({})
  })

  test('leaves fields of newer clients alone', () => {
    expect(parseProviderPreferences({ experimental: { anything: 1 }, ['__proto__']: 1 })).toEqual({})
  })

  test.each([
    [[], 'provider'],
    ['deepinfra', 'provider'],
    [{ order: 'deepinfra' }, 'provider.order'],
    [{ order: [1] }, 'provider.order[0]'],
    [{ only: ['a', ''] }, 'provider.only[1]'],
    [{ ignore: Array.from({ length: 1_001 }, () => 'a') }, 'provider.ignore'],
    [{ allow_fallbacks: 'no' }, 'provider.allow_fallbacks'],
    [{ data_collection: 'maybe' }, 'provider.data_collection'],
    [{ quantizations: ['fp7'] }, 'provider.quantizations[0]'],
    [{ sort: 'speed' }, 'provider.sort'],
    [{ sort: { by: 'speed' } }, 'provider.sort.by'],
    [{ sort: { partition: 'all' } }, 'provider.sort.partition'],
    [{ max_price: 1 }, 'provider.max_price'],
    [{ max_price: { prompt: 'cheap' } }, 'provider.max_price.prompt'],
    [{ max_price: { prompt: -1 } }, 'provider.max_price.prompt'],
    [{ max_price: { completion: Infinity } }, 'provider.max_price.completion'],
    [{ preferred_max_latency: 'low' }, 'provider.preferred_max_latency'],
    [{ preferred_min_throughput: { p50: -1 } }, 'provider.preferred_min_throughput.p50'],
    [{ objective: {} }, 'provider.objective.usd_per_second'],
  ])('refuses %j and names %s', (value, field) => {
    expect(() => parseProviderPreferences(value)).toThrow(
      expect.objectContaining({ kind: 'invalid-request', status: 400, field }),
    )
  })

  test('never fails otherwise than with an invalid request that names a field of it', () => {
    const keys = [
      'order',
      'only',
      'allow_fallbacks',
      'quantizations',
      'sort',
      'max_price',
      'preferred_max_latency',
      'objective',
    ]
    const anything = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom('by', 'prompt', 'p50', 'usd_per_second'), fc.anything()),
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...keys), anything)), (value) => {
        try {
          parseProviderPreferences(value)
        } catch (error) {
          if (!RouterError.is(error)) throw error
          expect(error.kind).toBe('invalid-request')
          expect(error.field).toMatch(/^provider/)
        }
      }),
    )
  })

  test('takes whatever the schema of OpenRouter allows', () => {
    const names = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 5 })
    const price = fc.oneof(fc.nat().map(String), fc.double({ min: 0, max: 100, noNaN: true }))
    const sort = fc.constantFrom('price', 'throughput', 'latency', 'exacto')
    const cutoffs = fc.oneof(
      fc.nat(),
      fc.record({ p50: fc.nat(), p75: fc.nat(), p90: fc.nat(), p99: fc.nat() }, { requiredKeys: [] }),
    )
    const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)
    const preferences = fc.record(
      {
        order: nullable(names),
        only: nullable(names),
        ignore: nullable(names),
        allow_fallbacks: nullable(fc.boolean()),
        require_parameters: nullable(fc.boolean()),
        data_collection: nullable(fc.constantFrom('allow', 'deny')),
        zdr: nullable(fc.boolean()),
        enforce_distillable_text: nullable(fc.boolean()),
        quantizations: nullable(fc.array(fc.constantFrom('int4', 'fp4', 'fp8', 'bf16', 'unknown'))),
        sort: nullable(
          fc.oneof(
            sort,
            fc.record({ by: nullable(sort), partition: nullable(fc.constantFrom('model', 'none')) }),
          ),
        ),
        max_price: nullable(
          fc.record(
            { prompt: price, completion: price, request: price, image: price, audio: price },
            { requiredKeys: [] },
          ),
        ),
        preferred_min_throughput: nullable(cutoffs),
        preferred_max_latency: nullable(cutoffs),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(preferences, (value) => {
        expect(parseProviderPreferences(value)).toBeTypeOf('object')
      }),
    )
  })
})
