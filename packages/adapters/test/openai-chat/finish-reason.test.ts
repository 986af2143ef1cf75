import { describe, expect, test } from 'vitest'
import { classify } from '@nextbest/core'
import { decodeAnswer } from '../../src/openai-chat/decode.ts'
import { ChatStreamDecoder } from '../../src/openai-chat/stream-decoder.ts'

const reasons = [
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['end_turn', 'stop'],
  ['tool_use', 'tool_calls'],
  ['eos_token', 'stop'],
] as const

function answerWith(finishReason: string, content: string): string {
  const message = { role: 'assistant', content }
  return JSON.stringify({ choices: [{ index: 0, message, finish_reason: finishReason }] })
}

function eventWith(finishReason: string, content: string): { readonly event: string; readonly data: string } {
  const choices = [{ index: 0, delta: { content }, finish_reason: finishReason }]
  return { event: '', data: JSON.stringify({ choices }) }
}

describe('a reason in the words of another format', () => {
  test.each(reasons)('%s of an answer is %s, and what the provider wrote is beside it', (wire, name) => {
    expect(decodeAnswer(answerWith(wire, 'Hi'))).toMatchObject({
      type: 'answer',
      completion: { choices: [{ finish_reason: name, native_finish_reason: wire }] },
    })
  })

  test.each(reasons)('%s of a stream is %s, and ends it', (wire, name) => {
    const decoder = new ChatStreamDecoder()

    expect(decoder.decode(eventWith(wire, 'Hi'))).toMatchObject({
      type: 'chunk',
      chunk: { choices: [{ finish_reason: name, native_finish_reason: wire }] },
    })
    expect(decoder.end()).toBeUndefined()
  })

  test('one that nobody knows is passed on, and one of this format is left alone', () => {
    for (const reason of ['stop', 'length', 'tool_calls', 'content_filter', 'tired']) {
      const decoded = decodeAnswer(answerWith(reason, 'Hi'))
      expect(decoded).toMatchObject({ completion: { choices: [{ finish_reason: reason }] } })
      expect(JSON.stringify(decoded)).not.toContain('native_finish_reason')
    }
  })

  test('a filter may hold the whole answer back', () => {
    const decoder = new ChatStreamDecoder()
    decoder.decode(eventWith('SAFETY', ''))

    expect(decoder.end()).toBeUndefined()
    expect(decodeAnswer(answerWith('SAFETY', ''))).toMatchObject({ type: 'answer' })
  })
})

describe('a prompt that was blocked', () => {
  test.each([
    [{ choices: [], promptFeedback: { blockReason: 'SAFETY' } }],
    [{ prompt_feedback: { block_reason: 'OTHER' } }],
  ])('%j is a refusal of the content', (body) => {
    const whole = decodeAnswer(JSON.stringify(body))
    const part = new ChatStreamDecoder().decode({ event: '', data: JSON.stringify(body) })

    for (const decoded of [whole, part]) {
      expect(decoded).toMatchObject({ type: 'failure', evidence: { type: 'in-band' } })
      if (decoded?.type !== 'failure') throw new Error('a failure was expected')
      expect(classify(decoded.evidence)).toMatchObject({ kind: 'content-refused' })
    }
  })

  test('feedback that blocks nothing is no error', () => {
    const body = JSON.parse(answerWith('stop', 'Hi')) as object
    expect(decodeAnswer(JSON.stringify({ ...body, promptFeedback: { safetyRatings: [] } }))).toMatchObject({
      type: 'answer',
    })
  })
})
