import type { ChatMessage, ChatRequest } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EncodeTarget } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { knownParameters } from '../../src/openai-chat/parameters.ts'
import type { OpenAiChatQuirks, ReasoningSpelling } from '../../src/openai-chat/quirks.ts'
import { endpointWith } from './fixtures.ts'

const messages: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }]
const everything = [...knownParameters]

describe('what is sent', () => {
  test('is a POST with the model’s name at the provider', () => {
    const adapter = openAiChat()

    expect(
      adapter.encode(
        { model: 'author/model', messages },
        { endpoint: endpointWith([]), apiKey: 'sk-1', stream: false },
      ),
    ).toEqual({
      path: '/chat/completions',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        authorization: 'Bearer sk-1',
      },
      body: '{"model":"acme/model-v1","messages":[{"role":"user","content":"Hello"}],"stream":false}',
    })
  })

  test('asks a stream for events and for its usage', () => {
    const streamOptions = { include_usage: false, include_obfuscation: false }
    const { headers, body } = openAiChat().encode(
      {
        model: 'author/model',
        messages,
        stream_options: streamOptions,
      },
      { endpoint: endpointWith([]), stream: true },
    )

    expect(headers).toEqual({
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'accept-encoding': 'identity',
    })
    expect(JSON.parse(body)).toEqual({
      model: 'acme/model-v1',
      messages,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    })
  })

  test('keeps stream options from a request for a whole answer', () => {
    expect(sent({ stream: true, stream_options: { include_usage: true } }, [])).toEqual({ stream: false })
  })

  test('leaves out routing fields and keeps fields that are unknown', () => {
    const routing = {
      models: [],
      provider: {},
      route: 'x',
      plugins: [],
      transforms: [],
      session_id: 's',
      usage: {},
    }
    const more = { preset: 'p', trace: {}, debug: {}, stop_server_tools_when: [] }
    const unknown = {
      n: 2,
      user: 'u',
      cache_control: { type: 'ephemeral' },
      top_n_sigma: 1,
      nothing: null,
      service_tier: 'flex',
    }

    expect(sent({ ...routing, ...more, ...unknown }, everything)).toEqual({ ...unknown, stream: false })
  })

  test('keeps cache control and unknown parts of messages', () => {
    const content = [
      { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } },
      { type: 'citation', citation: {} },
    ]

    expect(bodyOf({ messages: [{ role: 'user', content }] }, [])['messages']).toEqual([
      { role: 'user', content },
    ])
  })

  test('leaves out parameters that the endpoint does not list', () => {
    expect(sent({ temperature: 0.5, top_k: 4, seed: 7 }, ['temperature', 'seed'])).toEqual({
      temperature: 0.5,
      seed: 7,
      stream: false,
    })
  })

  test('leaves out known fields that are null', () => {
    expect(
      sent(
        { temperature: null, n: null, user: null, stop: null, max_tokens: null, reasoning: null },
        everything,
      ),
    ).toEqual({
      stream: false,
    })
  })

  test('leaves out what makes no sense without a parameter that the endpoint does not list', () => {
    const request = {
      tools: [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      logprobs: true,
      top_logprobs: 3,
    } as const

    expect(sent(request, ['tool_choice', 'parallel_tool_calls', 'top_logprobs'])).toEqual({ stream: false })
    expect(sent(request, everything)).toEqual({ ...request, stream: false })
  })

  test('takes a schema where structured outputs or response formats are listed', () => {
    const schema = { response_format: { type: 'json_schema', json_schema: { name: 'x' } } } as const
    const json = { response_format: { type: 'json_object' } } as const

    expect(sent(schema, ['structured_outputs'])).toEqual({ ...schema, stream: false })
    expect(sent(schema, ['response_format'])).toEqual({ ...schema, stream: false })
    expect(sent(json, ['response_format'])).toEqual({ ...json, stream: false })
    expect(sent(json, ['structured_outputs'])).toEqual({ stream: false })
    expect(sent(schema, [])).toEqual({ stream: false })
  })
})

describe('the output limit', () => {
  test.each<[Partial<ChatRequest>, readonly string[], object]>([
    [{ max_tokens: 5 }, ['max_tokens'], { max_tokens: 5 }],
    [{ max_tokens: 5 }, ['max_completion_tokens'], { max_completion_tokens: 5 }],
    [{ max_completion_tokens: 5 }, ['max_tokens'], { max_tokens: 5 }],
    [{ max_tokens: 5 }, ['max_completion_tokens', 'max_tokens'], { max_tokens: 5 }],
    [{ max_completion_tokens: 5 }, ['max_tokens', 'max_completion_tokens'], { max_completion_tokens: 5 }],
    [{ max_tokens: 9, max_completion_tokens: 5 }, ['max_tokens'], { max_tokens: 5 }],
    [{ max_tokens: 9, max_completion_tokens: 5 }, everything, { max_completion_tokens: 5 }],
    [{ max_tokens: 9, max_completion_tokens: null }, everything, { max_tokens: 9 }],
    [{ max_tokens: 5 }, ['temperature'], {}],
  ])('%o for an endpoint that lists %j', (request, parameters, expected) => {
    expect(sent(request, parameters)).toEqual({ ...expected, stream: false })
  })
})

describe('reasoning', () => {
  const effort = { reasoning_effort: 'high' }
  const object = { reasoning: { effort: 'high', exclude: true } }
  const budget = { reasoning: { max_tokens: 2_000 } }
  const off = { reasoning: { enabled: false } }

  test.each<[ReasoningSpelling, object, readonly string[], object]>([
    ['listed', effort, ['reasoning_effort'], effort],
    ['listed', effort, ['reasoning'], { reasoning: { effort: 'high' } }],
    ['listed', effort, ['reasoning', 'reasoning_effort'], effort],
    ['listed', object, ['reasoning', 'reasoning_effort'], object],
    ['listed', object, ['reasoning_effort'], effort],
    ['listed', { ...object, reasoning_effort: 'low' }, ['reasoning', 'reasoning_effort'], object],
    ['listed', object, ['include_reasoning'], {}],
    ['object', effort, ['reasoning'], { reasoning: { effort: 'high' } }],
    ['effort', object, ['reasoning'], effort],
    ['effort', budget, ['reasoning'], { reasoning_effort: 'medium' }],
    ['effort', off, ['reasoning'], { reasoning_effort: 'none' }],
    ['effort', { reasoning: { exclude: true } }, ['reasoning'], {}],
    ['thinking', effort, ['reasoning'], { thinking: { type: 'enabled' } }],
    ['thinking', budget, ['reasoning'], { thinking: { type: 'enabled', budget_tokens: 2_000 } }],
    ['thinking', { reasoning_effort: 'none' }, ['reasoning'], { thinking: { type: 'disabled' } }],
    ['enable-thinking', budget, ['reasoning'], { enable_thinking: true, thinking_budget: 2_000 }],
    ['enable-thinking', off, ['reasoning'], { enable_thinking: false }],
    [
      'template',
      { ...off, chat_template_kwargs: { a: 1 } },
      ['reasoning_effort'],
      { chat_template_kwargs: { a: 1, enable_thinking: false } },
    ],
    ['template', {}, ['reasoning'], {}],
    ['template', off, [], {}],
  ])('as %s: %o for an endpoint that lists %j', (reasoning, request, parameters, expected) => {
    expect(sent(request, parameters, { reasoning })).toEqual({ ...expected, stream: false })
  })
})

describe('quirks', () => {
  test('rename, drop and clamp fields by our names', () => {
    const quirks = {
      rename: { seed: 'random_seed', max_completion_tokens: 'max_tokens' },
      drop: ['user', 'top_p'],
      clamp: { temperature: { min: 0.1, max: 1 }, top_k: { min: 1 }, min_p: { max: 0.5 } },
    }
    const request = {
      seed: 7,
      max_completion_tokens: 5,
      user: 'u',
      top_p: 1,
      temperature: 2,
      top_k: 0,
      min_p: 0.1,
    }

    expect(sent(request, everything, quirks)).toEqual({
      random_seed: 7,
      max_tokens: 5,
      temperature: 1,
      top_k: 1,
      min_p: 0.1,
      stream: false,
    })
    expect(sent({ temperature: 0 }, everything, quirks)).toEqual({ temperature: 0.1, stream: false })
  })

  test('of other names than those of fields of an object change nothing', () => {
    expect(sent({ constructor: 1, toString: 2 }, everything, { clamp: {}, rename: {} })).toEqual({
      constructor: 1,
      toString: 2,
      stream: false,
    })
  })

  test('put the model and a query into the path', () => {
    const adapter = openAiChat({
      quirks: {
        path: '/deployments/{model}/chat/completions',
        query: { 'api-version': '2024-10-21', q: 'a b&c' },
      },
    })

    expect(adapter.encode({ model: 'x', messages }, { endpoint: endpointWith([]), stream: false }).path).toBe(
      '/deployments/acme%2Fmodel-v1/chat/completions?api-version=2024-10-21&q=a+b%26c',
    )
  })

  test.each<[Partial<OpenAiChatQuirks>, object]>([
    [{}, { authorization: 'Bearer sk-1' }],
    [{ auth: 'api-key-header' }, { 'api-key': 'sk-1' }],
    [{ auth: 'api-key-header', apiKeyHeader: 'X-Api-Key' }, { 'x-api-key': 'sk-1' }],
    [{ auth: 'none' }, {}],
    [
      { headers: { 'X-Title': 'nextbest', Accept: '*/*' } },
      { 'x-title': 'nextbest', authorization: 'Bearer sk-1' },
    ],
  ])('%o sends headers', (quirks, expected) => {
    const adapter = openAiChat({ quirks })

    expect(
      adapter.encode({ model: 'x', messages }, { endpoint: endpointWith([]), apiKey: 'sk-1', stream: false })
        .headers,
    ).toEqual({
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...expected,
    })
  })

  test.each(['always', 'never'] as const)(
    'leave out stream options where usage comes %s',
    (usageInStream) => {
      const { body } = openAiChat({ quirks: { usageInStream } }).encode(
        { model: 'x', messages, stream_options: { include_usage: true } },
        { endpoint: endpointWith([]), stream: true },
      )

      expect(JSON.parse(body)).toEqual({ model: 'acme/model-v1', messages, stream: true })
    },
  )

  test('send developer messages as system messages where that role is unknown', () => {
    const conversation: readonly ChatMessage[] = [
      { role: 'developer', content: 'Be brief', name: 'n' },
      ...messages,
    ]

    expect(bodyOf({ messages: conversation }, [], { developerRole: 'system' })['messages']).toEqual([
      { role: 'system', content: 'Be brief', name: 'n' },
      ...messages,
    ])
    expect(bodyOf({ messages: conversation }, [])['messages']).toEqual(conversation)
  })
})

describe('whatever the request', () => {
  const name = fc.constantFrom(
    ...everything,
    'n',
    'user',
    'provider',
    'session_id',
    'stream_options',
    '__proto__',
    'x',
  )
  const request = fc
    .tuple(
      fc.dictionary(name, fc.jsonValue()),
      fc.array(fc.record({ role: fc.constant('user'), content: fc.string() })),
    )
    .map(([fields, messages]) => requestOf({ ...fields, messages }))
  const target: fc.Arbitrary<EncodeTarget> = fc.record({
    endpoint: fc.subarray(everything).map(endpointWith),
    apiKey: fc.constant('sk-1'),
    stream: fc.boolean(),
  })
  const quirks: fc.Arbitrary<Partial<OpenAiChatQuirks>> = fc.record(
    {
      usageInStream: fc.constantFrom('option', 'always', 'never'),
      developerRole: fc.constantFrom('keep', 'system'),
      drop: fc.subarray(everything),
      clamp: fc.constant({ temperature: { min: 0, max: 1 } }),
    },
    { requiredKeys: [] },
  )

  test('encoding never changes it and always says the same', () => {
    fc.assert(
      fc.property(request, target, quirks, (request, target, quirks) => {
        const before = structuredClone(request)
        const adapter = openAiChat({ quirks })

        expect(adapter.encode(deepFrozen(request), target)).toEqual(
          adapter.encode(structuredClone(before), target),
        )
        expect(request).toEqual(before)
      }),
    )
  })

  test('the body is JSON for the endpoint’s model and never has a parameter that the endpoint does not list', () => {
    fc.assert(
      fc.property(request, target, quirks, (request, target, quirks) => {
        const body: object = JSON.parse(openAiChat({ quirks }).encode(request, target).body)

        expect(body).toMatchObject({
          model: 'acme/model-v1',
          messages: request.messages,
          stream: target.stream,
        })
        const parameters = Object.keys(body).filter((key) => knownParameters.has(key))
        const listed = target.endpoint.capabilities.parameters
        expect(
          parameters.filter((each) => !listed.has(each) && !isSchemaField(each, request, listed)),
        ).toEqual([])
        expect(parameters.filter((each) => quirks.drop?.includes(each))).toEqual([])
        expect(Object.keys(body).filter((key) => key === 'provider' || key === 'session_id')).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  test('headers never depend on it', () => {
    fc.assert(
      fc.property(request, target, (request, target) => {
        const adapter = openAiChat()

        expect(adapter.encode(request, target).headers).toEqual(
          adapter.encode({ model: 'x', messages }, target).headers,
        )
        expect(adapter.encode(request, target).path).toBe('/chat/completions')
      }),
    )
  })
})

function isSchemaField(name: string, request: ChatRequest, listed: ReadonlySet<string>): boolean {
  return (
    name === 'response_format' &&
    request.response_format?.type === 'json_schema' &&
    listed.has('structured_outputs')
  )
}

function requestOf(fields: object): ChatRequest {
  return JSON.parse(JSON.stringify({ model: 'author/model', messages, ...fields }))
}

function bodyOf(
  fields: object,
  parameters: readonly string[],
  quirks: Partial<OpenAiChatQuirks> = {},
): Record<string, unknown> {
  const target = { endpoint: endpointWith(parameters), stream: false }
  return JSON.parse(openAiChat({ quirks }).encode(requestOf(fields), target).body)
}

/** The body without its model and messages. */
function sent(
  request: object,
  parameters: readonly string[],
  quirks?: Partial<OpenAiChatQuirks>,
): Record<string, unknown> {
  const { model, messages, ...rest } = bodyOf(request, parameters, quirks)
  expect([model, messages]).toEqual(['acme/model-v1', [{ role: 'user', content: 'Hello' }]])
  return rest
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFrozen(inner)
  return Object.freeze(value)
}
