import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatMessage, ChatRequest } from '../../src/chat/request.ts'
import { cacheKeyOf } from '../../src/demand/cache-key.ts'
import { demandOf } from '../../src/demand/demand-of.ts'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'
import { validateMessage } from '../../src/demand/validate-message.ts'
import { problemOf } from './problem-of.ts'

const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }

function messageOf(message: unknown): string {
  return problemOf(() => validateMessage(message, 0))
}

function withPart(part: unknown): unknown {
  return { role: 'user', content: [part] }
}

function withCall(call: unknown): unknown {
  return { role: 'assistant', tool_calls: [call] }
}

/** Reads a message as a call does. */
function readAll(message: unknown): void {
  const request: ChatRequest = { model: 'author/model', messages: [message as ChatMessage] }
  demandOf(request)
  cacheKeyOf(request)
}

describe('validateMessage', () => {
  test.each<[string, unknown]>([
    ['a message of a developer', { role: 'developer', content: 'Be brief' }],
    ['a name', { role: 'user', content: 'x', name: 'Maria' }],
    ['an answer without content', { role: 'assistant' }],
    ['null for absent', { role: 'assistant', content: null, name: null, refusal: null, tool_calls: null }],
    [
      'texts in an answer',
      { role: 'assistant', content: 'x', name: 'a', refusal: 'b', reasoning: 'c', reasoning_content: 'd' },
    ],
    ['a call', withCall(call)],
    ['an empty list of parts', { role: 'user', content: [] }],
    ['parts of unknown types', withPart({ type: 'citation', citation: { url: 5 } })],
    ['a refusal', withPart({ type: 'refusal', refusal: 'No.' })],
    ['a file that is only referred to', withPart({ type: 'file', file: { file_id: 'f' } })],
    ['null in a file', withPart({ type: 'file', file: { file_id: 'f', file_data: null } })],
    ['an image without detail', withPart({ type: 'image_url', image_url: { url: 'x' } })],
    ['null in an image', withPart({ type: 'image_url', image_url: { url: 'x', detail: null } })],
    ['fields of an answer in a question', { role: 'user', content: 'x', tool_calls: 5, refusal: 7 }],
    [
      'fields of a question in a result',
      { role: 'tool', content: 'x', tool_call_id: 'call_1', name: { first: 'Maria' } },
    ],
  ])('accepts %s', (_, message) => {
    expect(messageOf(message)).toBe('valid')
    expect(() => readAll(message)).not.toThrow()
  })

  test.each<[unknown, string]>([
    [
      { role: 'function', content: 'x' },
      'messages[0].role must be system, developer, user, assistant or tool, got a string of 8 characters',
    ],
    [
      { role: 'user', content: null },
      'messages[0].content must be a string or an array of at most 10000 parts, got null',
    ],
    [
      { role: 'system' },
      'messages[0].content must be a string or an array of at most 10000 parts, got undefined',
    ],
    [{ role: 'user', content: 'x', name: 5 }, 'messages[0].name must be a string, got 5'],
    [
      { role: 'assistant', content: 5 },
      'messages[0].content must be a string or an array of at most 10000 parts, got 5',
    ],
    [
      { role: 'developer', content: 'x', name: [] },
      'messages[0].name must be a string, got an array of 0 items',
    ],
    [{ role: 'assistant', name: 5 }, 'messages[0].name must be a string, got 5'],
    [{ role: 'assistant', refusal: true }, 'messages[0].refusal must be a string, got true'],
    [{ role: 'assistant', reasoning_content: 0 }, 'messages[0].reasoning_content must be a string, got 0'],
    [{ role: 'assistant', reasoning: {} }, 'messages[0].reasoning must be a string, got an object'],
    [
      { role: 'assistant', tool_calls: {} },
      'messages[0].tool_calls must be an array of at most 1024 calls, got an object',
    ],
    [withCall(null), 'messages[0].tool_calls[0] must be an object, got null'],
    [
      withCall({ function: { name: 7, arguments: '{}' } }),
      'messages[0].tool_calls[0].function.name must be a string, got 7',
    ],
    [withCall({ id: 'a' }), 'messages[0].tool_calls[0].function must be an object, got undefined'],
    [
      withCall({ function: { name: 'f', arguments: {} } }),
      'messages[0].tool_calls[0].function.arguments must be a string, got an object',
    ],
    [{ role: 'tool', content: 'x' }, 'messages[0].tool_call_id must be a string, got undefined'],
    [{ role: 'tool', content: 'x', tool_call_id: 7 }, 'messages[0].tool_call_id must be a string, got 7'],
    [withPart('x'), 'messages[0].content[0] must be an object, got a string of 1 characters'],
    [withPart({}), 'messages[0].content[0].type must be a string, got undefined'],
    [withPart({ type: 'text' }), 'messages[0].content[0].text must be a string, got undefined'],
    [
      withPart({ type: 'refusal', refusal: ['No.'] }),
      'messages[0].content[0].refusal must be a string, got an array of 1 items',
    ],
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
      withPart({ type: 'video_url', video_url: {} }),
      'messages[0].content[0].video_url.url must be a string, got undefined',
    ],
    [
      withPart({ type: 'file', file: { file_data: 5 } }),
      'messages[0].content[0].file.file_data must be a string, got 5',
    ],
  ])('refuses what is wrong (%#)', (message, problem) => {
    expect(messageOf(message)).toBe(problem)
  })

  test('says where in the conversation and in the message the wrong part is', () => {
    const part = { type: 'text', text: 'x' }

    expect(() => validateMessage({ role: 'user', content: [part, part, { type: 'text' }] }, 3)).toThrow(
      new InvalidRequest('messages[3].content[2].text', 'must be a string, got undefined'),
    )
    expect(() => validateMessage({ role: 'assistant', tool_calls: [call, {}] }, 4)).toThrow(
      new InvalidRequest('messages[4].tool_calls[1].function', 'must be an object, got undefined'),
    )
  })

  test.each<[string, number, string, (items: readonly unknown[]) => unknown, unknown]>([
    [
      'content',
      10_000,
      'a string or an array of at most 10000 parts',
      (content) => ({ role: 'user', content }),
      { type: 'text', text: 'x' },
    ],
    [
      'tool_calls',
      1_024,
      'an array of at most 1024 calls',
      (calls) => ({ role: 'assistant', tool_calls: calls }),
      call,
    ],
  ])('accepts %s of %d items, and refuses one more', (field, length, bound, messageWith, item) => {
    const items = Array.from({ length }, () => item)

    expect(messageOf(messageWith(items))).toBe('valid')
    expect(messageOf(messageWith([...items, item]))).toBe(
      `messages[0].${field} must be ${bound}, got an array of ${length + 1} items`,
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
        for (const broken of [message, { ...message, role }, { role, content, tool_call_id: 'a' }]) {
          if (messageOf(broken) === 'valid') expect(() => readAll(broken)).not.toThrow()
        }
      }),
    )
  })
})
