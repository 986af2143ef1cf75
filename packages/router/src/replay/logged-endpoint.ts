import { EndpointSignals, expectedCostUsd, latencyModelDefaults } from '@nextbest/core'
import type { Breaker, BreakerState, Demand, Endpoint, KnownEndpoint, OutcomeRates } from '@nextbest/core'
import type { TraceCandidate } from '../trace/trace-record.ts'

/** Least share of its traffic that an endpoint gets: while it is probed. Source: `slowStartShare`. */
const leastShare = 0.1

/** What a trace says of an endpoint at one decision, in the place of what a router knows of it. */
export class LoggedEndpoint implements KnownEndpoint {
  readonly endpoint: Endpoint
  readonly signals: LoggedSignals
  readonly breaker: LoggedBreaker
  /** As the decision saw it. */
  candidate: TraceCandidate | undefined
  /** Tokens of the prompt that its provider was expected to have cached. */
  cachedTokens = 0

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
    this.signals = new LoggedSignals()
    this.breaker = new LoggedBreaker()
  }

  /** Moves on to another decision. */
  show(candidate: TraceCandidate, { demand, usdPerSecond, isAlone }: LoggedMoment): void {
    this.candidate = candidate
    this.cachedTokens = cachedTokensOf(candidate, this.endpoint)
    this.signals.seen = candidate
    this.signals.detectMs = detectMsOf(candidate, { demand, usdPerSecond }, this)
    this.breaker.share = candidate.share
    this.breaker.state =
      candidate.probability === 1 && candidate.share <= leastShare && !isAlone ? 'half-open' : 'closed'
  }
}

/** What the candidates of a decision have in common. */
export interface LoggedMoment {
  readonly demand: Demand
  readonly usdPerSecond: number
  /** Whether there is no other candidate: then even a probe is no choice. */
  readonly isAlone: boolean
}

/** The saving says how much was expected to be cached. */
function cachedTokensOf({ cacheSavingUsd }: TraceCandidate, { pricing }: Endpoint): number {
  const savedPicoUsd = pricing.promptPicoUsd - (pricing.cacheReadPicoUsd ?? pricing.promptPicoUsd)
  return savedPicoUsd > 0 ? (cacheSavingUsd * 1e12) / savedPicoUsd : 0
}

/** The cost of an early failure without that of its prompt says how long it was expected to take. */
function detectMsOf(
  { earlyFailureUsd }: TraceCandidate,
  { demand, usdPerSecond }: Omit<LoggedMoment, 'isAlone'>,
  { endpoint, cachedTokens }: LoggedEndpoint,
): number {
  if (usdPerSecond === 0) return latencyModelDefaults.priorTtftMs
  const { promptTokens, images } = demand
  const promptUsd = expectedCostUsd(endpoint.pricing, { promptTokens, images, outputTokens: 0, cachedTokens })
  return Math.max(0, ((earlyFailureUsd - promptUsd) / usdPerSecond) * 1_000)
}

/** Signals that say what they said then. What a trace does not hold of them is that of an endpoint never tried. */
class LoggedSignals extends EndpointSignals {
  seen: TraceCandidate | undefined
  detectMs: number = latencyModelDefaults.priorTtftMs

  constructor() {
    // No limits: who is among the candidates was admitted.
    super({ limits: {} })
  }

  override get expectedDetectMs(): number {
    return this.detectMs
  }

  override rates(nowMs: number, into?: OutcomeRates): OutcomeRates {
    const rates = super.rates(nowMs, into)
    if (this.seen === undefined) return rates
    rates.success = this.seen.success
    rates.early = this.seen.early
    rates.late = this.seen.late
    return rates
  }

  /** The logged one is that of breaker and signals together. */
  override share(): number {
    return 1
  }

  override expectedTtftMs(promptTokens: number, nowMs: number): number {
    return this.seen?.ttftMs ?? super.expectedTtftMs(promptTokens, nowMs)
  }

  override expectedMsPerToken(nowMs: number): number {
    return this.seen?.msPerToken ?? super.expectedMsPerToken(nowMs)
  }
}

class LoggedBreaker implements Breaker {
  state: BreakerState = 'closed'
  share = 1
  readonly admits = true
  readonly openings = 0
  readonly opensUntilMs = undefined

  admitShare(): number {
    return this.share
  }

  tryAcquire(): undefined {
    return undefined
  }

  report(): void {}

  reportLateFailure(): void {}

  openedElsewhere(): void {}

  dispose(): void {}
}
