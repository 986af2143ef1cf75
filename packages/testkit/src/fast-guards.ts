import { breakerDefaults } from '@nextbest/core'
import type { Breaker, BreakerOptions } from '@nextbest/core'
import type { Upstream, WaitRequest } from 'nextbest'

/**
 * The guards of an upstream have timers of their own, which no clock reaches: the open time of a breaker, the asks of a waiting queue. For
 * a router whose clock is that many times faster they are given times that are as many times shorter, on a clock that is as many times
 * slower than the router's, and what they say is translated back.
 */
export function fasterBreaker(options: Partial<BreakerOptions>, factor: number): BreakerOptions {
  const all = { ...breakerDefaults, ...options }
  return {
    ...all,
    halfLifeMs: all.halfLifeMs / factor,
    openMs: all.openMs / factor,
    maxOpenMs: all.maxOpenMs / factor,
    slowStartMs: all.slowStartMs / factor,
  }
}

/** Returns the upstream with the instants of its guards on the router's clock; see `fasterBreaker`. */
export function withFasterGuards(upstream: Upstream, factor: number): Upstream {
  return {
    provider: upstream.provider,
    endpoints: upstream.endpoints,
    breakerOf: (endpoint) => translatedBreaker(upstream.breakerOf(endpoint), factor),
    waitFor: (endpoint, wait) => upstream.waitFor(endpoint, translatedWait(wait, factor)),
    send: (attempt, listener) => upstream.send(attempt, listener),
    close: () => upstream.close(),
  }
}

function translatedBreaker(breaker: Breaker, factor: number): Breaker {
  return {
    get state() {
      return breaker.state
    },
    get admits() {
      return breaker.admits
    },
    get openings() {
      return breaker.openings
    },
    get opensUntilMs() {
      return breaker.opensUntilMs === undefined ? undefined : breaker.opensUntilMs * factor
    },
    admitShare: (nowMs) => breaker.admitShare(nowMs / factor),
    tryAcquire: () => breaker.tryAcquire(),
    report: (permit, outcome) => breaker.report(permit, outcome),
    reportLateFailure: (permit) => breaker.reportLateFailure(permit),
    openedElsewhere: (forMs) => breaker.openedElsewhere(forMs / factor),
    dispose: () => breaker.dispose(),
  }
}

function translatedWait(wait: WaitRequest, factor: number): WaitRequest {
  return {
    ...wait,
    deadlineAtMs: wait.deadlineAtMs / factor,
    tryAdmit() {
      const askAgainAtMs = wait.tryAdmit()
      return askAgainAtMs === undefined ? undefined : askAgainAtMs / factor
    },
    abandoned: () => wait.abandoned(),
  }
}
