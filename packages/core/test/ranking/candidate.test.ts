import { describe, expect, test } from 'vitest'
import { unavailabilityOf } from '../../src/ranking/candidate.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { ColdStart } from '../../src/signals/cold-start.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import type { EndpointSignalsOptions } from '../../src/signals/endpoint-signals.ts'
import { knownEndpoint, nowMs, steady } from './fleet.ts'

function endpointWith({ limits, ...others }: EndpointSignalsOptions): KnownEndpoint {
  const known = knownEndpoint('alpha', steady)
  return {
    ...known,
    endpoint: { ...known.endpoint, limits: { contextTokens: 128_000, ...limits } },
    signals: new EndpointSignals({ limits, ...others }),
  }
}

describe('an endpoint can take an attempt', () => {
  test('where nothing bounds it', () => {
    expect(unavailabilityOf(endpointWith({ limits: {} }), 1_000, nowMs)).toBeUndefined()
  })

  test('that fills the tokens of its minute to the last one', () => {
    expect(
      unavailabilityOf(endpointWith({ limits: { tokensPerMinute: 1_000 } }), 1_000, nowMs),
    ).toBeUndefined()
  })

  test('while it is new and has none under way, and a second one once it is known', () => {
    const known = endpointWith({ limits: {}, coldStart: new ColdStart({ successes: 1 }) })
    expect(unavailabilityOf(known, 1_000, nowMs)).toBeUndefined()

    known.signals.coldStart?.succeeded(nowMs)
    known.signals.attemptStarted(nowMs)

    expect(unavailabilityOf(known, 1_000, nowMs)).toBeUndefined()
  })
})

describe('an endpoint cannot take an attempt', () => {
  test('before its gate opens', () => {
    const known = endpointWith({ limits: {} })
    known.signals.gate.closeUntil(nowMs + 7_000)

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({
      reason: 'rate-gate',
      retryAtMs: nowMs + 7_000,
    })
  })

  test('before its minute has room for it again', () => {
    const known = endpointWith({ limits: { requestsPerMinute: 1 } })
    known.signals.permits.tryReserve(1_000, nowMs)

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: nowMs + 60_000 })
  })

  test('ever, for more tokens than a minute has', () => {
    const known = endpointWith({ limits: { tokensPerMinute: 999 } })

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: undefined })
  })

  test('while as many are under way as it takes: it is asked again soon', () => {
    const known = endpointWith({ limits: { maxConcurrent: 1 } })
    known.signals.permits.tryReserve(1_000, nowMs)

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: nowMs + 250 })
  })

  test('while as many are under way as it takes, however exactly its tokens fill a minute', () => {
    const known = endpointWith({ limits: { maxConcurrent: 1, tokensPerMinute: 1_000 } })
    known.signals.permits.tryReserve(1, nowMs)

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: nowMs + 250 })
    expect(unavailabilityOf(known, 1_001, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: undefined })
  })

  test('while it is new and one is under way: it is asked again soon', () => {
    const known = endpointWith({ limits: {}, coldStart: new ColdStart() })
    known.signals.attemptStarted(nowMs)

    expect(unavailabilityOf(known, 1_000, nowMs)).toEqual({ reason: 'no-permit', retryAtMs: nowMs + 250 })
  })

  test('while its breaker is open', () => {
    const known = knownEndpoint('alpha', { ...steady, breaker: 'open' })
    const { breaker } = known

    expect(
      unavailabilityOf({ ...known, breaker: { ...breaker, opensUntilMs: nowMs + 9 } }, 1, nowMs),
    ).toEqual({
      reason: 'breaker-open',
      retryAtMs: nowMs + 9,
    })
  })
})
