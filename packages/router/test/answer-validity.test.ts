import type { ChatAnswer, ChatCompletion, ChatRequest } from '@nextbest/core'
import { expect, test } from 'vitest'
import { validityOf } from '../src/call/answer-validity.ts'

const plain: ChatRequest = { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }] }
const json: ChatRequest = { ...plain, response_format: { type: 'json_object' } }

function answered(message: Partial<ChatAnswer>, finishReason = 'stop'): ChatCompletion {
  return {
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'b',
    choices: [
      { index: 0, finish_reason: finishReason, message: { role: 'assistant', content: null, ...message } },
    ],
  }
}

const call = (text: string): Partial<ChatAnswer> => ({
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: text } }],
})

test.each([
  ['plain text', plain, answered({ content: '{' }), undefined],
  ['JSON that was asked for', json, answered({ content: '{"a":1}' }), true],
  ['broken JSON that was asked for', json, answered({ content: '{"a":' }), false],
  ['prose where JSON was asked for', json, answered({ content: 'Sure!' }), false],
  ['JSON cut at the length asked for', json, answered({ content: '{"a":' }, 'length'), undefined],
  ['a refusal', json, answered({ content: null, refusal: 'no' }), undefined],
  ['a tool call', plain, answered(call('{"city":"Paris"}')), true],
  ['a tool call without arguments', plain, answered(call('')), true],
  ['a tool call with broken arguments', plain, answered(call('{"city":')), false],
  ['an aside next to a tool call', json, answered({ ...call('{}'), content: 'Let me look' }), true],
])('%s is judged', (_, request, completion, valid) => {
  expect(validityOf(request, completion)).toBe(valid)
})
