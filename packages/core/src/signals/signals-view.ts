import type { EndpointSignals } from './endpoint-signals.ts'

/** What is known of an endpoint, as plain numbers for people. */
export interface SignalsView {
  /** Probabilities of the next attempt's outcome; their sum is 1. */
  readonly successRate: number
  readonly earlyFailureRate: number
  readonly lateFailureRate: number
  /** Decayed number of recent outcomes behind the rates. */
  readonly samples: number
  readonly ttftP50Ms: number
  readonly ttftP75Ms: number
  readonly ttftP90Ms: number
  readonly ttftP99Ms: number
  /** Output tokens per second once the first has come, which half of the answers reach. */
  readonly tokensPerSecondP50: number
  /** Which 75 %, 90 % and 99 % of the answers reach. */
  readonly tokensPerSecondP75: number
  readonly tokensPerSecondP90: number
  readonly tokensPerSecondP99: number
  /** Expected time until an early failure shows. */
  readonly detectMs: number
  /** Attempts under way. */
  readonly inFlight: number
  /** How long the rate gate stays closed; 0 when it is open. */
  readonly gatedForMs: number
  /** How long the hold stays; 0 without one. */
  readonly heldForMs: number
  /** Why it was held last; absent when it never was, or has succeeded since. */
  readonly holdReason?: string
}

/** Returns what is known of an endpoint at `nowMs`; latencies are those of prompts of `promptTokens`. */
export function viewOf(signals: EndpointSignals, promptTokens: number, nowMs: number): SignalsView {
  const { success, early, late } = signals.rates(nowMs)
  const { reason } = signals.hold
  const ttftMs = (q: number): number => signals.ttftQuantileMs(q, promptTokens, nowMs)
  const tokensPerSecond = (q: number): number => 1_000 / signals.msPerTokenQuantile(q, promptTokens, nowMs)
  return {
    successRate: success,
    earlyFailureRate: early,
    lateFailureRate: late,
    samples: signals.effectiveSamples(nowMs),
    ttftP50Ms: ttftMs(0.5),
    ttftP75Ms: ttftMs(0.75),
    ttftP90Ms: ttftMs(0.9),
    ttftP99Ms: ttftMs(0.99),
    tokensPerSecondP50: tokensPerSecond(0.5),
    tokensPerSecondP75: tokensPerSecond(0.75),
    tokensPerSecondP90: tokensPerSecond(0.9),
    tokensPerSecondP99: tokensPerSecond(0.99),
    detectMs: signals.expectedDetectMs,
    inFlight: signals.inFlight,
    gatedForMs: Math.max(0, signals.gate.opensAtMs - nowMs),
    heldForMs: Math.max(0, (signals.hold.until(nowMs) ?? nowMs) - nowMs),
    ...(reason !== undefined && { holdReason: reason }),
  }
}
