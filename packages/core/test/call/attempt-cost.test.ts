import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attemptCost } from '../../src/call/attempt-cost.ts'
import { costNanoUsd } from '../../src/catalog/cost.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { Demand } from '../../src/demand/demand.ts'
import { planned } from './run-script.ts'

const base = planned('endpoint').endpoint
const demand: Demand = {
  model: 'author/model',
  promptTokens: 1_000,
  promptTokensMax: 1_500,
  expectedOutputTokens: 100,
  maxOutputTokens: 200,
  choices: 1,
  parameters: [],
  inputModalities: ['text'],
  outputModalities: ['text'],
  images: 0,
  stream: true,
}

function endpoint(pricing: Endpoint['pricing'], limits: Partial<Endpoint['limits']> = {}): Endpoint {
  return { ...base, pricing, limits: { contextTokens: 10_000, ...limits } }
}

test('the prompt of an attempt costs its expected tokens, its images and the request, and no output', () => {
  const pricing = {
    promptPicoUsd: 1e6,
    completionPicoUsd: 2e6,
    cacheWritePicoUsd: 3e6,
    requestNanoUsd: 5_000,
    imageNanoUsd: 1_000,
  }

  expect(attemptCost(endpoint(pricing), { ...demand, images: 2 }).promptUsd).toBeCloseTo(
    (1_000 + 5 + 2) / 1e6,
    12,
  )
})

describe('the worst case of an attempt', () => {
  const perToken = { promptPicoUsd: 1e6, completionPicoUsd: 2e6 }

  test.each([
    ['the output that the request allows', {}, {}, 1_500 + 2 * 200],
    ['of each choice', { choices: 3 }, {}, 1_500 + 2 * 600],
    [
      'the output that the endpoint allows',
      { maxOutputTokens: undefined },
      { maxOutputTokens: 50 },
      1_500 + 2 * 50,
    ],
    [
      'what fits the window, when nothing else bounds it',
      { maxOutputTokens: undefined },
      {},
      1_500 + 2 * 9_000,
    ],
  ])('takes the upper bound of the prompt and %s', (_, more, limits, microUsd) => {
    const { worstUsd } = attemptCost(endpoint(perToken, limits), { ...demand, ...more })

    expect(worstUsd).toBeCloseTo(microUsd / 1e6, 12)
  })

  test('writes the whole prompt to the cache where that is dearer, and counts requests and images', () => {
    const pricing = { ...perToken, cacheWritePicoUsd: 2e6, requestNanoUsd: 5_000, imageNanoUsd: 1_000 }

    expect(attemptCost(endpoint(pricing), { ...demand, images: 2 }).worstUsd).toBeCloseTo(
      (2 * 1_500 + 2 * 200 + 5 + 2) / 1e6,
      12,
    )
  })

  test('is never below what any usage within its bounds costs', () => {
    const price = fc.integer({ min: 0, max: 1e7 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(price, price, price, share, share, (prompt, completion, write, used, written) => {
        const pricing = { promptPicoUsd: prompt, completionPicoUsd: completion, cacheWritePicoUsd: write }
        const promptTokens = Math.floor(1_500 * used)
        const usage = {
          promptTokens,
          completionTokens: 200,
          cachedPromptTokens: 0,
          cacheWriteTokens: Math.floor(promptTokens * written),
        }

        expect(costNanoUsd(pricing, usage) / 1e9).toBeLessThanOrEqual(
          attemptCost(endpoint(pricing), demand).worstUsd + 1e-9,
        )
      }),
    )
  })
})
