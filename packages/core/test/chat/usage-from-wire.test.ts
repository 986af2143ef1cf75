import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addUsage, usageFromWire, usageToWire } from '../../src/chat/usage-from-wire.ts'
import type { TokenUsage } from '../../src/chat/usage.ts'

const none: TokenUsage = {
  promptTokens: 0,
  completionTokens: 0,
  cachedPromptTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
}

describe('usageFromWire', () => {
  test('takes OpenAI’s shape', () => {
    expect(
      usageFromWire({
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
        completion_tokens_details: { reasoning_tokens: 20 },
      }),
    ).toEqual({
      ...none,
      promptTokens: 100,
      completionTokens: 50,
      cachedPromptTokens: 60,
      cacheWriteTokens: 30,
      reasoningTokens: 20,
    })
  })

  test.each([
    ['DeepSeek', { prompt_cache_hit_tokens: 40, prompt_cache_miss_tokens: 60 }, { cachedPromptTokens: 40 }],
    ['Moonshot', { cached_tokens: 30 }, { cachedPromptTokens: 30 }],
    [
      'a server with empty details',
      { prompt_tokens_details: null, cached_tokens: 5 },
      { cachedPromptTokens: 5 },
    ],
    ['a server that names writes as Anthropic', { cache_creation_input_tokens: 7 }, { cacheWriteTokens: 7 }],
  ])('finds cached tokens where %s puts them', (_name, fields, expected) => {
    expect(usageFromWire({ prompt_tokens: 100, completion_tokens: 0, ...fields })).toEqual({
      ...none,
      promptTokens: 100,
      ...expected,
    })
  })

  test.each([
    [
      'numbers in strings',
      { prompt_tokens: '10', completion_tokens: ' 5 ' },
      { promptTokens: 10, completionTokens: 5 },
    ],
    [
      'fractions',
      { prompt_tokens: 10.9, completion_tokens: '5.5' },
      { promptTokens: 10, completionTokens: 5 },
    ],
    ['negative numbers', { prompt_tokens: -10, completion_tokens: 5 }, { completionTokens: 5 }],
    [
      'what is not finite',
      JSON.parse('{"prompt_tokens":1e400,"completion_tokens":5}'),
      { completionTokens: 5 },
    ],
    ['words', { prompt_tokens: 'many', completion_tokens: 5 }, { completionTokens: 5 }],
    [
      'more than there is',
      { prompt_tokens: 1e300, completion_tokens: 5 },
      { promptTokens: 1e9, completionTokens: 5 },
    ],
    ['a missing part', { prompt_tokens: 10, total_tokens: 15 }, { promptTokens: 10, completionTokens: 5 }],
    [
      'the other missing part',
      { completion_tokens: 5, total_tokens: 15 },
      { promptTokens: 10, completionTokens: 5 },
    ],
    [
      'more cached than sent',
      { prompt_tokens: 10, cached_tokens: 50 },
      { promptTokens: 10, cachedPromptTokens: 10 },
    ],
    [
      'more reasoning than output',
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 50 } },
      { completionTokens: 5, reasoningTokens: 5 },
    ],
  ])('tolerates %s', (_name, wire: unknown, expected) => {
    expect(usageFromWire(wire)).toEqual({ ...none, ...expected })
  })

  test('adds reasoning that a provider counts beside its output, told by the total', () => {
    const wire = {
      prompt_tokens: 10,
      completion_tokens: 5,
      completion_tokens_details: { reasoning_tokens: 20 },
    }

    expect(usageFromWire({ ...wire, total_tokens: 35 })).toMatchObject({
      completionTokens: 25,
      reasoningTokens: 20,
    })
    expect(usageFromWire({ ...wire, completion_tokens: 25, total_tokens: 35 })).toMatchObject({
      completionTokens: 25,
      reasoningTokens: 20,
    })
  })

  test.each([
    undefined,
    null,
    5,
    'x',
    [],
    {},
    { prompt_tokens: null },
    { prompt_tokens: 'x', total_tokens: true },
  ])('is nothing where nothing is numeric: %j', (wire) => {
    expect(usageFromWire(wire)).toBeUndefined()
  })

  test('whenever it returns anything, counts are integers of at least 0 and parts fit their whole', () => {
    const count = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.maxSafeInteger())
    const wire = fc.record(
      {
        prompt_tokens: count,
        completion_tokens: count,
        total_tokens: count,
        cached_tokens: count,
        cache_creation_input_tokens: count,
        prompt_tokens_details: fc.oneof(
          fc.record({ cached_tokens: count, cache_write_tokens: count }),
          fc.anything(),
        ),
        completion_tokens_details: fc.oneof(fc.record({ reasoning_tokens: count }), fc.anything()),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(wire, fc.anything()), (wire) => {
        const usage = usageFromWire(wire)
        if (usage === undefined) return
        const { source, ...counts } = usage

        expect(source).toBe('reported')
        for (const value of Object.values(counts))
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
        expect(usage.cachedPromptTokens + usage.cacheWriteTokens).toBeLessThanOrEqual(usage.promptTokens)
        expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.completionTokens)
      }),
      { numRuns: 2_000 },
    )
  })
})

const tokens = fc.nat({ max: 1_000_000 })
const usage: fc.Arbitrary<TokenUsage> = fc
  .record({ cached: tokens, written: tokens, other: tokens, reasoning: tokens, answer: tokens })
  .chain(({ cached, written, other, reasoning, answer }) =>
    fc.constantFrom('reported' as const, 'estimated' as const).map((source) => ({
      promptTokens: cached + written + other,
      completionTokens: reasoning + answer,
      cachedPromptTokens: cached,
      cacheWriteTokens: written,
      reasoningTokens: reasoning,
      source,
    })),
  )

test('usage comes back from the wire as it went out, whenever it was reported', () => {
  fc.assert(
    fc.property(usage, (usage) => {
      const wire = usageToWire(usage)

      expect(usageFromWire(JSON.parse(JSON.stringify(wire)))).toEqual({ ...usage, source: 'reported' })
      expect(wire.total_tokens).toBe(usage.promptTokens + usage.completionTokens)
    }),
  )
})

test('adding usages adds every count, and one estimate makes an estimate', () => {
  fc.assert(
    fc.property(usage, usage, (one, other) => {
      const sum = addUsage(one, other)

      for (const name of Object.keys(none).filter((name) => name !== 'source') as Exclude<
        keyof TokenUsage,
        'source'
      >[]) {
        expect(sum[name]).toBe(one[name] + other[name])
      }
      expect(sum.source === 'reported').toBe(one.source === 'reported' && other.source === 'reported')
      expect(addUsage(other, one)).toEqual(sum)
    }),
  )
})
