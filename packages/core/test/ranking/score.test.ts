import { describe, expect, test } from 'vitest'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { emptyScore } from '../../src/ranking/ranking.ts'
import type { Score } from '../../src/ranking/ranking.ts'
import { scoreInto } from '../../src/ranking/score.ts'
import { ColdStart } from '../../src/signals/cold-start.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { knownEndpoint, nowMs, steady } from './fleet.ts'

/** A cent for a thousand tokens of prompt, a tenth of that to read from the cache, a quarter more to write to it. */
const pricing = {
  promptPicoUsd: 10_000_000,
  completionPicoUsd: 0,
  cacheReadPicoUsd: 1_000_000,
  cacheWritePicoUsd: 12_500_000,
}
const prompt = { promptTokens: 1_000, images: 0, cachedTokens: 0 }

function endpointWith(signals: EndpointSignals, share = 1): KnownEndpoint {
  const { endpoint, breaker } = knownEndpoint('alpha', steady)
  return { endpoint: { ...endpoint, pricing }, signals, breaker: { ...breaker, admitShare: () => share } }
}

function scoreOf(known: KnownEndpoint, { cachedTokens = 0, writtenShare = 0, continuation = 0 } = {}): Score {
  const score = { ...emptyScore }
  scoreInto(score, known, {
    answerUsage: { ...prompt, outputTokens: 200, cachedTokens },
    promptUsage: { ...prompt, outputTokens: 0, cachedTokens },
    usdPerSecond: 0.001,
    failureUsd: 0.01,
    continuation,
    nowMs,
    writtenShare,
  })
  return score
}

describe('a score', () => {
  test('has the expected time to the first token, times the guard against more load than usual', () => {
    const signals = new EndpointSignals({ limits: {}, prior: { ttftMs: 500 } })
    const calmMs = scoreOf(endpointWith(signals)).ttftMs
    for (let started = 0; started < 9; started += 1) signals.attemptStarted(nowMs)

    expect(signals.hotFactor(nowMs)).toBe(25)
    expect(scoreOf(endpointWith(signals)).ttftMs).toBeCloseTo(25 * calmMs, 6)
  })

  test('has the share that both the breaker and the signals let through', () => {
    const signals = new EndpointSignals({ limits: {}, coldStart: new ColdStart() })

    expect(signals.share(nowMs)).toBe(0.1)
    expect(scoreOf(endpointWith(signals, 0.5)).share).toBeCloseTo(0.05, 12)
  })

  test('has the prices of the cache where a conversation is cached, for the answer and for a failure', () => {
    const known = endpointWith(new EndpointSignals({ limits: {} }))
    const usdPerMs = 1e-6
    const { priceUsd, cacheSavingUsd, earlyFailureUsd } = scoreOf(known, {
      cachedTokens: 400,
      writtenShare: 0.4,
    })

    // 400 read, 600 anew, of which 40 % are written for a quarter more.
    expect(priceUsd).toBeCloseTo(0.0004 + 0.006 + 0.4 * 0.0015, 12)
    expect(cacheSavingUsd).toBeCloseTo(0.0036, 12)
    expect(earlyFailureUsd).toBeCloseTo(priceUsd + usdPerMs * known.signals.expectedDetectMs, 12)
  })

  test.each([0, 0.25, 1])(
    'has the penalty of a broken answer, or a second answer with the probability that it is gone on with: %d',
    (continuation) => {
      const known = endpointWith(new EndpointSignals({ limits: {} }))
      const { answerUsd, lateFailureUsd } = scoreOf(known, { continuation })

      expect(lateFailureUsd).toBeCloseTo(answerUsd + continuation * answerUsd + (1 - continuation) * 0.01, 12)
    },
  )

  test('has the full price and saves nothing where no conversation is cached', () => {
    const { priceUsd, cacheSavingUsd } = scoreOf(endpointWith(new EndpointSignals({ limits: {} })))

    expect(priceUsd).toBeCloseTo(0.01, 12)
    expect(cacheSavingUsd).toBe(0)
  })
})
