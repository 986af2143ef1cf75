import { describe, expect, test } from 'vitest'
import { answerHasContent, answerTextOf, hasContent, outputCharacters } from '../../src/chat/answer-text.ts'
import type { ChatAnswer, ChatChoice, ChatDelta } from '../../src/chat/completion.ts'

function choice(message: Partial<ChatAnswer>, finish_reason: string | null = 'stop'): ChatChoice {
  return { index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason }
}

const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'find', arguments: '{"a":1}' } }

const contents: readonly (readonly [string, ChatDelta])[] = [
  ['text', { content: 'Hi' }],
  ['a space', { content: ' ' }],
  ['reasoning', { reasoning: 'Hm' }],
  ['reasoning under its other name', { reasoning_content: 'Hm' }],
  ['reasoning details', { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] }],
  ['a refusal', { refusal: 'No' }],
  ['a tool call', { tool_calls: [call] }],
  ['audio', { audio: { data: 'AAAA' } }],
  ['a transcript', { audio: { transcript: 'Hi' } }],
  ['an image', { images: [{ type: 'image_url' }] }],
  ['a function call of the old kind', { function_call: { name: 'find' } } as ChatDelta],
  ['a list of parts', { content: [{ type: 'text', text: 'Hi' }] } as unknown as ChatDelta],
]

const blanks: readonly (readonly [string, ChatDelta])[] = [
  ['nothing', {}],
  ['a role', { role: 'assistant' }],
  ['an empty text', { role: 'assistant', content: '' }],
  [
    'nulls',
    { content: null, refusal: null, reasoning: null, reasoning_content: null, reasoning_details: null },
  ],
  ['empty lists', { tool_calls: [], reasoning_details: [], images: [] }],
  ['audio that has only its id', { audio: { id: 'audio_1' } }],
  ['an unknown field', { other: 'x' } as ChatDelta],
]

describe('hasContent', () => {
  test.each(contents)('%s is content', (_name, delta) => {
    expect(hasContent(delta)).toBe(true)
  })

  test.each(blanks)('%s is none', (_name, delta) => {
    expect(hasContent(delta)).toBe(false)
  })
})

describe('answerHasContent', () => {
  test('follows the messages of all choices', () => {
    expect(answerHasContent({ choices: [choice({ content: 'Hi' })] })).toBe(true)
    expect(answerHasContent({ choices: [choice({}), choice({ tool_calls: [call] })] })).toBe(true)
    expect(answerHasContent({ choices: [choice({ content: '' }), choice({})] })).toBe(false)
    expect(answerHasContent({ choices: [] })).toBe(false)
  })

  test('an answer that ended at the length or the filter is one, even with nothing in it', () => {
    expect(answerHasContent({ choices: [choice({ content: '' }, 'length')] })).toBe(true)
    expect(answerHasContent({ choices: [choice({}, 'content_filter')] })).toBe(true)
    expect(answerHasContent({ choices: [choice({}, 'error')] })).toBe(false)
    expect(answerHasContent({ choices: [choice({}, null)] })).toBe(false)
  })
})

test('answerTextOf is the text of the first choice, or empty', () => {
  expect(answerTextOf({ choices: [choice({ content: 'one' }), choice({ content: 'two' })] })).toBe('one')
  expect(answerTextOf({ choices: [choice({ refusal: 'no' })] })).toBe('')
  expect(answerTextOf({ choices: [] })).toBe('')
  const parts = [
    { type: 'thinking' },
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ] as unknown as string
  expect(answerTextOf({ choices: [choice({ content: parts })] })).toBe('ab')
})

describe('outputCharacters', () => {
  test('counts what was generated as text', () => {
    expect(outputCharacters({ content: 'four', refusal: 'no' })).toBe(6)
    expect(outputCharacters({ tool_calls: [call] })).toBe('find'.length + '{"a":1}'.length)
    expect(
      outputCharacters({ tool_calls: [{ index: 0, function: { arguments: 'abc' } }, { index: 1 }] }),
    ).toBe(3)
    expect(outputCharacters(choice({ content: 'ab', tool_calls: [call] }).message)).toBe(13)
  })

  test('counts reasoning under two names once, and neither audio nor images', () => {
    expect(outputCharacters({ reasoning: 'think', reasoning_content: 'think' })).toBe(5)
    expect(outputCharacters({ reasoning_content: 'think' })).toBe(5)
    expect(outputCharacters({ audio: { data: 'AAAA' }, images: [{ url: 'x' }] })).toBe(0)
    expect(outputCharacters({ role: 'assistant', content: null })).toBe(0)
  })
})
