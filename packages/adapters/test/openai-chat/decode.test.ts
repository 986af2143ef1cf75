import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecodedAnswer } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { completionWith, fixture, usage } from './fixtures.ts'

const adapter = openAiChat()

describe('the answers of providers', () => {
  test.each([
    ['openai-text.json', usage(19, 10)],
    ['openai-parallel-tools.json', usage(19, 10)],
    ['openai-refusal.json', usage(19, 10)],
    ['openai-two-choices.json', usage(19, 10)],
    ['deepseek-reasoning.json', usage(12, 9, { reasoningTokens: 5 })],
    ['groq.json', usage(39, 3)],
    ['together.json', usage(36, 3)],
    ['mistral.json', usage(10, 4)],
    ['vllm.json', usage(150, 17)],
    ['openrouter.json', usage(41, 58, { cachedPromptTokens: 32, reasoningTokens: 37 })],
    ['azure.json', usage(19, 10)],
  ])('%s is kept as it was sent', (name, expected) => {
    const body = fixture(name).toString()

    expect(adapter.decode(body)).toEqual({ type: 'answer', completion: JSON.parse(body), usage: expected })
  })

  test('blank lines and a byte order mark before the answer are tolerated', () => {
    const body = fixture('mistral.json').toString()

    expect(adapter.decode(`\n\n\r\n ${body}\n`)).toEqual(adapter.decode(body))
    expect(adapter.decode(`\uFEFF\n${body}`)).toEqual(adapter.decode(body))
  })

  test('usage may be absent, or where Groq streams it', () => {
    const answer = completionWith({ message: { role: 'assistant', content: 'x' } })
    const reported = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }

    expect(adapter.decode(JSON.stringify(answer))).toEqual({
      type: 'answer',
      completion: answer,
      usage: undefined,
    })
    expect(
      adapter.decode(JSON.stringify({ ...answer, usage: null, x_groq: { usage: reported } })),
    ).toMatchObject({
      usage: usage(1, 2),
    })
  })
})

describe('what is missing', () => {
  test('in the envelope, a choice or a message is filled in without inventing content', () => {
    const body =
      '{"x":1,"choices":[{"y":2,"message":{"z":3,"refusal":"no"}},{"message":{"content":"b"},"finish_reason":"stop"}]}'

    expect(completionOf(adapter.decode(body))).toEqual({
      x: 1,
      id: '',
      object: 'chat.completion',
      created: 0,
      model: '',
      choices: [
        {
          y: 2,
          index: 0,
          message: { z: 3, refusal: 'no', role: 'assistant', content: null },
          finish_reason: null,
        },
        { index: 1, message: { role: 'assistant', content: 'b' }, finish_reason: 'stop' },
      ],
    })
  })

  test('content that comes as parts becomes text and reasoning', () => {
    const content = [
      {
        type: 'thinking',
        thinking: [
          { type: 'text', text: 'Hm' },
          { type: 'text', text: 'm.' },
        ],
      },
      { type: 'thinking', thinking: ' Ok.' },
      null,
      { type: 'text', text: 'Yes' },
      { type: 'text', text: '!' },
    ]
    const answer = completionWith({ message: { role: 'assistant', content } })

    expect(completionOf(adapter.decode(JSON.stringify(answer)))).toEqual(
      completionWith({ message: { role: 'assistant', content: 'Yes!', reasoning_content: 'Hmm. Ok.' } }),
    )
  })

  test.each(['stop', 'tool_calls'])(
    'content, with finish reason %s, is an empty answer, which is kept should nobody have more to say',
    (finish_reason) => {
      const completion = completionWith({ message: { role: 'assistant', content: '' }, finish_reason })

      expect(adapter.decode(JSON.stringify(completion))).toEqual({
        type: 'failure',
        evidence: { type: 'empty', completion },
      })
    },
  )

  test.each(['length', 'content_filter'])('content, with finish reason %s, is an answer', (finish_reason) => {
    const answer = completionWith({ message: { role: 'assistant', content: null }, finish_reason })

    expect(adapter.decode(JSON.stringify(answer))).toEqual({
      type: 'answer',
      completion: answer,
      usage: undefined,
    })
  })
})

describe('failures in a 200', () => {
  test.each<[string, unknown, unknown]>([
    ['an error object', { error: { code: 429, message: 'm' } }, { code: 429, message: 'm' }],
    ['an error text', { error: 'overloaded' }, 'overloaded'],
    ['an error beside an answer', { ...answer(), error: { message: 'm' } }, { message: 'm' }],
    [
      'an object of kind error',
      { object: 'error', message: 'm', code: 400 },
      { object: 'error', message: 'm', code: 400 },
    ],
    [
      'a choice that finished with error',
      completionWith({
        message: { role: 'assistant', content: 'par' },
        finish_reason: 'error',
        error: { code: 502 },
      }),
      { code: 502 },
    ],
    [
      'a choice that finished with error and says no more',
      completionWith({ message: { role: 'assistant', content: 'par' }, finish_reason: 'error' }),
      { message: 'the provider ended the answer with an error' },
    ],
  ])('%s is the provider’s', (_name, body, error) => {
    expect(adapter.decode(JSON.stringify(body))).toEqual({
      type: 'failure',
      evidence: { type: 'in-band', error, committed: false },
    })
  })

  test('an empty error is none', () => {
    expect(adapter.decode(JSON.stringify({ ...answer(), error: null })).type).toBe('answer')
  })

  test.each([
    ['', 'the body is not JSON'],
    ['<html><body>502 Bad Gateway</body></html>', 'the body is not JSON'],
    ['data: {}\n\n', 'the body is not JSON'],
    [JSON.stringify(answer()).slice(0, -1), 'the body is not JSON'],
    [`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'the body is not JSON'],
    ['null', 'the body is not a JSON object'],
    ['[]', 'the body is not a JSON object'],
    ['"x"', 'the body is not a JSON object'],
    ['7', 'the body is not a JSON object'],
    ['{}', 'the body has no choices with a message'],
    ['{"choices":[]}', 'the body has no choices with a message'],
    ['{"choices":{"0":{"message":{"content":"x"}}}}', 'the body has no choices with a message'],
    ['{"choices":[null]}', 'the body has no choices with a message'],
    ['{"choices":[{"index":0}]}', 'the body has no choices with a message'],
    ['{"choices":[{"message":"x"}]}', 'the body has no choices with a message'],
    ['{"choices":[{"message":{"content":"x"}},{"text":"y"}]}', 'the body has no choices with a message'],
  ])('%.40s is malformed', (body, detail) => {
    expect(adapter.decode(body)).toEqual({ type: 'failure', evidence: { type: 'malformed', detail } })
  })

  test('an answer that is nested 900 levels deep is taken, with 1,100 it is malformed', () => {
    const nested = (levels: number): string =>
      JSON.stringify(answer()).replace('{', `{"x":${'['.repeat(levels)}${']'.repeat(levels)},`)

    expect(adapter.decode(nested(900)).type).toBe('answer')
    expect(adapter.decode(nested(1_100)).type).toBe('failure')
  })
})

describe('whatever comes', () => {
  test('decoding never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), damaged()), (body) => {
        expect(['answer', 'failure']).toContain(adapter.decode(body).type)
      }),
      { numRuns: 3_000 },
    )
  })

  test('no answer survives losing its end', () => {
    const body = fixture('openrouter.json').toString().trimEnd()

    for (let size = 0; size < body.length; size++)
      expect(adapter.decode(body.slice(0, size)).type).toBe('failure')
    expect(adapter.decode(body).type).toBe('answer')
  })
})

/** An answer in which one value was replaced by another. */
function damaged(): fc.Arbitrary<string> {
  const places = [
    'choices',
    'message',
    'index',
    'role',
    'content',
    'finish_reason',
    'id',
    'usage',
    'object',
    'error',
  ]
  const text = JSON.stringify({ ...answer(), usage: 0, error: null })
  return fc
    .tuple(fc.constantFrom(...places), fc.json())
    .map(([place, json]) =>
      text.replace(new RegExp(`"${place}":(?:"[^"]*"|[^,}]*)`), () => `"${place}":${json}`),
    )
}

function answer(): object {
  return completionWith({ message: { role: 'assistant', content: 'x' } })
}

function completionOf(decoded: DecodedAnswer): unknown {
  return decoded.type === 'answer' ? decoded.completion : decoded
}
