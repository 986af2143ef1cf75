import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demands } from '../../../testkit/src/arbitraries/demand.ts'
import { fleets } from '../../../testkit/src/arbitraries/endpoint.ts'
import { routingPreferences } from '../../../testkit/src/arbitraries/preferences.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { TokenPrices } from '../../src/catalog/pricing.ts'
import type { Demand } from '../../src/demand/demand.ts'
import { eligible, exclusionBy, exclusionOf } from '../../src/eligibility/eligible.ts'
import type { ExclusionRule } from '../../src/eligibility/exclusion.ts'
import type { RoutingPreferences } from '../../src/eligibility/preferences.ts'
import type { EndpointHold, ExclusionQuestion } from '../../src/eligibility/question.ts'
import { eligibilityRules, rulesFor } from '../../src/eligibility/rules.ts'

const endpoint: Endpoint = {
  id: 'alpha/turbo:author/model',
  provider: 'alpha',
  tag: 'alpha/turbo',
  model: 'author/model',
  upstreamModel: 'model',
  limits: { contextTokens: 8_192 },
  capabilities: {
    parameters: new Set(['temperature', 'max_completion_tokens']),
    inputModalities: new Set(['text']),
    outputModalities: new Set(['text']),
  },
  pricing: {
    promptPicoUsd: 570_000,
    completionPicoUsd: 1_100_000,
    requestNanoUsd: 2_000_000,
    imageNanoUsd: 3_000_000,
    tiers: [{ abovePromptTokens: 4_000, promptPicoUsd: 900_000, completionPicoUsd: 1_100_000 }],
  },
  dataPolicy: { collectsData: true, zeroDataRetention: false },
}

const demand: Demand = {
  model: 'author/model',
  promptTokens: 900,
  promptTokensMax: 1_000,
  expectedOutputTokens: 100,
  maxOutputTokens: 500,
  choices: 1,
  parameters: [],
  inputModalities: ['text'],
  outputModalities: ['text'],
  images: 0,
  stream: true,
}

function question(given: Partial<ExclusionQuestion> = {}): ExclusionQuestion {
  return { demand, preferences: {}, nowMs: 0, ...given }
}

function askedWith(preferences: RoutingPreferences): ExclusionQuestion {
  return question({ preferences })
}

function needing(needs: Partial<Demand>): ExclusionQuestion {
  return question({ demand: { ...demand, ...needs } })
}

function holdUntil(untilMs: number, reason?: string): EndpointHold {
  return { reason, until: (nowMs) => (nowMs < untilMs ? untilMs : undefined) }
}

describe('each rule', () => {
  test.each<[ExclusionRule, Partial<Endpoint>, ExclusionQuestion, string]>([
    ['disabled', { disabled: true }, question(), 'it is disabled by configuration'],
    [
      'only',
      {},
      askedWith({ only: ['beta', 'alpha/eu'] }),
      'only beta, alpha/eu may serve, and this is alpha/turbo',
    ],
    ['only', {}, askedWith({ only: [] }), 'only nothing may serve, and this is alpha/turbo'],
    [
      'only',
      {},
      askedWith({ only: ['b', 'c', 'd', 'e', 'f', 'g', 'h'] }),
      'only b, c, d, e, f and 2 more may serve, and this is alpha/turbo',
    ],
    [
      'only',
      {},
      askedWith({ only: ['b', 'c', 'd', 'e', 'f'] }),
      'only b, c, d, e, f may serve, and this is alpha/turbo',
    ],
    [
      'only',
      { tag: 'alpha/flex' },
      askedWith({ only: ['alpha'] }),
      'only alpha may serve, and this is alpha/flex',
    ],
    ['ignore', {}, askedWith({ ignore: ['beta', 'Alpha'] }), 'Alpha is ignored, and this is alpha/turbo'],
    [
      'fallbacks-off',
      {},
      askedWith({ order: ['beta'], allowFallbacks: false }),
      'fallbacks are off, the order names beta, and this is alpha/turbo',
    ],
    [
      'context-window',
      {},
      needing({ promptTokensMax: 8_000, maxOutputTokens: 193 }),
      'up to 8000 prompt tokens and 193 output tokens do not fit its window of 8192',
    ],
    [
      'context-window',
      {},
      needing({ promptTokensMax: 8_192, maxOutputTokens: undefined }),
      'up to 8192 prompt tokens and 1 output tokens do not fit its window of 8192',
    ],
    [
      'prompt-limit',
      { limits: { contextTokens: 8_192, maxPromptTokens: 999 } },
      question(),
      'up to 1000 prompt tokens exceed its limit of 999',
    ],
    [
      'output-limit',
      { limits: { contextTokens: 8_192, maxOutputTokens: 499 } },
      question(),
      '500 output tokens exceed its limit of 499',
    ],
    [
      'input-modality',
      {},
      needing({ inputModalities: ['text', 'image'] }),
      'the prompt has image, and it takes in text',
    ],
    [
      'output-modality',
      {},
      needing({ outputModalities: ['text', 'audio'] }),
      'the answer should have audio, and it gives out text',
    ],
    [
      'parameters',
      {},
      needing({ parameters: ['seed', 'tools'] }),
      'the request uses tools, which it does not support',
    ],
    [
      'parameters',
      {},
      needing({ parameters: ['structured_outputs'] }),
      'the request uses structured_outputs, which it does not support',
    ],
    [
      'parameters',
      {},
      question({
        demand: { ...demand, parameters: ['temperature', 'seed'] },
        preferences: { requireParameters: true },
      }),
      'the request uses seed, which it does not support',
    ],
    [
      'data-collection',
      {},
      askedWith({ dataCollection: 'deny' }),
      'data collection is denied, and the provider may collect prompts',
    ],
    [
      'data-retention',
      {},
      askedWith({ zeroDataRetention: true }),
      'zero data retention is required, and the provider may retain prompts',
    ],
    ['region', { region: 'us' }, askedWith({ regions: ['eu'] }), 'only eu may serve, and its region is us'],
    [
      'region',
      {},
      askedWith({ regions: ['eu', 'us'] }),
      'only eu, us may serve, and its region is not known',
    ],
    [
      'quantization',
      { quantization: 'fp8' },
      askedWith({ quantizations: ['bf16', 'mxfp8'] }),
      'only bf16, mxfp8 may serve, and its quantization is fp8',
    ],
    [
      'quantization',
      {},
      askedWith({ quantizations: ['fp8'] }),
      'only fp8 may serve, and its quantization is unknown',
    ],
    [
      'max-price',
      {},
      askedWith({ maxPrice: { promptUsdPerMillion: 0.56 } }),
      'a million prompt tokens costs 0.57 US dollars, above the ceiling of 0.56',
    ],
    [
      'max-price',
      {},
      question({
        demand: { ...demand, promptTokensMax: 4_001 },
        preferences: { maxPrice: { promptUsdPerMillion: 0.57 } },
      }),
      'a million prompt tokens costs 0.9 US dollars, above the ceiling of 0.57',
    ],
    [
      'max-price',
      {},
      askedWith({ maxPrice: { completionUsdPerMillion: 1 } }),
      'a million output tokens costs 1.1 US dollars, above the ceiling of 1',
    ],
    [
      'max-price',
      {
        pricing: {
          promptPicoUsd: 1,
          completionPicoUsd: 1_000_000,
          tiers: [{ abovePromptTokens: 999, promptPicoUsd: 1, completionPicoUsd: 1_500_000 }],
        },
      },
      askedWith({ maxPrice: { completionUsdPerMillion: 1 } }),
      'a million output tokens costs 1.5 US dollars, above the ceiling of 1',
    ],
    [
      'max-price',
      {},
      askedWith({ maxPrice: { requestUsd: 0.001 } }),
      'a request costs 0.002 US dollars, above the ceiling of 0.001',
    ],
    [
      'max-price',
      {},
      question({ demand: { ...demand, images: 1 }, preferences: { maxPrice: { imageUsd: 0.001 } } }),
      'an image costs 0.003 US dollars, above the ceiling of 0.001',
    ],
    [
      'hold',
      {},
      question({ nowMs: 1_000, hold: holdUntil(61_500, 'credential-rejected: key is wrong') }),
      'it is held back for 61 s: credential-rejected: key is wrong',
    ],
    ['hold', {}, question({ hold: holdUntil(Infinity) }), 'it is held back: no reason known'],
  ])('excludes by %s and says why (%#)', (rule, changes, asked, reason) => {
    const changed = { ...endpoint, ...changes }

    expect(exclusionOf(changed, asked)).toEqual({ endpoint: changed.id, rule, reason })
  })

  test.each<[string, Partial<Endpoint>, ExclusionQuestion]>([
    ['no preferences', {}, question()],
    ['its provider', {}, askedWith({ only: ['ALPHA'] })],
    ['its tag', { tag: 'alpha/flex' }, askedWith({ only: ['alpha/flex'] })],
    ['another tag ignored', {}, askedWith({ ignore: ['alpha/eu', 'beta'] })],
    ['a service tier when its provider is ignored', { tag: 'alpha/flex' }, askedWith({ ignore: ['alpha'] })],
    ['an order with fallbacks', {}, askedWith({ order: ['beta'] })],
    ['an order that names it', {}, askedWith({ order: ['beta', 'alpha'], allowFallbacks: false })],
    ['no fallbacks without an order', {}, askedWith({ allowFallbacks: false })],
    ['a window filled to the last token', {}, needing({ promptTokensMax: 7_692, maxOutputTokens: 500 })],
    [
      'limits filled to the last token',
      { limits: { contextTokens: 8_192, maxPromptTokens: 1_000, maxOutputTokens: 500 } },
      question(),
    ],
    ['a parameter that it can ignore', {}, needing({ parameters: ['seed', 'tool_choice', 'top_logprobs'] })],
    [
      'the other spelling of the output bound',
      {},
      question({
        demand: { ...demand, parameters: ['max_tokens'] },
        preferences: { requireParameters: true },
      }),
    ],
    [
      'the other spelling of reasoning',
      { capabilities: { ...endpoint.capabilities, parameters: new Set(['reasoning_effort']) } },
      question({
        demand: { ...demand, parameters: ['reasoning'] },
        preferences: { requireParameters: true },
      }),
    ],
    ['a region in another case', { region: 'EU' }, askedWith({ regions: ['eu'] })],
    [
      'a region that the caller writes in another case',
      { region: 'eu' },
      askedWith({ regions: ['us', 'EU'] }),
    ],
    ['a variant of the format', { quantization: 'nvfp4' }, askedWith({ quantizations: ['fp4'] })],
    ['an unknown format that is allowed', {}, askedWith({ quantizations: ['unknown'] })],
    [
      'a price at the ceiling',
      {},
      askedWith({ maxPrice: { promptUsdPerMillion: 0.57, completionUsdPerMillion: 1.1, requestUsd: 0.002 } }),
    ],
    ['an image price without images', {}, askedWith({ maxPrice: { imageUsd: 0 } })],
    [
      'a dear tier that the longest prompt only just does not reach',
      {},
      question({
        demand: { ...demand, promptTokensMax: 4_000 },
        preferences: { maxPrice: { promptUsdPerMillion: 0.57 } },
      }),
    ],
    ['a hold that is over', {}, question({ nowMs: 5, hold: holdUntil(5, 'x') })],
  ])('admits %s', (_, changes, asked) => {
    expect(exclusionOf({ ...endpoint, ...changes }, asked)).toBeUndefined()
  })

  test('gives its reason before those of the rules after it', () => {
    const asked = question({
      preferences: { only: ['beta'], ignore: ['alpha'], dataCollection: 'deny' },
      hold: holdUntil(9, 'x'),
    })

    expect(exclusionOf({ ...endpoint, disabled: true }, asked)?.rule).toBe('disabled')
    expect(exclusionOf(endpoint, asked)?.rule).toBe('only')
  })

  test('is asked in the order in which exclusions are documented', () => {
    expect(eligibilityRules.map((rule) => rule.name)).toEqual([
      'disabled',
      'only',
      'ignore',
      'fallbacks-off',
      'context-window',
      'prompt-limit',
      'output-limit',
      'input-modality',
      'output-modality',
      'parameters',
      'learned-parameters',
      'data-collection',
      'data-retention',
      'region',
      'quantization',
      'max-price',
      'hold',
    ])
  })
})

describe('the rules for a question', () => {
  const always: readonly ExclusionRule[] = [
    'disabled',
    'context-window',
    'prompt-limit',
    'output-limit',
    'input-modality',
    'output-modality',
    'parameters',
    'learned-parameters',
    'hold',
  ]

  test.each<[RoutingPreferences, readonly ExclusionRule[]]>([
    [{}, []],
    [{ order: ['beta'], sort: 'price', objective: 'fastest', allowFallbacks: true }, []],
    [{ only: [] }, ['only']],
    [{ ignore: [] }, ['ignore']],
    [{ order: ['beta'], allowFallbacks: false }, ['fallbacks-off']],
    [{ dataCollection: 'allow' }, []],
    [{ dataCollection: 'deny' }, ['data-collection']],
    [{ zeroDataRetention: false }, []],
    [{ zeroDataRetention: true }, ['data-retention']],
    [{ regions: [] }, ['region']],
    [{ quantizations: [] }, ['quantization']],
    [{ maxPrice: {} }, ['max-price']],
  ])('are those that %j concerns, and those that concern every question', (preferences, concerned) => {
    const names = rulesFor({ preferences }).map((rule) => rule.name)

    expect(names).toEqual(
      eligibilityRules.map((rule) => rule.name).filter((name) => [...always, ...concerned].includes(name)),
    )
  })

  test('exclude whom all rules exclude, and for the same reason, whatever the question', () => {
    fc.assert(
      fc.property(fleets, demands, routingPreferences, (fleet, demand, preferences) => {
        const asked = question({ demand, preferences })
        for (const one of fleet)
          expect(exclusionBy(rulesFor(asked), one, asked)).toEqual(exclusionOf(one, asked))
      }),
    )
  })
})

/** Whether a selector names an endpoint, written anew. */
function names(selector: string, { provider, tag }: Endpoint): boolean {
  const wanted = selector.toLowerCase()
  const tier = /\/(priority|flex|fast|scale)$/.test(tag)
  return wanted === tag || (wanted === provider && !tier)
}

const families: Readonly<Record<string, readonly string[]>> = { fp4: ['mxfp4', 'nvfp4'], fp8: ['mxfp8'] }
const essential = new Set(['tools', 'response_format', 'structured_outputs', 'logprobs'])

function allows(formats: readonly string[] | undefined, own: string): boolean {
  return (
    formats === undefined || formats.flatMap((format) => [format, ...(families[format] ?? [])]).includes(own)
  )
}

/** Ceilings are drawn with two decimal places, so that both sides are exact integers. */
function below(ceiling: number | undefined, scale: number, price: number | undefined): boolean {
  return ceiling === undefined || (price ?? 0) <= Math.round(ceiling * scale)
}

/** The highest prices of the tiers that a prompt of at most so many tokens may fall in. */
function pricesAt({ pricing }: Endpoint, promptTokens: number): TokenPrices {
  const tiers = [pricing, ...(pricing.tiers ?? []).filter((tier) => tier.abovePromptTokens < promptTokens)]
  return {
    promptPicoUsd: Math.max(...tiers.map((tier) => tier.promptPicoUsd)),
    completionPicoUsd: Math.max(...tiers.map((tier) => tier.completionPicoUsd)),
  }
}

/** What must hold of every candidate, written anew and in another way than the rules. */
const requirements: readonly ((one: Endpoint, needs: Demand, wishes: RoutingPreferences) => boolean)[] = [
  (one) => one.disabled !== true,
  (one, _, { only }) => only?.some((selector) => names(selector, one)) ?? true,
  (one, _, { ignore = [] }) => !ignore.some((selector) => names(selector, one)),
  (one, _, { order, allowFallbacks }) =>
    allowFallbacks !== false || order === undefined || order.some((selector) => names(selector, one)),
  ({ limits }, needs) => needs.promptTokensMax + (needs.maxOutputTokens ?? 1) <= limits.contextTokens,
  ({ limits }, needs) => needs.promptTokensMax <= (limits.maxPromptTokens ?? Infinity),
  ({ limits }, needs) => (needs.maxOutputTokens ?? 0) <= (limits.maxOutputTokens ?? Infinity),
  ({ capabilities }, needs) =>
    needs.inputModalities.every((modality) => capabilities.inputModalities.has(modality)),
  ({ capabilities }, needs) =>
    needs.outputModalities.every((modality) => capabilities.outputModalities.has(modality)),
  ({ capabilities: { parameters } }, needs, wishes) =>
    needs.parameters.every(
      (name) =>
        parameters.has(name) ||
        (name === 'max_tokens' && parameters.has('max_completion_tokens')) ||
        (name === 'reasoning' && parameters.has('reasoning_effort')) ||
        (wishes.requireParameters !== true && !essential.has(name)),
    ),
  ({ dataPolicy }, _, wishes) => wishes.dataCollection !== 'deny' || !dataPolicy.collectsData,
  ({ dataPolicy }, _, wishes) => wishes.zeroDataRetention !== true || dataPolicy.zeroDataRetention,
  (one, _, wishes) => wishes.regions?.some((region) => region === one.region) ?? true,
  (one, _, wishes) => allows(wishes.quantizations, one.quantization ?? 'unknown'),
  (one, needs, { maxPrice }) =>
    below(maxPrice?.promptUsdPerMillion, 1e6, pricesAt(one, needs.promptTokensMax).promptPicoUsd),
  (one, needs, { maxPrice }) =>
    below(maxPrice?.completionUsdPerMillion, 1e6, pricesAt(one, needs.promptTokensMax).completionPicoUsd),
  ({ pricing }, _, { maxPrice }) => below(maxPrice?.requestUsd, 1e9, pricing.requestNanoUsd),
  ({ pricing }, needs, { maxPrice }) =>
    needs.images === 0 || below(maxPrice?.imageUsd, 1e9, pricing.imageNanoUsd),
]

describe('eligible', () => {
  test('asks for the hold of each endpoint', () => {
    const other = { ...endpoint, id: 'beta:author/model', provider: 'beta', tag: 'beta' }
    const holdOf = ({ provider }: Endpoint) =>
      provider === 'beta' ? holdUntil(1_000, 'quota-exhausted') : undefined

    expect(eligible([other, endpoint], { demand, preferences: {}, nowMs: 0, holdOf })).toEqual({
      candidates: [endpoint],
      exclusions: [
        { endpoint: 'beta:author/model', rule: 'hold', reason: 'it is held back for 1 s: quota-exhausted' },
      ],
    })
  })

  test('never lets a candidate break a rule, and never excludes one that breaks none', () => {
    const helds = fc.subarray(['alpha', 'beta', 'gamma'])
    fc.assert(
      fc.property(fleets, demands, routingPreferences, helds, (fleet, demand, preferences, held) => {
        const holdOf = ({ provider }: Endpoint) => holdUntil(held.includes(provider) ? 1 : 0, 'a fault')
        const { candidates } = eligible(fleet, { demand, preferences, nowMs: 0, holdOf })
        const able = fleet.filter((one) => requirements.every((holds) => holds(one, demand, preferences)))

        expect(candidates).toEqual(able.filter(({ provider }) => !held.includes(provider)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('makes every endpoint either a candidate or excluded, once and in order', () => {
    fc.assert(
      fc.property(fleets, demands, routingPreferences, (fleet, demand, preferences) => {
        const { candidates, exclusions } = eligible(fleet, { demand, preferences, nowMs: 0 })
        const excluded = new Set(exclusions.map((exclusion) => exclusion.endpoint))

        expect(candidates.length + exclusions.length).toBe(fleet.length)
        expect(candidates).toEqual(fleet.filter((one) => !excluded.has(one.id)))
        expect(exclusions.map((one) => one.endpoint)).toEqual(
          fleet.map((one) => one.id).filter((id) => excluded.has(id)),
        )
      }),
    )
  })

  test('never loses a candidate when a preference is removed, the order of one without fallbacks included', () => {
    fc.assert(
      fc.property(fleets, demands, routingPreferences, (fleet, demand, preferences) => {
        const { candidates } = eligible(fleet, { demand, preferences, nowMs: 0 })
        for (const removed of Object.keys(preferences)) {
          const others = Object.fromEntries(Object.entries(preferences).filter(([name]) => name !== removed))
          const after = eligible(fleet, { demand, preferences: others, nowMs: 0 })

          expect(after.candidates).toEqual(expect.arrayContaining(candidates))
        }
      }),
    )
  })

  test('never loses a candidate when the prompt shrinks, prices of tiers apart', () => {
    fc.assert(
      fc.property(
        fleets,
        demands,
        routingPreferences,
        fc.nat(10_000),
        (fleet, demand, preferences, fewer) => {
          const flat = fleet.map((one) => ({ ...one, pricing: { ...one.pricing, tiers: [] } }))
          const smaller = { ...demand, promptTokensMax: Math.max(0, demand.promptTokensMax - fewer) }
          const { candidates } = eligible(flat, { demand, preferences, nowMs: 0 })

          expect(eligible(flat, { demand: smaller, preferences, nowMs: 0 }).candidates).toEqual(
            expect.arrayContaining(candidates),
          )
        },
      ),
    )
  })

  test('never gives a reason that ends in a period or is empty', () => {
    fc.assert(
      fc.property(fleets, demands, routingPreferences, (fleet, demand, preferences) => {
        for (const { reason } of eligible(fleet, { demand, preferences, nowMs: 0 }).exclusions) {
          expect(reason).toMatch(/^\S.*[^.\s]$/)
        }
      }),
    )
  })
})
