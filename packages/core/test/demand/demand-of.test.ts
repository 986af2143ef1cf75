import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests } from '../../../testkit/src/arbitraries/request.ts'
import { allParameters } from '../../src/catalog/parameters.ts'
import type { ChatRequest, ContentPart } from '../../src/chat/request.ts'
import { demandOf } from '../../src/demand/demand-of.ts'
import { estimatePromptTokens } from '../../src/demand/tokens.ts'

const request: ChatRequest = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }
const tool = { type: 'function', function: { name: 'f' } }
const schema = { name: 'answer', schema: { type: 'object' } }

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

  test.each<[Partial<ChatRequest>, string[]]>([
    [{ temperature: 0, top_p: 1, seed: 0 }, ['temperature', 'top_p', 'seed']],
    [{ top_k: 5, min_p: 0.1, top_a: 0.1 }, ['top_k', 'min_p', 'top_a']],
    [
      { frequency_penalty: 1, presence_penalty: 1, repetition_penalty: 1 },
      ['frequency_penalty', 'presence_penalty', 'repetition_penalty'],
    ],
    [{ max_tokens: 1 }, ['max_tokens']],
    [{ max_completion_tokens: 1 }, ['max_tokens']],
    [{ max_tokens: 1, max_completion_tokens: 1 }, ['max_tokens']],
    [{ stop: 'END' }, ['stop']],
    [{ stop: ['END'] }, ['stop']],
    [{ stop: [] }, []],
    [{ stop: '' }, []],
    [{ logit_bias: { 50: 1 } }, ['logit_bias']],
    [{ logit_bias: {} }, []],
    [{ logprobs: true, top_logprobs: 3 }, ['logprobs', 'top_logprobs']],
    [{ logprobs: false, top_logprobs: 0 }, []],
    [{ tools: [tool] }, ['tools']],
    [{ tools: [] }, []],
    [{ tools: [tool], tool_choice: 'auto' }, ['tools']],
    [{ tools: [tool], tool_choice: 'none' }, ['tools']],
    [{ tools: [tool], tool_choice: 'required' }, ['tools', 'tool_choice']],
    [{ tools: [tool], tool_choice: { type: 'function', function: { name: 'f' } } }, ['tools', 'tool_choice']],
    [{ tools: [tool], parallel_tool_calls: false }, ['tools', 'parallel_tool_calls']],
    [{ response_format: { type: 'text' } }, []],
    [{ response_format: { type: 'json_object' } }, ['response_format']],
    [
      { response_format: { type: 'json_schema', json_schema: schema } },
      ['response_format', 'structured_outputs'],
    ],
    [{ reasoning: { effort: 'high' }, reasoning_effort: 'high', include_reasoning: true }, ['reasoning']],
    [{ reasoning: { max_tokens: 1_000 } }, ['reasoning']],
    [{ reasoning: { enabled: false } }, []],
    [{ reasoning: { effort: 'none' } }, []],
    [{ reasoning_effort: 'none' }, []],
    [{ include_reasoning: false }, []],
    [
      { prediction: {}, web_search_options: {}, verbosity: 'low' },
      ['prediction', 'web_search_options', 'verbosity'],
    ],
    [{ temperature: null, tools: null, response_format: null, reasoning: null, stop: null }, []],
    [{ n: 1, user: 'u', stream: true, metadata: { k: 'v' } }, []],
  ])('finds the parameters of %o', (fields, parameters) => {
    expect(demandOf({ ...request, ...fields }).parameters).toEqual(parameters)
  })

  test('finds what goes in and what comes out, and counts the images', () => {
    const image: ContentPart = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    const audio: ContentPart = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
    const file: ContentPart = { type: 'file', file: { file_id: 'f' } }
    const video = {
      type: 'video_url',
      video_url: { url: 'https://example.com/a.mp4' },
    } as unknown as ContentPart
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: [image, audio, image] },
      { role: 'user', content: [file, video, { type: 'text', text: 'What is this?' }] },
    ]

    expect(demandOf({ ...request, messages, modalities: ['text', 'audio', 'audio'] })).toMatchObject({
      inputModalities: ['text', 'image', 'audio', 'file', 'video'],
      outputModalities: ['text', 'audio'],
      images: 2,
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
