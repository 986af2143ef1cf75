import { expect, test } from 'vitest'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { type OpenAiChatQuirks, openAiChatQuirksDefaults } from '../../src/openai-chat/quirks.ts'

test.each<[Partial<OpenAiChatQuirks>, string]>([
  [{ path: 'chat' }, "path must begin with '/', got 'chat'"],
  [{ headers: { 'x y': '1' } }, "headers: 'x y' is not the name of a header"],
  [{ headers: { '': '1' } }, "headers: '' is not the name of a header"],
  [
    { headers: { 'x-key': 'secret\r\nhost: evil' } },
    "headers: the value of 'x-key' cannot be sent in a header",
  ],
  [{ apiKeyHeader: 'api key' }, "apiKeyHeader: 'api key' is not the name of a header"],
])('%o is refused', (quirks, message) => {
  expect(() => openAiChat({ quirks })).toThrow(new TypeError(message))
})

test.each<[Partial<OpenAiChatQuirks>, string]>([
  [{ clamp: { temperature: { min: 2, max: 1 } } }, 'clamp.temperature: min must not exceed max, got 2..1'],
  [
    { clamp: { temperature: { max: Number.NaN } } },
    'clamp.temperature: min must not exceed max, got -Infinity..NaN',
  ],
])('%o is refused', (quirks, message) => {
  expect(() => openAiChat({ quirks })).toThrow(new RangeError(message))
})

test('the defaults cannot be changed', () => {
  expect(Object.isFrozen(openAiChatQuirksDefaults)).toBe(true)
  expect(Object.values(openAiChatQuirksDefaults).filter((value) => !Object.isFrozen(value))).toEqual([])
})
