import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests } from '../../../testkit/src/arbitraries/request.ts'
import { demandOf } from '../../src/demand/demand-of.ts'
import { validateChatRequest } from '../../src/demand/validate-request.ts'
import { problemOf } from './problem-of.ts'

const valid = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }

function messageOf(value: unknown): string {
  return problemOf(() => validateChatRequest(value))
}

/** A request whose one message holds these fields. */
function withMessage(message: unknown): unknown {
  return { ...valid, messages: [message] }
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
    ['a negative seed and top_k off', { ...valid, seed: -5, top_k: -1 }],
    ['tools that are not functions', { ...valid, tools: [{ type: 'web_search' }] }],
    ['other answer formats', { ...valid, response_format: { type: 'grammar', grammar: 'x' } }],
    ['undefined for absent', { ...valid, temperature: undefined, stop: undefined, tools: undefined }],
    [
      'objects where objects belong',
      {
        ...valid,
        metadata: { ticket: '48213' },
        stream_options: { include_usage: true },
        reasoning: {},
        logit_bias: {},
      },
    ],
    ['one stop and none', { ...valid, stop: 'END', tools: [], modalities: [] }],
    ['a choice of one tool', { ...valid, tool_choice: { type: 'function', function: { name: 'f' } } }],
    [
      'a schema of a name',
      { ...valid, response_format: { type: 'json_schema', json_schema: { name: 'n' } } },
    ],
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
      { ...valid, model: 'a\nb' },
      'model must be a string of 1..256 characters without controls, got a string of 3 characters',
    ],
    [{ ...valid, messages: [] }, 'messages must be an array of 1..10000 messages, got an array of 0 items'],
    [
      { ...valid, messages: 'Hello' },
      'messages must be an array of 1..10000 messages, got a string of 5 characters',
    ],
    [{ ...valid, messages: [...valid.messages, 7] }, 'messages[1] must be an object, got 7'],
    [{ ...valid, temperature: Number.NaN }, 'temperature must be a number in 0..2, got NaN'],
    [{ ...valid, temperature: '1' }, 'temperature must be a number in 0..2, got a string of 1 characters'],
    [
      { ...valid, max_tokens: '9' },
      'max_tokens must be an integer in 1..10000000, got a string of 1 characters',
    ],
    [
      { ...valid, max_completion_tokens: 1.5 },
      'max_completion_tokens must be an integer in 1..10000000, got 1.5',
    ],
    [{ ...valid, seed: 0.5 }, 'seed must be an integer in -9007199254740991..9007199254740991, got 0.5'],
    [{ ...valid, stream: 'yes' }, 'stream must be true or false, got a string of 3 characters'],
    [
      { ...valid, stop: [1] },
      'stop must be a string or an array of at most 16 strings, got an array of 1 items',
    ],
    [{ ...valid, tools: {} }, 'tools must be an array of at most 1024 tools, got an object'],
    [{ ...valid, tools: [{ type: 'web_search' }, null] }, 'tools[1] must be an object, got null'],
    [{ ...valid, tools: [{ type: 7, function: { name: 'f' } }] }, 'tools[0].type must be a string, got 7'],
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
      { ...valid, tools: [{ type: 'function', function: { name: ['f'] } }] },
      'tools[0].function.name must be a string of 1..256 characters, got an array of 1 items',
    ],
    [
      { ...valid, tool_choice: { type: 7 } },
      'tool_choice must be none, auto, required or an object with a type, got an object',
    ],
    [{ ...valid, response_format: { type: null } }, 'response_format.type must be a string, got null'],
    [
      { ...valid, response_format: { type: 'json_schema', json_schema: { schema: {} } } },
      'response_format.json_schema.name must be a string of 1..256 characters, got undefined',
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
    [{ ...valid, user: ['u'] }, 'user must be a string of at most 4096 characters, got an array of 1 items'],
  ])('refuses what is wrong (%#)', (request, message) => {
    expect(messageOf(request)).toBe(message)
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
