import { describe, expect, test } from 'vitest'
import { hedgeAfterMs } from '../../src/call/hedge-delay.ts'
import type { HedgeQuestion } from '../../src/call/hedge-delay.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import type { BreakerState } from '../../src/signals/breaker.ts'
import { knownEndpoint, nowMs, steady } from '../ranking/fleet.ts'

/** An endpoint whose first tokens all came after so many ms. */
function answering(ttftMs: number, samples: number, breaker: BreakerState = 'closed'): KnownEndpoint {
  const known = knownEndpoint('endpoint', { ...steady, breaker, outcomes: [] })
  for (let i = 0; i < samples; i++) {
    known.signals.attemptStarted(nowMs)
    known.signals.attemptEnded(
      {
        outcome: 'success',
        weight: 1,
        promptTokens: 500,
        outputTokens: 10,
        ttftMs,
        durationMs: ttftMs + 100,
      },
      nowMs,
    )
  }
  return known
}

const question: HedgeQuestion = {
  first: answering(400, 2_000),
  second: answering(200, 2_000),
  promptTokens: 500,
  answerUsd: 0.01,
  promptUsd: 0.000_1,
  cancelStopsBilling: false,
  nowMs,
}

describe('the delay of a hedge', () => {
  test('is the time in which 95 % of the first one’s tokens come', () => {
    expect(hedgeAfterMs(question)).toBeCloseTo(question.first.signals.ttftQuantileMs(0.95, 500, nowMs), 6)
  })

  test('is half as much again as the second one’s usual time, when that is longer', () => {
    const second = answering(900, 2_000)

    expect(hedgeAfterMs({ ...question, second })).toBeCloseTo(
      1.5 * second.signals.ttftQuantileMs(0.5, 500, nowMs),
      6,
    )
  })

  test.each([
    ['fewer than 50 first tokens are known', { first: answering(400, 49) }],
    ['the second is not healthy', { second: answering(300, 2_000, 'half-open') }],
    ['a lost prompt costs 5 % of the answer', { promptUsd: 0.000_5 }],
  ])('is none when %s', (_, more) => {
    expect(hedgeAfterMs({ ...question, ...more })).toBeUndefined()
  })

  test('is known from 50 first tokens on', () => {
    expect(hedgeAfterMs({ ...question, first: answering(400, 50) })).toBeDefined()
  })

  test('does not depend on the price where cancelling stops the bill', () => {
    expect(hedgeAfterMs({ ...question, promptUsd: 0.009, cancelStopsBilling: true })).toBeDefined()
  })
})
