import { describe, expect, test } from 'vitest'
import { noAnswer, readAnswer } from './read-answer.ts'

const stream = { 'content-type': 'text/event-stream; charset=utf-8' }
const json = { 'content-type': 'application/json' }

function event(body: object): string {
  return `data: ${JSON.stringify(body)}\n\n`
}

function delta(delta: object, finishReason: string | null = null): string {
  return event({ model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] })
}

const error = { message: 'it broke', type: 'server_error', code: 'provider_error' }

describe('an answer in JSON', () => {
  test('is taken apart', () => {
    const body = {
      model: 'm',
      choices: [
        { message: { content: 'Hi', refusal: 'no', tool_calls: [{ id: 'a' }] }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    }

    expect(readAnswer({ status: 200, headers: json, text: JSON.stringify(body) })).toMatchObject({
      status: 200,
      text: 'Hi',
      refusal: 'no',
      toolCallDeltas: [{ id: 'a' }],
      finishReasons: ['stop'],
      models: ['m'],
      usage: { promptTokens: 1, completionTokens: 2 },
      errors: [],
      unreadable: undefined,
    })
  })

  test('may be an error, with advice', () => {
    const headers = { ...json, 'x-should-retry': 'false', 'retry-after': '3' }

    expect(readAnswer({ status: 502, headers, text: JSON.stringify({ error }) })).toMatchObject({
      status: 502,
      shouldRetry: 'false',
      retryAfter: '3',
      text: '',
      errors: [error],
    })
  })

  test.each(['', '[]', '{"choices":', 'null'])('is unreadable as %j', (text) => {
    expect(readAnswer({ status: 200, headers: json, text }).unreadable).toBe('the body is no JSON object')
  })
})

describe('an answer in events', () => {
  test('is put together', () => {
    const text = `: keep-alive\n\n${delta({ role: 'assistant', content: '' })}${delta({ content: 'H' })}${delta({ content: 'i' })}${delta({}, 'stop')}${event({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } })}data: [DONE]\n\n`

    expect(readAnswer({ status: 200, headers: stream, text })).toMatchObject({
      text: 'Hi',
      finishReasons: ['stop'],
      models: ['m'],
      usage: { promptTokens: 1, completionTokens: 2 },
      endMarks: 1,
      errors: [],
      unreadable: undefined,
    })
  })

  test('may break off, and what comes after the error is counted', () => {
    const text = `${delta({ content: 'H' })}${event({ error })}data: [DONE]\n\n`

    expect(readAnswer({ status: 200, headers: stream, text })).toMatchObject({
      text: 'H',
      errors: [error],
      endMarks: 1,
      eventsAfterError: 1,
    })
  })

  test.each([
    [`${delta({ content: 'H' })}data: {`, 'the last event has no end'],
    ['data: {\n\n', 'an event is neither a JSON object nor the end mark'],
    ['event: ping\n\n', 'an event is neither a JSON object nor the end mark'],
  ])('is unreadable as %j', (text, words) => {
    expect(readAnswer({ status: 200, headers: stream, text }).unreadable).toBe(words)
  })
})

test('no answer is no success', () => {
  expect(noAnswer('it was cut')).toMatchObject({ status: 0, text: '', unreadable: 'it was cut' })
})
