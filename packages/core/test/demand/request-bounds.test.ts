import { expect, test } from 'vitest'
import type { ChatRequest } from '../../src/chat/request.ts'
import { validateChatRequest } from '../../src/demand/validate-request.ts'
import { problemOf } from './problem-of.ts'

const valid = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }

function messageOf(value: unknown): string {
  return problemOf(() => validateChatRequest(value))
}

test.each<[keyof ChatRequest, 'a number' | 'an integer', number, number]>([
  ['max_tokens', 'an integer', 1, 10_000_000],
  ['max_completion_tokens', 'an integer', 1, 10_000_000],
  ['n', 'an integer', 1, 128],
  ['temperature', 'a number', 0, 2],
  ['top_p', 'a number', 0, 1],
  ['top_k', 'an integer', -1, Number.MAX_SAFE_INTEGER],
  ['min_p', 'a number', 0, 1],
  ['top_a', 'a number', 0, 1],
  ['frequency_penalty', 'a number', -2, 2],
  ['presence_penalty', 'a number', -2, 2],
  ['repetition_penalty', 'a number', 0, 2],
  ['seed', 'an integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['top_logprobs', 'an integer', 0, 20],
])('accepts %s when it is %s in %d..%d, and names the range when it is not', (field, kind, low, high) => {
  for (const value of [low, high]) expect(messageOf({ ...valid, [field]: value })).toBe('valid')
  for (const value of [low - 1, high + 1]) {
    expect(messageOf({ ...valid, [field]: value })).toBe(
      `${field} must be ${kind} in ${low}..${high}, got ${value}`,
    )
  }
})

test.each<[string, number, string, (text: string) => object]>([
  ['model', 256, '1..256 characters without controls', (model) => ({ model })],
  ['verbosity', 256, 'at most 256 characters', (verbosity) => ({ verbosity })],
  ['reasoning_effort', 256, 'at most 256 characters', (effort) => ({ reasoning_effort: effort })],
  ['user', 4_096, 'at most 4096 characters', (user) => ({ user })],
  ['session_id', 4_096, 'at most 4096 characters', (session) => ({ session_id: session })],
  ['prompt_cache_key', 4_096, 'at most 4096 characters', (key) => ({ prompt_cache_key: key })],
  [
    'tools[0].function.name',
    256,
    '1..256 characters',
    (name) => ({ tools: [{ type: 'function', function: { name } }] }),
  ],
  [
    'response_format.json_schema.name',
    256,
    '1..256 characters',
    (name) => ({ response_format: { type: 'json_schema', json_schema: { name } } }),
  ],
])('accepts %s of %d characters, and refuses one more', (field, length, bound, fieldsOf) => {
  expect(messageOf({ ...valid, ...fieldsOf('x'.repeat(length)) })).toBe('valid')
  expect(messageOf({ ...valid, ...fieldsOf('x'.repeat(length + 1)) })).toBe(
    `${field} must be a string of ${bound}, got a string of ${length + 1} characters`,
  )
})

test.each<[string, number, string, unknown]>([
  ['messages', 10_000, 'an array of 1..10000 messages', valid.messages[0]],
  ['stop', 16, 'a string or an array of at most 16 strings', 'END'],
  ['tools', 1_024, 'an array of at most 1024 tools', { type: 'web_search' }],
])('accepts %s of %d items, and refuses one more', (field, length, bound, item) => {
  const items = Array.from({ length }, () => item)

  expect(messageOf({ ...valid, [field]: items })).toBe('valid')
  expect(messageOf({ ...valid, [field]: [...items, item] })).toBe(
    `${field} must be ${bound}, got an array of ${length + 1} items`,
  )
})
