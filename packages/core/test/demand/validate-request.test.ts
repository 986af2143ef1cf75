import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests } from '../../../testkit/src/arbitraries/request.ts'
import { demandOf } from '../../src/demand/demand-of.ts'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'
import { validateChatRequest } from '../../src/demand/validate-request.ts'

const valid = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }

function messageOf(value: unknown): string {
  try {
    validateChatRequest(value)
  } catch (error) {
    if (InvalidRequest.is(error)) return error.message
    throw error
  }
  return 'valid'
}

/** A request whose one message holds these fields. */
function withMessage(message: unknown): unknown {
  return { ...valid, messages: [message] }
}

function withPart(part: unknown): unknown {
  return withMessage({ role: 'user', content: [part] })
}

describe('validateChatRequest', () => {
  test('returns the same request, whenever it is valid', () => {
    fc.assert(
      fc.property(chatRequests, (request) => {
        expect(validateChatRequest(request)).toBe(request)
      }),
    )
  })

  test.each<[string, unknown]>([
    ['unknown fields', { ...valid, provider: { order: ['x'] }, transforms: [], speed: 'fast' }],
    [
      'null for absent',
      { ...valid, temperature: null, stop: null, tools: null, response_format: null, stream: null },
    ],
    [
      'the ends of ranges',
      { ...valid, temperature: 2, top_p: 0, n: 128, max_tokens: 10_000_000, top_logprobs: 20 },
    ],
    ['a negative seed and top_k off', { ...valid, seed: -5, top_k: -1 }],
    ['tools that are not functions', { ...valid, tools: [{ type: 'web_search' }] }],
    ['other answer formats', { ...valid, response_format: { type: 'grammar', grammar: 'x' } }],
    ['a model of 256 characters', { ...valid, model: 'm'.repeat(256) }],
    ['parts of unknown types', withPart({ type: 'video_url', video_url: { url: 'x' } })],
    ['an answer without content', withMessage({ role: 'assistant', tool_calls: null })],
    ['an empty list of parts', withMessage({ role: 'user', content: [] })],
    [
      'null in a message',
      withMessage({ role: 'assistant', content: null, name: null, refusal: null, tool_calls: null }),
    ],
    ['null in a part', withPart({ type: 'file', file: { file_id: 'f', file_data: null } })],
    ['no detail of an image', withPart({ type: 'image_url', image_url: { url: 'x', detail: null } })],
  ])('accepts %s', (_, request) => {
    expect(messageOf(request)).toBe('valid')
    expect(() => demandOf(validateChatRequest(request))).not.toThrow()
  })

  test.each<[unknown, string]>([
    [null, 'request must be an object, got null'],
    [[valid], 'request must be an object, got an array of 1 items'],
    ['hi', 'request must be an object, got a string of 2 characters'],
    [
      { ...valid, model: undefined },
      'model must be a string of 1..256 characters without controls, got undefined',
    ],
    [
      { ...valid, model: '' },
      'model must be a string of 1..256 characters without controls, got a string of 0 characters',
    ],
    [
      { ...valid, model: 'm'.repeat(257) },
      'model must be a string of 1..256 characters without controls, got a string of 257 characters',
    ],
    [
      { ...valid, model: 'a\nb' },
      'model must be a string of 1..256 characters without controls, got a string of 3 characters',
    ],
    [{ ...valid, messages: [] }, 'messages must be an array of 1..10000 messages, got an array of 0 items'],
    [
      { ...valid, messages: 'Hello' },
      'messages must be an array of 1..10000 messages, got a string of 5 characters',
    ],
    [
      { ...valid, messages: Array.from({ length: 10_001 }, () => valid.messages[0]) },
      'messages must be an array of 1..10000 messages, got an array of 10001 items',
    ],
    [{ ...valid, messages: [...valid.messages, 7] }, 'messages[1] must be an object, got 7'],
    [
      withMessage({ role: 'function', content: 'x' }),
      'messages[0].role must be system, developer, user, assistant or tool, got a string of 8 characters',
    ],
    [
      withMessage({ role: 'user', content: null }),
      'messages[0].content must be a string or an array of at most 10000 parts, got null',
    ],
    [
      withMessage({ role: 'system' }),
      'messages[0].content must be a string or an array of at most 10000 parts, got undefined',
    ],
    [withMessage({ role: 'user', content: 'x', name: 5 }), 'messages[0].name must be a string, got 5'],
    [
      withMessage({ role: 'assistant', content: 5 }),
      'messages[0].content must be a string or an array of at most 10000 parts, got 5',
    ],
    [
      withMessage({ role: 'assistant', reasoning: {} }),
      'messages[0].reasoning must be a string, got an object',
    ],
    [
      withMessage({ role: 'assistant', tool_calls: {} }),
      'messages[0].tool_calls must be an array of at most 1024 calls, got an object',
    ],
    [
      withMessage({ role: 'assistant', tool_calls: [{ id: 'a' }] }),
      'messages[0].tool_calls[0].function must be an object, got undefined',
    ],
    [
      withMessage({ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: {} } }] }),
      'messages[0].tool_calls[0].function.arguments must be a string, got an object',
    ],
    [withMessage({ role: 'tool', content: 'x' }), 'messages[0].tool_call_id must be a string, got undefined'],
    [withPart('x'), 'messages[0].content[0] must be an object, got a string of 1 characters'],
    [withPart({}), 'messages[0].content[0].type must be a string, got undefined'],
    [withPart({ type: 'text' }), 'messages[0].content[0].text must be a string, got undefined'],
    [
      withPart({ type: 'image_url', image_url: 'https://example.com' }),
      'messages[0].content[0].image_url must be an object, got a string of 19 characters',
    ],
    [
      withPart({ type: 'image_url', image_url: { detail: 'low' } }),
      'messages[0].content[0].image_url.url must be a string, got undefined',
    ],
    [
      withPart({ type: 'input_audio', input_audio: { data: 'AA' } }),
      'messages[0].content[0].input_audio.format must be a string, got undefined',
    ],
    [
      withPart({ type: 'file', file: { file_data: 5 } }),
      'messages[0].content[0].file.file_data must be a string, got 5',
    ],
    [{ ...valid, temperature: 2.1 }, 'temperature must be a number in 0..2, got 2.1'],
    [{ ...valid, temperature: Number.NaN }, 'temperature must be a number in 0..2, got NaN'],
    [{ ...valid, temperature: '1' }, 'temperature must be a number in 0..2, got a string of 1 characters'],
    [{ ...valid, top_p: -0.1 }, 'top_p must be a number in 0..1, got -0.1'],
    [{ ...valid, max_tokens: 0 }, 'max_tokens must be an integer in 1..10000000, got 0'],
    [
      { ...valid, max_completion_tokens: 1.5 },
      'max_completion_tokens must be an integer in 1..10000000, got 1.5',
    ],
    [{ ...valid, n: 129 }, 'n must be an integer in 1..128, got 129'],
    [{ ...valid, presence_penalty: 3 }, 'presence_penalty must be a number in -2..2, got 3'],
    [{ ...valid, frequency_penalty: -3 }, 'frequency_penalty must be a number in -2..2, got -3'],
    [{ ...valid, top_logprobs: 21 }, 'top_logprobs must be an integer in 0..20, got 21'],
    [{ ...valid, seed: 0.5 }, 'seed must be an integer in -9007199254740991..9007199254740991, got 0.5'],
    [{ ...valid, stream: 'yes' }, 'stream must be true or false, got a string of 3 characters'],
    [
      { ...valid, stop: Array.from({ length: 17 }, String) },
      'stop must be a string or an array of at most 16 strings, got an array of 17 items',
    ],
    [
      { ...valid, stop: [1] },
      'stop must be a string or an array of at most 16 strings, got an array of 1 items',
    ],
    [{ ...valid, tools: {} }, 'tools must be an array of at most 1024 tools, got an object'],
    [
      { ...valid, tools: Array.from({ length: 1_025 }, () => ({ type: 'x' })) },
      'tools must be an array of at most 1024 tools, got an array of 1025 items',
    ],
    [{ ...valid, tools: [{ type: 'function' }] }, 'tools[0].function must be an object, got undefined'],
    [
      { ...valid, tools: [{ type: 'function', function: { name: '' } }] },
      'tools[0].function.name must be a string of 1..256 characters, got a string of 0 characters',
    ],
    [
      { ...valid, tool_choice: 'always' },
      'tool_choice must be none, auto, required or an object with a type, got a string of 6 characters',
    ],
    [
      { ...valid, response_format: 'json' },
      'response_format must be an object, got a string of 4 characters',
    ],
    [
      { ...valid, response_format: { type: 'json_schema' } },
      'response_format.json_schema must be an object, got undefined',
    ],
    [
      { ...valid, modalities: ['text', 'smell'] },
      'modalities must be an array of text, image, audio, file and video, got an array of 2 items',
    ],
    [{ ...valid, reasoning: true }, 'reasoning must be an object, got true'],
    [{ ...valid, metadata: [] }, 'metadata must be an object, got an array of 0 items'],
    [{ ...valid, user: 7 }, 'user must be a string of at most 4096 characters, got 7'],
  ])('refuses what is wrong (%#)', (request, message) => {
    expect(messageOf(request)).toBe(message)
  })

  test('names the field of the error, and is known across copies of the class', () => {
    const error = new InvalidRequest('n', 'must be 1')
    const copy = Object.assign(new Error('n must be 1'), { '~invalidRequest': true })

    expect(error.field).toBe('n')
    expect(
      [error, copy, new Error('n'), { '~invalidRequest': true }, undefined].map((one) =>
        InvalidRequest.is(one),
      ),
    ).toEqual([true, true, false, false, false])
  })

  test('throws nothing but InvalidRequest, whatever JSON it gets, and what it lets through has a demand', () => {
    const field = fc.constantFrom(
      'model',
      'messages',
      'tools',
      'response_format',
      'stop',
      'n',
      'reasoning',
      'modalities',
      'logit_bias',
      'tool_choice',
    )
    fc.assert(
      fc.property(chatRequests, field, fc.jsonValue({ maxDepth: 4 }), (request, field, value) => {
        for (const broken of [value, { ...request, [field]: value }]) {
          const message = messageOf(broken)
          if (message === 'valid') expect(() => demandOf(validateChatRequest(broken))).not.toThrow()
        }
      }),
    )
  })

  test('throws nothing but InvalidRequest, whatever stands in the place of a message or a part', () => {
    const names = fc.constantFrom(
      'role',
      'content',
      'tool_calls',
      'tool_call_id',
      'name',
      'type',
      'text',
      'image_url',
      'file',
    )
    const roles = fc.constantFrom(
      'user',
      'assistant',
      'tool',
      'system',
      'image_url',
      'file',
      'text',
      'input_audio',
    )
    const pieces = fc.dictionary(
      names,
      fc.oneof({ maxDepth: 3 }, roles, fc.jsonValue({ maxDepth: 2 }), fc.dictionary(names, roles)),
    )
    fc.assert(
      fc.property(pieces, fc.array(pieces, { maxLength: 2 }), roles, (message, content, role) => {
        for (const broken of [
          withMessage(message),
          withMessage({ ...message, role }),
          withMessage({ role, content, tool_call_id: 'a' }),
        ]) {
          if (messageOf(broken) === 'valid') expect(() => demandOf(validateChatRequest(broken))).not.toThrow()
        }
      }),
    )
  })

  test('never says in an error what a text of the request says', () => {
    const secret = 'sekret'
    const secrets = fc.oneof(
      fc.constant(secret),
      fc.constant([secret]),
      fc.constant({ type: secret }),
      fc.constant({ type: 'text', text: { secret } }),
      fc.constant([{ type: 'image_url', image_url: secret }]),
      fc.constant([{ role: secret, content: secret }]),
      fc.constant([{ role: 'user', content: { secret } }]),
      fc.constant([
        {
          role: 'assistant',
          content: secret,
          tool_calls: [{ function: { name: secret, arguments: [secret] } }],
        },
      ]),
    )
    const fields = fc.constantFrom(
      'model',
      'messages',
      'tools',
      'stop',
      'temperature',
      'stream',
      'tool_choice',
      'metadata',
      'user',
    )
    fc.assert(
      fc.property(fields, secrets, fc.boolean(), (field, value, inMessage) => {
        const broken = inMessage
          ? withMessage({ role: 'user', content: value, name: value })
          : { ...valid, [field]: value }

        expect(messageOf(broken)).not.toContain(secret)
      }),
    )
  })
})
