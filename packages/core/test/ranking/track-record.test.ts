import { describe, expect, test } from 'vitest'
import { isChecked, trackRecordOf } from '../../src/ranking/track-record.ts'
import type { TrackRecordQuestion } from '../../src/ranking/track-record.ts'
import { knownEndpoint, nowMs, question, steady } from './fleet.ts'

const known = knownEndpoint('alpha', steady)
const { signals } = known
const { demand } = question()
const asked: TrackRecordQuestion = { demand, preferences: {}, nowMs }

describe('a track record', () => {
  test('has no speed where the caller prefers none', () => {
    expect(trackRecordOf(known, asked)).toEqual({ validRate: signals.quality.validRate, validSamples: 0 })
  })

  test('has the times to the first token where the caller prefers a latency, and nothing else', () => {
    const { ttftMs, tokensPerSecond } = trackRecordOf(known, {
      ...asked,
      preferences: { preferredMaxLatency: 1 },
    })
    const quantile = (q: number): number => signals.ttftQuantileMs(q, demand.promptTokens, nowMs)

    expect(ttftMs).toEqual({
      p50: quantile(0.5),
      p75: quantile(0.75),
      p90: quantile(0.9),
      p99: quantile(0.99),
      samples: signals.latencySamples(demand.promptTokens, nowMs).ttft,
    })
    expect(tokensPerSecond).toBeUndefined()
  })

  test('has the tokens per second where the caller prefers a throughput, and nothing else', () => {
    const { ttftMs, tokensPerSecond } = trackRecordOf(known, {
      ...asked,
      preferences: { preferredMinThroughput: 1 },
    })
    const reached = (q: number): number => 1_000 / signals.msPerTokenQuantile(q, demand.promptTokens, nowMs)

    expect(tokensPerSecond).toEqual({
      p50: reached(0.5),
      p75: reached(0.75),
      p90: reached(0.9),
      p99: reached(0.99),
      samples: signals.latencySamples(demand.promptTokens, nowMs).perToken,
    })
    expect(ttftMs).toBeUndefined()
  })
})

test.each([
  [[], false],
  [['temperature'], false],
  [['temperature', 'tools'], true],
  [['response_format'], true],
  [['structured_outputs'], true],
])('an answer to a request with %j can be checked: %s', (parameters, checked) => {
  expect(isChecked({ parameters })).toBe(checked)
})
