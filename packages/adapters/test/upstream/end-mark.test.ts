import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { Attempt } from '../../src/upstream/attempt.ts'
import { upstreamLimits } from '../../src/upstream/upstream-options.ts'

const waitMs = upstreamLimits.endMarkTimeoutMs

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  // Whatever happened, no timer is left behind.
  vi.advanceTimersByTime(60_000)
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A stream under way, over no connection. */
function streaming(choices = 1): {
  readonly attempt: Attempt
  readonly heard: string[]
  readonly receive: (...events: readonly string[]) => void
} {
  const heard: string[] = []
  const listener = {
    onPart: () => undefined,
    onAnswer: () => heard.push('answer'),
    onEnd: () => heard.push('end'),
    onFailure: ({ type }: { readonly type: string }) => heard.push(type),
  }
  const { maxEventBytes } = upstreamLimits
  const plan = { adapter: openAiChat(), limits: upstreamLimits, maxEventBytes, choices }
  const attempt = new Attempt(listener, plan, true)
  const exchange = {
    sent: true,
    cancel: () => heard.push('cancelled'),
    pause: () => undefined,
    resume: () => undefined,
  }
  attempt.start(
    { send: () => exchange, close: () => Promise.resolve() },
    { path: '/', headers: {}, body: '' },
  )
  attempt.onResponse(200, { 'content-type': 'text/event-stream' })
  const receive = (...events: readonly string[]): void => {
    attempt.onData(Buffer.from(events.map((event) => `data: ${event}\n\n`).join('')))
  }
  return { attempt, heard, receive }
}

const content = (index = 0): string => JSON.stringify({ choices: [{ index, delta: { content: 'x' } }] })
const finish = (index = 0): string =>
  JSON.stringify({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })

test('a stream that has finished is whole once nothing but comments came for the time', () => {
  const { heard, receive, attempt } = streaming()
  receive(content(), finish())

  vi.advanceTimersByTime(waitMs - 1)
  attempt.onData(Buffer.from(': keep-alive\n\n'))
  expect(heard).toEqual([])
  vi.advanceTimersByTime(1)

  expect(heard).toEqual(['end'])
})

test('its connection is closed a little later, as what comes on it is not told', () => {
  const { heard, receive } = streaming()
  receive(content(), finish())
  vi.advanceTimersByTime(waitMs)

  receive(content())
  vi.advanceTimersByTime(60_000)

  expect(heard).toEqual(['end', 'cancelled'])
})

test('each further chunk begins the time anew', () => {
  const { heard, receive } = streaming()
  receive(content(), finish())

  for (let chunks = 0; chunks < 5; chunks++) {
    vi.advanceTimersByTime(waitMs - 1)
    receive(content())
  }
  expect(heard).toEqual([])
  vi.advanceTimersByTime(waitMs)

  expect(heard).toEqual(['end'])
})

test.each([
  ['nothing has finished', 1, [content()]],
  ['one of its choices has not finished', 1, [content(), finish(), content(1)]],
  ['a choice that was asked for has not begun', 2, [content(), finish()]],
])('a stream goes on while %s', (_name, choices, events) => {
  const { heard, receive, attempt } = streaming(choices)
  receive(...events)

  vi.advanceTimersByTime(600_000)

  expect(heard).toEqual([])
  attempt.cancel()
})

test('the time does not pass while the caller does not read', () => {
  const { heard, receive, attempt } = streaming()
  receive(content(), finish())

  attempt.pause()
  vi.advanceTimersByTime(600_000)
  expect(heard).toEqual([])
  attempt.resume()
  vi.advanceTimersByTime(waitMs)

  expect(heard).toEqual(['end'])
})

test('a caller that pauses when it hears of the finish is given the time as well', () => {
  const { heard, receive, attempt } = streaming()
  attempt.pause()
  receive(content(), finish())

  vi.advanceTimersByTime(600_000)
  expect(heard).toEqual([])
  attempt.resume()
  receive('[DONE]')

  expect(heard).toEqual(['end'])
})

test.each<[string, readonly string[], number, (attempt: Attempt) => void]>([
  ['cancelled', ['cancelled'], 0, (attempt) => attempt.cancel()],
  ['ended', ['end'], 0, (attempt) => attempt.onEnd()],
  [
    'cut',
    ['end'],
    0,
    (attempt) =>
      attempt.onFailure({ type: 'network', code: 'ECONNRESET', message: 'reset', phase: 'receiving' }),
  ],
  // The rest of its body is awaited for a while: the connection may be used again.
  [
    'ended by its mark',
    ['end', 'cancelled'],
    1,
    (attempt) => attempt.onData(Buffer.from('data: [DONE]\n\n')),
  ],
])('a stream that is %s within the time is told of once', (_name, expected, timers, happens) => {
  const { heard, receive, attempt } = streaming()
  receive(content(), finish())

  happens(attempt)
  expect(vi.getTimerCount()).toBe(timers)
  vi.advanceTimersByTime(600_000)

  expect(heard).toEqual(expected)
})
