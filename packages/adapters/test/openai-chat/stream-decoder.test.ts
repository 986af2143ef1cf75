import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerSentEvent } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import {
  chunksIn,
  fixture,
  lastUsage,
  type Read,
  read,
  shape,
  streamOf,
  streamOfValues,
  usage,
} from './fixtures.ts'

interface Expected {
  readonly shape: string
  readonly read: readonly Read[]
  readonly usage?: ReturnType<typeof usage>
}

const wholeStreams: Readonly<Record<string, Expected>> = {
  'openai-text.sse': {
    shape: '-CCCC--E',
    read: [{ content: 'Grüße, 世界 👋🏽', finish: 'stop' }],
    usage: usage(19, 10),
  },
  'openai-parallel-tools.sse': {
    shape: '-CCCCCCC--E',
    read: [
      {
        tools: ['call_5Yb0tHqX get_weather {"city":"Paris"}', 'call_9Kd2wLpZ get_time {"zone":"CET"}'],
        finish: 'tool_calls',
      },
    ],
    usage: usage(88, 41, { cachedPromptTokens: 64 }),
  },
  'openai-two-choices-logprobs.sse': {
    shape: '--CCC--E',
    read: [
      { content: 'Heads', finish: 'length' },
      { content: 'Tails.', finish: 'stop' },
    ],
  },
  'openai-refusal.sse': {
    shape: '-CC-E',
    read: [{ refusal: "I'm sorry, I can't help with that.", finish: 'stop' }],
  },
  'openai-json-schema.sse': { shape: '-CCCCC-E', read: [{ content: '{"city":"Oslo"}', finish: 'stop' }] },
  'deepseek-reasoning.sse': {
    shape: '-CCC-E',
    read: [{ content: '42', reasoning: 'Hmm, 6×7', finish: 'stop' }],
    usage: usage(12, 9, { reasoningTokens: 5 }),
  },
  'groq-usage.sse': { shape: '-CC-E', read: [{ content: 'Fast!', finish: 'stop' }], usage: usage(39, 3) },
  'together-text.sse': {
    shape: 'CC-E',
    read: [{ content: 'Together', finish: 'stop' }],
    usage: usage(36, 3),
  },
  'mistral-crlf.sse': {
    shape: '-CCCE',
    read: [{ content: 'Le vent.', finish: 'stop' }],
    usage: usage(10, 4),
  },
  'vllm-tool-continuous-usage.sse': {
    shape: '-CCCC--E',
    read: [
      { reasoning: 'Call it.', tools: ['chatcmpl-tool-4f1c search {"q": "bees"}'], finish: 'tool_calls' },
    ],
    usage: usage(150, 17),
  },
  'openrouter-reasoning.sse': {
    shape: 'CCCCC--E',
    read: [{ content: '97 is prime.', reasoning: 'Prime check.', finish: 'stop' }],
    usage: usage(41, 58, { cachedPromptTokens: 32, reasoningTokens: 37 }),
  },
  'azure-filters.sse': { shape: '--CC-E', read: [{ content: 'Azure skies', finish: 'stop' }] },
  'azure-content-filter.sse': { shape: '---E', read: [{ finish: 'content_filter' }] },
}

describe('the streams of providers', () => {
  test.each(Object.entries(wholeStreams))('%s is read whole', (name, expected) => {
    const stream = streamOf(fixture(name))

    expect(stream.end).toBeUndefined()
    expect(shape(stream)).toBe(expected.shape)
    expect(read(chunksIn(stream))).toEqual(expected.read)
    expect(lastUsage(stream)).toEqual(expected.usage)
  })

  test.each(Object.keys(wholeStreams))('every chunk of %s keeps what the provider sent', (name) => {
    const sent = Array.from(
      fixture(name)
        .toString()
        .matchAll(/^data: (\{.*\})\r?$/gm),
      ([, json]) => JSON.parse(json ?? ''),
    )

    expect(chunksIn(streamOf(fixture(name)))).toEqual(
      // Azure sends an empty `object` with its filter results.
      sent.map((chunk) => Object.assign(chunk, { object: 'chat.completion.chunk' })),
    )
  })

  test.each(Object.entries(wholeStreams))(
    '%s, cut at any byte, is whole or fails with evidence',
    (name, expected) => {
      const bytes = fixture(name)
      let failed = 0
      for (let size = 0; size < bytes.length; size++) {
        const stream = streamOf(bytes.subarray(0, size))
        if (stream.end === undefined) expect(read(chunksIn(stream))).toEqual(expected.read)
        else failed++
      }

      expect(failed).toBeGreaterThan(bytes.length / 3)
    },
  )

  test('an error in the middle of a stream is a failure after content', () => {
    const stream = streamOf(fixture('openrouter-midstream-error.sse'))
    const evidence = {
      type: 'in-band',
      error: { code: 429, message: 'Rate limit exceeded', metadata: { error_type: 'rate_limit_exceeded' } },
      committed: true,
    }

    expect(shape(stream)).toBe('CF')
    expect(stream.parts[1]).toEqual({ type: 'failure', evidence })
    expect(stream.end).toEqual(evidence)
  })
})

describe('chunks', () => {
  test('without an envelope get one that invents nothing', () => {
    const stream = streamOfValues({ choices: [{ delta: { content: 'x' }, extra: 1 }] })

    expect(chunksIn(stream)).toEqual([
      {
        id: '',
        object: 'chat.completion.chunk',
        created: 0,
        model: '',
        choices: [{ index: 0, delta: { content: 'x' }, finish_reason: null, extra: 1 }],
      },
    ])
  })

  test('without choices are chunks if they report usage, else they mean nothing', () => {
    const reported = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
    const stream = streamOfValues(
      { id: 'a', usage: reported },
      { choices: null, usage: reported },
      {},
      { type: 'ping' },
    )

    expect(stream.parts).toEqual([
      {
        type: 'chunk',
        chunk: {
          id: 'a',
          object: 'chat.completion.chunk',
          created: 0,
          model: '',
          choices: [],
          usage: reported,
        },
        content: false,
        usage: usage(3, 4),
      },
      {
        type: 'chunk',
        chunk: {
          id: '',
          object: 'chat.completion.chunk',
          created: 0,
          model: '',
          choices: [],
          usage: reported,
        },
        content: false,
        usage: usage(3, 4),
      },
    ])
  })

  test('may report usage in a choice', () => {
    const reported = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
    const stream = streamOfValues({
      choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: reported }],
    })

    expect(lastUsage(stream)).toEqual(usage(3, 4))
  })

  test('without a delta have an empty one', () => {
    expect(chunksIn(streamOfValues(chunk({ delta: null })))[0]?.choices).toEqual([
      { index: 0, delta: {}, finish_reason: null },
    ])
  })

  test('may have a message beside their delta', () => {
    const choice = { index: 0, delta: { content: 'x' }, message: { role: 'assistant', content: 'so far x' } }
    const stream = streamOfValues({ ...envelope, choices: [choice] })

    expect(chunksIn(stream)).toEqual([{ ...envelope, choices: [choice] }])
  })

  test('content that comes as parts becomes text and reasoning', () => {
    const parts = [
      {
        type: 'thinking',
        thinking: [
          { type: 'text', text: 'Hm' },
          { type: 'text', text: 'm.' },
        ],
      },
      { type: 'text', text: 'Yes' },
      { type: 'reference', reference_ids: [1] },
      { type: 'text', text: '!' },
    ]
    const stream = streamOfValues(chunk({ delta: { content: parts } }))

    expect(shape(stream)).toBe('C')
    expect(chunksIn(stream)[0]?.choices[0]?.delta).toEqual({ content: 'Yes!', reasoning_content: 'Hmm.' })
  })

  test('a whole completion in an event becomes one chunk', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }
    const message = { role: 'assistant', content: 'x', tool_calls: [call] }
    const completion = {
      ...envelope,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    }
    const stream = streamOfValues(completion)

    expect(stream).toEqual({
      parts: [
        {
          type: 'chunk',
          chunk: {
            ...envelope,
            choices: [
              {
                index: 0,
                delta: { role: 'assistant', content: 'x', tool_calls: [{ index: 0, ...call }] },
                finish_reason: 'stop',
              },
            ],
          },
          content: true,
        },
      ],
      end: undefined,
    })
  })
})

describe('the end', () => {
  const one = chunk({ delta: { content: 'x' } })
  const stop = chunk({ delta: {}, finish_reason: 'stop' })

  test('is whole by its finish reason, with or without the end mark', () => {
    expect(streamOfValues(one, stop, '[DONE]').end).toBeUndefined()
    expect(streamOfValues(one, stop).end).toBeUndefined()
  })

  test('is incomplete without a finish reason, with or without the end mark', () => {
    expect(streamOfValues(one, '[DONE]').end).toEqual({
      type: 'incomplete',
      detail: '0 of 1 choices had finished at the end mark',
    })
    expect(streamOfValues(one).end).toEqual({
      type: 'incomplete',
      detail: '0 of 1 choices had finished at the end of the body',
    })
  })

  test('is incomplete while one of the choices has not finished', () => {
    expect(streamOfValues(one, chunk({ index: 1, delta: { content: 'y' } }), stop, '[DONE]').end).toEqual({
      type: 'incomplete',
      detail: '1 of 2 choices had finished at the end mark',
    })
  })

  test('is incomplete if nothing came at all', () => {
    expect(streamOfValues('[DONE]').end?.type).toBe('incomplete')
    expect(streamOfValues().end?.type).toBe('incomplete')
  })

  test('an empty finish reason is none, and chunks may follow a finish reason', () => {
    expect(streamOfValues(chunk({ delta: { content: 'x' }, finish_reason: '' })).end?.type).toBe('incomplete')
    expect(
      streamOfValues(one, stop, chunk({ delta: { content: '' }, finish_reason: null })).end,
    ).toBeUndefined()
  })

  test.each([
    ['stop', { type: 'empty' }],
    ['tool_calls', { type: 'empty' }],
    ['length', undefined],
    ['content_filter', undefined],
  ])('without content and with finish reason %s is %o', (finish_reason, expected) => {
    expect(
      streamOfValues(chunk({ delta: { role: 'assistant', content: '' }, finish_reason }), '[DONE]').end,
    ).toEqual(expected)
  })

  test('without content is whole if one of the choices may be blank', () => {
    const filtered = chunk({ delta: {}, finish_reason: 'content_filter' })

    expect(
      streamOfValues(filtered, chunk({ index: 1, delta: {}, finish_reason: 'stop' })).end,
    ).toBeUndefined()
  })

  test.each([
    'data: {"usage":{"prompt_tokens":1}',
    'data: {"choices":[]',
    'data: {"choices":[],\n',
    'event: error\ndata: {"messa',
  ])('is whole although the body ends in the event after it: %j', (piece) => {
    const bytes = (values: readonly object[], end: string): Buffer =>
      Buffer.from(`${values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('')}${end}`)

    expect(streamOf(bytes([one, stop], piece)).end).toBeUndefined()
    expect(streamOf(bytes([one], piece)).end?.type).toBe('incomplete')
    expect(streamOf(bytes([one, stop], `${piece}\n\n`)).end?.type).not.toBe('incomplete')
  })

  test('is told once, and what follows is ignored', () => {
    const stream = streamOfValues(one, stop, '[DONE]', one, { error: { message: 'late' } }, '[DONE]')

    expect(shape(stream)).toBe('C-E')
    expect(stream.end).toBeUndefined()
  })

  test('may have white space behind its mark', () => {
    expect(shape(streamOfValues(one, stop, '[DONE] '))).toBe('C-E')
  })
})

describe('failures', () => {
  const one = chunk({ delta: { content: 'x' } })

  test.each<[string, string, unknown]>([
    ['an error object', 'data: {"error":{"message":"m"}}', { message: 'm' }],
    ['an error text', 'data: {"error":"overloaded"}', 'overloaded'],
    [
      'an event of type error with an error object',
      'event: error\ndata: {"error":{"message":"m"}}',
      { message: 'm' },
    ],
    [
      'an event of type error that is the error',
      'event: error\ndata: {"message":"m","code":500}',
      { message: 'm', code: 500 },
    ],
    ['an event of type error with a text', 'event: error\ndata: boom', 'boom'],
    ['an event of type error with a JSON text', 'event: error\ndata: "boom"', 'boom'],
    ['an object of kind error', 'data: {"object":"error","message":"m"}', { object: 'error', message: 'm' }],
    [
      'a choice that finished with error',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
      { message: 'the provider ended the answer with an error' },
    ],
    [
      'a choice with an error of its own',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"code":502}}]}',
      { code: 502 },
    ],
  ])('%s is the provider’s, before and after content', (_name, text, error) => {
    const evidence = (committed: boolean): unknown => ({ type: 'in-band', error, committed })
    const before = streamOf(Buffer.from(`${text}\n\n`))
    const after = streamOf(Buffer.from(`data: ${JSON.stringify(one)}\n\n${text}\n\ndata: [DONE]\n\n`))

    expect(before).toEqual({ parts: [{ type: 'failure', evidence: evidence(false) }], end: evidence(false) })
    expect(after.parts.slice(1)).toEqual([{ type: 'failure', evidence: evidence(true) }])
    expect(after.end).toEqual(evidence(true))
  })

  test.each([
    ['{"choices":[{"index":0', 'an event of the stream is not a JSON object'],
    ['null', 'an event of the stream is not a JSON object'],
    ['[]', 'an event of the stream is not a JSON object'],
    ['"text"', 'an event of the stream is not a JSON object'],
    ['<html></html>', 'an event of the stream is not a JSON object'],
    ['{"choices":[null]}', 'a choice of the stream has no delta'],
    ['{"choices":["x"]}', 'a choice of the stream has no delta'],
    [
      `{"choices":[],"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'an event of the stream is not a JSON object',
    ],
  ])('%.30s is malformed', (data, detail) => {
    const evidence = { type: 'malformed', detail }

    expect(streamOfValues(data)).toEqual({ parts: [{ type: 'failure', evidence }], end: evidence })
  })

  test('an empty error is none', () => {
    expect(shape(streamOfValues({ ...one, error: null }, { ...one, error: '' }))).toBe('CC')
  })

  test('an event with empty data means nothing', () => {
    expect(streamOf(Buffer.from('data:\n\nevent: error\ndata:\n\n')).parts).toEqual([])
  })

  test('an event of a type that we do not know means nothing', () => {
    expect(
      streamOf(Buffer.from('event: ping\ndata: 2026-11-23\n\nevent: x\ndata: {"y":1}\n\n')).parts,
    ).toEqual([])
  })

  test('more than 128 choices are malformed', () => {
    const choices = Array.from({ length: 129 }, (_, index) => ({ index, delta: {}, finish_reason: null }))

    expect(shape(streamOfValues({ choices: choices.slice(1) }))).toBe('-')
    expect(streamOfValues({ choices }).end).toEqual({
      type: 'malformed',
      detail: 'the stream has more than 128 choices',
    })
  })
})

describe('whatever comes', () => {
  const name = fc.constantFrom(
    'choices',
    'delta',
    'message',
    'index',
    'finish_reason',
    'error',
    'usage',
    'x_groq',
    'content',
    'tool_calls',
    'reasoning_details',
    'object',
    'id',
    '__proto__',
    'toString',
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, 0, 1, -1, 'stop', 'error', '', true, [], {}),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    ),
  }))
  const event: fc.Arbitrary<ServerSentEvent> = fc.record({
    event: fc.constantFrom('', '', 'message', 'error', 'ping'),
    data: fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('[DONE]', '{"choices":[{"index":1e400,"delta":{"content":"x"}}]}'),
      value.map((json) => JSON.stringify(json)),
      fc.dictionary(name, value).map((json) => JSON.stringify(json)),
      fc.array(value, { maxLength: 2 }).map((choices) => JSON.stringify({ choices })),
    ),
  })

  test('the decoder never throws, and tells nothing after an end or a failure', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const decoder = openAiChat().createStreamDecoder()
        const types = events.map((event) => decoder.decode(event)?.type).filter((type) => type !== undefined)
        decoder.end()

        const last = types.findIndex((type) => type !== 'chunk')
        expect(last === -1 || last === types.length - 1).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  test('a failure is never followed by a whole end', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const decoder = openAiChat().createStreamDecoder()
        const failures = events
          .map((event) => decoder.decode(event))
          .filter((part) => part?.type === 'failure')

        if (failures.length > 0) expect(decoder.end()).toEqual(failures[0]?.evidence)
      }),
      { numRuns: 1_000 },
    )
  })
})

const envelope = { id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm' }

function chunk(choice: object): object {
  return { ...envelope, choices: [{ index: 0, ...choice }] }
}
