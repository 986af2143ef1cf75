import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests } from '../../../testkit/src/arbitraries/request.ts'
import { allParameters } from '../../src/catalog/parameters.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { demandOf } from '../../src/demand/demand-of.ts'
import { estimatePromptTokens } from '../../src/demand/tokens.ts'

const request: ChatRequest = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }

describe('demandOf', () => {
  test('says little of a plain request', () => {
    expect(demandOf(request)).toEqual({
      model: 'author/model',
      promptTokens: estimatePromptTokens(request).tokens,
      promptTokensMax: estimatePromptTokens(request).maxTokens,
      expectedOutputTokens: 256,
      maxOutputTokens: undefined,
      choices: 1,
      parameters: [],
      inputModalities: ['text'],
      outputModalities: ['text'],
      images: 0,
      stream: false,
    })
  })

  test('takes routing variants off the model, and no others', () => {
    expect(demandOf({ ...request, model: 'author/model:free:floor' }).model).toBe('author/model:free')
  })

  test.each<[Partial<ChatRequest>, number | undefined, number]>([
    [{ max_tokens: 100 }, 100, 100],
    [{ max_tokens: 1_000 }, 1_000, 256],
    [{ max_tokens: 1_000, max_completion_tokens: 10 }, 10, 10],
    [{ max_tokens: 10, n: 3 }, 10, 30],
    [{ n: 2 }, undefined, 512],
    [{ max_tokens: null, n: null }, undefined, 256],
  ])('bounds the output by %o', (fields, maxOutputTokens, expectedOutputTokens) => {
    expect(demandOf({ ...request, ...fields })).toMatchObject({ maxOutputTokens, expectedOutputTokens })
  })

  test('expects the output that the caller expects', () => {
    expect(demandOf({ ...request, n: 2 }, { expectedOutputTokens: 40 }).expectedOutputTokens).toBe(80)
    expect(demandOf({ ...request, max_tokens: 9 }, { expectedOutputTokens: 40 }).expectedOutputTokens).toBe(9)
  })

  test('says what goes in, what comes out and how', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const
    const messages: ChatRequest['messages'] = [{ role: 'user', content: [image, image] }]

    expect(
      demandOf({ ...request, messages, modalities: ['audio'], temperature: 0, stream: true }),
    ).toMatchObject({
      parameters: ['temperature'],
      inputModalities: ['text', 'image'],
      outputModalities: ['audio'],
      images: 2,
      stream: true,
    })
  })

  test('agrees with itself whatever the order of the fields', () => {
    fc.assert(
      fc.property(chatRequests, (request) => {
        const { parameters, ...demand } = demandOf(request)
        const turned = demandOf(
          Object.fromEntries(Object.entries(request).toReversed()) as unknown as ChatRequest,
        )

        expect(turned).toEqual({ ...demand, parameters: turned.parameters })
        expect(new Set(turned.parameters)).toEqual(new Set(parameters))
      }),
    )
  })

  test('never names a parameter twice or one outside the vocabulary, and never expects more than the bound', () => {
    fc.assert(
      fc.property(chatRequests, (request) => {
        const demand = demandOf(request)

        expect(new Set(demand.parameters).size).toBe(demand.parameters.length)
        expect(allParameters).toEqual(expect.arrayContaining([...demand.parameters]))
        expect(demand.expectedOutputTokens).toBeLessThanOrEqual(
          (demand.maxOutputTokens ?? Infinity) * demand.choices,
        )
        expect(demand.promptTokensMax).toBeGreaterThanOrEqual(demand.promptTokens)
      }),
    )
  })
})
