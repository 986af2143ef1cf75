// Follows the attempts on one endpoint from what a router tells.
import type { FailureKind } from '@nextbest/core'
import type { RouterEvent } from 'nextbest'

type BreakerState = 'closed' | 'open' | 'half-open'

/** One attempt on the endpoint whose call is over. Instants are on the router's clock. */
export interface WatchedAttempt {
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** When its health was known: at its first token, or at its end. */
  readonly judgedAtMs: number
  /** Whether it was the first of its call. */
  readonly first: boolean
  /** The breaker's state as it started: half-open for a probe; open where all breakers are, and calls ignore them. */
  readonly breaker: BreakerState
  readonly outcome: 'answered' | 'failed' | 'cancelled'
  readonly failure: FailureKind | undefined
}

interface BreakerChange {
  readonly state: BreakerState
  readonly atMs: number
}

export interface WatchOptions {
  /** Id of the endpoint. */
  readonly endpoint: string
  nowMs(): number
  /** The state of the endpoint's breaker now. */
  breaker(): BreakerState
}

export class AttemptWatch {
  /** In the order in which their calls ended. */
  readonly attempts: WatchedAttempt[] = []
  readonly changes: BreakerChange[] = []
  /** Attempts on any endpoint. */
  allAttempts = 0
  readonly #options: WatchOptions
  /** States in which attempts started whose calls are under way. */
  readonly #startedIn = new Map<string, BreakerState>()

  constructor(options: WatchOptions) {
    this.#options = options
  }

  hear(event: RouterEvent): void {
    if (event.type === 'attempt-start') this.allAttempts += 1
    if (event.type === 'call-end') this.#callEnded(event)
    if (!('endpoint' in event) || event.endpoint !== this.#options.endpoint) return
    if (event.type === 'attempt-start')
      this.#startedIn.set(keyOf(event.callId, event.attempt), this.#options.breaker())
    if (event.type === 'breaker-change')
      this.changes.push({ state: event.state, atMs: this.#options.nowMs() })
  }

  #callEnded({ callId, route, facts }: Extract<RouterEvent, { readonly type: 'call-end' }>): void {
    for (const { endpoint, number, failure, ...attempt } of route.attempts) {
      const key = keyOf(callId, number)
      const breaker = this.#startedIn.get(key)
      if (endpoint !== this.#options.endpoint || breaker === undefined) continue
      this.#startedIn.delete(key)
      const startedAtMs = (facts?.startedAtMs ?? 0) + attempt.startedAfterMs
      this.attempts.push({
        startedAtMs,
        endedAtMs: startedAtMs + attempt.durationMs,
        judgedAtMs: startedAtMs + (attempt.firstTokenMs ?? attempt.durationMs),
        first: number === 1,
        breaker,
        outcome: attempt.outcome,
        failure: failure?.kind,
      })
    }
  }
}

function keyOf(callId: string, attempt: number): string {
  return `${callId} ${attempt}`
}

/** How attempts on a dead endpoint lie about its detection, which is the first opening of its breaker. */
export interface Wasted {
  /** Sent before its first failure was known: nobody could know better. */
  readonly blind: number
  /** Sent after that and before its breaker opened. */
  readonly doubtful: number
  /** Sent as probes once it had opened. */
  readonly probes: number
  /** Sent while the breaker was closed again, although the endpoint was dead. */
  readonly relapses: number
  /** Sent while it was open: calls ignore breakers while those of all endpoints are open. */
  readonly despite: number
  /** From the first attempt to the opening, in ms; infinite where it never opened. */
  readonly detectedAfterMs: number
}

export function wastedOf({ attempts, changes }: Pick<AttemptWatch, 'attempts' | 'changes'>): Wasted {
  const failures = attempts.filter(({ outcome }) => outcome === 'failed')
  const failedAtMs = Math.min(...failures.map(({ endedAtMs }) => endedAtMs))
  const openedAtMs = changes.find(({ state }) => state === 'open')?.atMs ?? Infinity
  const before = attempts.filter(({ startedAtMs }) => startedAtMs <= openedAtMs)
  const after = attempts.filter(({ startedAtMs }) => startedAtMs > openedAtMs)
  const blind = before.filter(({ startedAtMs }) => startedAtMs <= failedAtMs).length
  const inState = (state: BreakerState): number => after.filter(({ breaker }) => breaker === state).length
  return {
    blind,
    doubtful: before.length - blind,
    probes: inState('half-open'),
    relapses: inState('closed'),
    despite: inState('open'),
    detectedAfterMs: openedAtMs - Math.min(...attempts.map(({ startedAtMs }) => startedAtMs)),
  }
}

/** Most probes at once, each counted until `until`. */
export function mostProbes(attempts: readonly WatchedAttempt[], until: 'judgedAtMs' | 'endedAtMs'): number {
  const probes = attempts.filter(({ breaker }) => breaker === 'half-open')
  const counts = probes.map(
    ({ startedAtMs }) =>
      probes.filter((other) => other.startedAtMs <= startedAtMs && startedAtMs < other[until]).length,
  )
  return Math.max(0, ...counts)
}
