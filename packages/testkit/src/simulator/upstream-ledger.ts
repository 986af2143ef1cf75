import type {
  BreakerPermit,
  ChatRequest,
  Endpoint,
  FailureEvidence,
  HealthOutcome,
  TokenUsage,
} from '@nextbest/core'
import type { ArrivingAttempt } from './attempt-script.ts'

/** Counts of a virtual upstream: what it saw itself, whatever the sender believes. */
export interface UpstreamLedger {
  /** Attempts that arrived. */
  readonly attempts: number
  /** Attempts under way. */
  readonly inFlight: number
  readonly answered: number
  readonly failed: number
  readonly cancelled: number
  /** Pieces of content that were told. */
  readonly pieces: number
  /** Tokens of the usages that were told. */
  readonly promptTokens: number
  readonly completionTokens: number
}

/** How an attempt ended at its upstream. `cancelled`: by whoever sent it. */
export type LedgerEnding = 'answered' | 'failed' | 'cancelled'

/** One attempt as its upstream saw it. */
export class LedgerAttempt implements ArrivingAttempt {
  /** Of its upstream, from 1. */
  readonly serial: number
  readonly endpoint: Endpoint
  readonly request: ChatRequest
  readonly stream: boolean
  /** When it arrived. */
  readonly nowMs: number
  readonly inFlight: number
  /** Content that was told, or, of an attempt that is not a stream, produced. */
  readonly pieces: string[] = []
  ending: LedgerEnding | undefined
  endedAtMs: number | undefined
  /** Of an attempt that failed. */
  evidence: FailureEvidence | undefined
  /** What it told, with its end. */
  usage: TokenUsage | undefined

  constructor(arrival: ArrivingAttempt, serial: number) {
    this.serial = serial
    this.endpoint = arrival.endpoint
    this.request = arrival.request
    this.stream = arrival.stream
    this.nowMs = arrival.nowMs
    this.inFlight = arrival.inFlight
  }
}

/** Hears what happens at virtual upstreams, as it happens. Must not throw. */
export interface UpstreamObserver {
  /** Before the provider is asked. */
  attemptArrived?(attempt: LedgerAttempt): void
  /** Before the sender is told. */
  attemptOver?(attempt: LedgerAttempt): void
  /** An endpoint's breaker was asked for a permit and gave it, or nothing. */
  permitAsked?(endpoint: Endpoint, permit: BreakerPermit | undefined): void
  /** An endpoint's breaker was told of an attempt's outcome, and has taken it in. */
  healthTold?(endpoint: Endpoint, permit: BreakerPermit, outcome: HealthOutcome | 'late-failure'): void
}

/** The counts, while they are counted. */
export class LedgerCounts implements UpstreamLedger {
  attempts = 0
  inFlight = 0
  answered = 0
  failed = 0
  cancelled = 0
  pieces = 0
  promptTokens = 0
  completionTokens = 0

  arrived(): void {
    this.attempts++
    this.inFlight++
  }

  over({ ending, pieces, usage }: LedgerAttempt): void {
    this.inFlight--
    this.pieces += pieces.length
    if (ending !== undefined) this[ending]++
    this.promptTokens += usage?.promptTokens ?? 0
    this.completionTokens += usage?.completionTokens ?? 0
  }
}
