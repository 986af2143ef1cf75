import { describe, expect, test } from 'vitest'
import type { AttemptTimeouts } from '../../src/call/call-state.ts'
import type { Demand } from '../../src/demand/demand.ts'
import { attemptTimeouts } from '../../src/ranking/attempt-timeouts.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { knownEndpoint, nowMs, question, steady } from './fleet.ts'

/** Bounds that nothing usual is beyond. */
const options = {
  ...rankingDefaults,
  minFirstTokenMs: 10,
  maxFirstTokenMs: 500_000,
  minIdleMs: 10,
  maxIdleMs: 500_000,
}
const { demand } = question()

const typical = endpointOf({ ttftMs: 700, msPerToken: 15 })
const ttftP99Ms = typical.signals.ttftQuantileMs(0.99, demand.promptTokens, nowMs)
const tokenP99Ms = typical.signals.msPerTokenQuantile(0.99, demand.promptTokens, nowMs)

function endpointOf(prior: { readonly ttftMs: number; readonly msPerToken: number }): KnownEndpoint {
  return { ...knownEndpoint('alpha', steady), signals: new EndpointSignals({ limits: {}, prior }) }
}

function timeoutsFor(needs: Partial<Demand>, known = typical, bounds = options): AttemptTimeouts {
  return attemptTimeouts(known, { demand: { ...demand, ...needs }, nowMs, options: bounds })
}

describe('an attempt', () => {
  test('has twice the time of 99 % of first tokens, and 50 times that of 99 % of tokens', () => {
    expect(timeoutsFor({})).toEqual({
      firstTokenTimeoutMs: 2 * ttftP99Ms,
      lastFirstTokenTimeoutMs: 500_000,
      idleTimeoutMs: 50 * tokenP99Ms,
    })
  })

  test('has no less than the shortest times that the options allow', () => {
    const fast = endpointOf({ ttftMs: 2, msPerToken: 0.1 })

    expect(timeoutsFor({}, fast, rankingDefaults)).toEqual({
      firstTokenTimeoutMs: 3_000,
      lastFirstTokenTimeoutMs: 30_000,
      idleTimeoutMs: 5_000,
    })
  })

  test('has no more than the longest times that the options allow', () => {
    const slow = endpointOf({ ttftMs: 90_000, msPerToken: 5_000 })

    expect(timeoutsFor({}, slow, rankingDefaults)).toEqual({
      firstTokenTimeoutMs: 30_000,
      lastFirstTokenTimeoutMs: 30_000,
      idleTimeoutMs: 20_000,
    })
  })

  test('has four times all of that where the answer is reasoned about', () => {
    const { firstTokenTimeoutMs, lastFirstTokenTimeoutMs, idleTimeoutMs } = timeoutsFor({})

    expect(timeoutsFor({ parameters: ['temperature', 'reasoning'] })).toEqual({
      firstTokenTimeoutMs: 4 * firstTokenTimeoutMs,
      lastFirstTokenTimeoutMs: 4 * (lastFirstTokenTimeoutMs ?? Number.NaN),
      idleTimeoutMs: 4 * idleTimeoutMs,
    })
    expect(timeoutsFor({ parameters: ['temperature'] })).toEqual(timeoutsFor({}))
  })

  test('that is not streamed has the time for all of its tokens besides', () => {
    const streamed = timeoutsFor({})
    const whole = timeoutsFor({ stream: false, maxOutputTokens: 300 })

    expect(whole.firstTokenTimeoutMs).toBeCloseTo(streamed.firstTokenTimeoutMs + 2 * tokenP99Ms * 300, 6)
    expect(whole.lastFirstTokenTimeoutMs).toBeCloseTo(500_000 + 2 * tokenP99Ms * 300, 6)
    expect(whole.idleTimeoutMs).toBe(streamed.idleTimeoutMs)
  })

  test('that is not streamed has the time for 4,096 tokens where the request bounds none', () => {
    expect(timeoutsFor({ stream: false, maxOutputTokens: undefined })).toEqual(
      timeoutsFor({ stream: false, maxOutputTokens: 4_096 }),
    )
  })
})
