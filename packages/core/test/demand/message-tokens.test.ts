import { describe, expect, test } from 'vitest'
import type { AssistantMessage, ChatMessage, ContentPart } from '../../src/chat/request.ts'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'
import { addMessage } from '../../src/demand/message-tokens.ts'
import { TokenTally } from '../../src/demand/token-tally.ts'

const reasoning = 'Two of the three invoices were paid, so the account should not be locked.'

function tallyOf(message: ChatMessage): TokenTally {
  const tally = new TokenTally()
  addMessage(tally, message)
  return tally
}

/** The tally of a message that holds these texts and nothing else. */
function tallyOfTexts(...texts: readonly string[]): TokenTally {
  const tally = tallyOf({ role: 'user', content: '' })
  for (const text of texts) tally.addText(text)
  return tally
}

function cycle(): unknown[] {
  const list: unknown[] = []
  list.push(list, list)
  return list
}

describe('a message', () => {
  test.each<ChatMessage>([
    { role: 'system', content: '' },
    { role: 'developer', content: '' },
    { role: 'user', content: [] },
    { role: 'assistant', content: null },
    { role: 'assistant' },
    { role: 'tool', content: '', tool_call_id: 'call_1' },
  ])('is four tokens, eight at most, when it holds nothing: %o', (message) => {
    expect(tallyOf(message)).toMatchObject({ textBytes: 0, otherTokens: 4, otherTokensMax: 8 })
  })

  test.each(['system', 'developer', 'user', 'assistant'] as const)('of role %s counts its name', (role) => {
    expect(tallyOf({ role, content: 'Hello', name: 'Maria' })).toEqual(tallyOfTexts('Hello', 'Maria'))
  })

  test.each<[string, ContentPart]>([
    ['text', { type: 'text', text: 'No, thanks.' }],
    ['a refusal', { type: 'refusal', refusal: 'No, thanks.' }],
  ])('counts %s the same as a part and as its content', (_, part) => {
    expect(tallyOf({ role: 'assistant', content: [part, part] })).toEqual(
      tallyOfTexts('No, thanks.', 'No, thanks.'),
    )
  })

  test('is counted without the fields that its role does not have, whatever they hold', () => {
    const result = {
      role: 'tool',
      content: 'Hello',
      tool_call_id: 'call_1',
      name: 5,
    } as unknown as ChatMessage
    const question = { role: 'user', content: 'Hello', refusal: 5, tool_calls: 5 } as unknown as ChatMessage

    expect(tallyOf(result)).toEqual(tallyOfTexts('Hello'))
    expect(tallyOf(question)).toEqual(tallyOfTexts('Hello'))
  })

  test('counts a part of an unknown type by its text', () => {
    const citation = { type: 'citation', quote: reasoning } as unknown as ContentPart
    const { textBytes, otherTokens } = tallyOf({ role: 'user', content: [citation] })

    expect(textBytes).toBe(`typecitationquote${reasoning}`.length)
    expect(otherTokens).toBe(4 + 5)
  })

  test.each<[string, ChatMessage]>([
    ['a part', { role: 'user', content: [{ type: 'citation', quotes: cycle() } as unknown as ContentPart] }],
    ['its reasoning', { role: 'assistant', reasoning_details: cycle() }],
  ])('is refused when %s has a cycle', (_, message) => {
    expect(() => tallyOf(message)).toThrow(new InvalidRequest('messages', 'must hold at most 1000000 values'))
  })
})

describe('an earlier answer', () => {
  test.each(['refusal', 'reasoning', 'reasoning_content'] as const)('counts its %s as text', (field) => {
    const answer: ChatMessage = { role: 'assistant', content: 'Hello', [field]: reasoning }

    expect(tallyOf(answer)).toEqual(tallyOfTexts('Hello', reasoning))
  })

  test('counts the name and the arguments of each call, and 8 to 16 tokens around them', () => {
    const call = (name: string, written: string) => ({
      id: 'call_1',
      type: 'function',
      function: { name, arguments: written },
    })
    const calls = [call('search_orders', '{"limit":5}'), call('refund', '{}')]
    const tally = tallyOf({ role: 'assistant', tool_calls: calls })
    const { textHundredths, textBytes } = tallyOfTexts('search_orders', '{"limit":5}', 'refund', '{}')

    expect(tally).toMatchObject({ textHundredths, textBytes, otherTokens: 4 + 16, otherTokensMax: 8 + 32 })
  })

  test.each<Omit<AssistantMessage, 'role'>>([
    { reasoning, reasoning_content: reasoning },
    { reasoning, reasoning_content: null },
    { reasoning, reasoning_content: '' },
    { reasoning_content: reasoning, reasoning: '' },
    { reasoning, reasoning_details: null },
    { reasoning, reasoning_details: [] },
    { reasoning_content: reasoning, reasoning_details: [] },
  ])('counts its reasoning once, by a spelling that says something: %o', (spellings) => {
    expect(tallyOf({ role: 'assistant', ...spellings })).toEqual(tallyOfTexts(reasoning))
  })

  test('counts the details of its reasoning as JSON, and then no other spelling', () => {
    const detailed: ChatMessage = { role: 'assistant', reasoning_details: [{ text: reasoning }] }
    const { textBytes, otherTokens } = tallyOf(detailed)

    expect(textBytes).toBe(`text${reasoning}`.length)
    expect(otherTokens).toBe(4 + 4)
    expect(tallyOf({ ...detailed, reasoning, reasoning_content: reasoning })).toEqual(tallyOf(detailed))
  })
})
