import type { BreakerOptions, BreakerPermit, BreakerState, HealthOutcome } from '@nextbest/core'

/** How near the bound of the failure rate rounding may decide. */
const tolerance = 1e-6

const deviations = 1.64

interface Outcome {
  readonly atMs: number
  readonly failed: boolean
  weight: number
}

interface Known {
  readonly epoch: number
  /** Openings in a row as it was given; above 0 for a probe. */
  readonly openings: number
  outcome: Outcome | undefined
}

/**
 * What a breaker must do, worked out the long way: it keeps every outcome that still counts and weighs them all again each time. Where
 * two verdicts are equally right, within rounding, it takes the breaker's own.
 */
export class BreakerReference {
  readonly #options: BreakerOptions
  readonly #permits = new WeakMap<BreakerPermit, Known>()
  #outcomes: Outcome[] = []
  #row = 0
  #rowBefore = 0
  #lastSuccess: Outcome | undefined
  #countedSinceClosed = 0
  #openings = 0
  #epoch = 0
  #probeSuccesses = 0
  /** Earliest and latest instants at which it may be half-open. */
  #halfOpenFromMs = -Infinity
  #halfOpenByMs = -Infinity
  #undecided = false
  #openedAtMs: number | undefined

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  /** A permit was asked for. Returns what is wrong with the answer. */
  asked(permit: BreakerPermit | undefined, nowMs: number): string | undefined {
    if (permit === undefined) {
      return this.#openings === 0 ? 'a closed breaker refused' : undefined
    }
    this.#permits.set(permit, { epoch: this.#epoch, openings: this.#openings, outcome: undefined })
    if (this.#openings > 0 && nowMs < this.#halfOpenFromMs) return 'an open breaker gave a permit'
    return permit.probe === this.#openings > 0 ? undefined : `a permit says that its probe is ${permit.probe}`
  }

  /** An outcome was reported. */
  told(permit: BreakerPermit, outcome: HealthOutcome | 'late-failure', nowMs: number): void {
    this.#openedAtMs = undefined
    const known = this.#permits.get(permit)
    if (known === undefined) return
    if (outcome === 'late-failure') return this.#toldLate(known, nowMs)
    if (known.outcome !== undefined) return
    known.outcome = { atMs: nowMs, failed: outcome === 'failure', weight: outcome === 'neutral' ? 0 : 1 }
    if (known.epoch !== this.#epoch || outcome === 'neutral') return
    if (outcome === 'failure') this.#fail(known.outcome, nowMs)
    else this.#succeed(known.outcome)
  }

  /** Returns what is wrong with the state that the breaker is in now. */
  faultOf(state: BreakerState, opensUntilMs: number | undefined, nowMs: number): string | undefined {
    if (this.#undecided) this.#follow(state, nowMs)
    if (this.#openedAtMs !== undefined && opensUntilMs !== undefined) this.#bound(opensUntilMs)
    if (this.#openings === 0) return state === 'closed' ? undefined : `it is ${state} and should be closed`
    if (state === 'closed') return 'it is closed and should not be'
    if ((opensUntilMs ?? -Infinity) > this.#halfOpenByMs) return 'it stays open for too long'
    if (state === 'half-open') return nowMs < this.#halfOpenFromMs ? 'it is half-open too soon' : undefined
    return nowMs > this.#halfOpenByMs ? 'it is open for too long' : undefined
  }

  /** What counted as a success has failed after all. */
  #toldLate(known: Known, nowMs: number): void {
    const success = known.outcome
    if (success === undefined || success.failed || success.weight === 0) return
    const failure = { atMs: nowMs, failed: true, weight: 1 }
    known.outcome = failure
    if (known.epoch !== this.#epoch) return
    success.weight = 0
    if (known.openings > 0) this.#failProbe(known, nowMs)
    else this.#failLate(failure, success, nowMs)
  }

  /** The row that its success had ended goes on, if no other success came since. */
  #failLate(outcome: Outcome, success: Outcome, nowMs: number): void {
    if (this.#lastSuccess === success) {
      this.#row += this.#rowBefore
      this.#lastSuccess = undefined
    }
    this.#fail(outcome, nowMs)
  }

  /** One that has closed it opens it again, as long as little else has counted. */
  #failProbe({ openings, outcome }: Known, nowMs: number): void {
    const isOld = this.#openings === 0 && this.#countedSinceClosed >= this.#options.minimumSamples
    if (isOld && outcome !== undefined) return this.#fail(outcome, nowMs)
    if (this.#openings === 0) this.#openings = openings
    return this.#open(nowMs)
  }

  #succeed(outcome: Outcome): void {
    if (this.#openings === 0) {
      this.#lastSuccess = outcome
      this.#rowBefore = this.#row
      this.#countedSinceClosed++
      this.#row = 0
      this.#outcomes.push(outcome)
      return
    }
    this.#probeSuccesses++
    if (this.#probeSuccesses < this.#options.probesToClose) return
    this.#openings = 0
    this.#row = 0
    this.#lastSuccess = undefined
    this.#countedSinceClosed = 0
    this.#outcomes = []
  }

  #fail(outcome: Outcome, nowMs: number): void {
    if (this.#openings > 0) return this.#open(nowMs)
    this.#row++
    this.#countedSinceClosed++
    this.#outcomes.push(outcome)
    if (this.#row >= this.#options.consecutiveFailures) return this.#open(nowMs)
    const excess = this.#excess(nowMs)
    if (Math.abs(excess) < tolerance) this.#undecided = true
    else if (excess > 0) this.#open(nowMs)
  }

  #open(nowMs: number): void {
    const { openMs, maxOpenMs } = this.#options
    const nominalMs = Math.min(maxOpenMs, openMs * 2 ** this.#openings)
    this.#openings++
    this.#epoch++
    this.#probeSuccesses = 0
    this.#openedAtMs = nowMs
    this.#halfOpenFromMs = nowMs + nominalMs / 2
    this.#halfOpenByMs = nowMs + Math.ceil(nominalMs) + 1
  }

  /** From here on the breaker's own instant counts, if it is one that it may choose. */
  #bound(opensUntilMs: number): void {
    if (opensUntilMs < this.#halfOpenFromMs || opensUntilMs > this.#halfOpenByMs) return
    this.#halfOpenFromMs = opensUntilMs
    this.#halfOpenByMs = opensUntilMs
  }

  #follow(state: BreakerState, nowMs: number): void {
    this.#undecided = false
    if (state === 'open') this.#open(nowMs)
  }

  /** By how much the lower bound of the failure rate is above what is allowed; -1 while there are too few outcomes. */
  #excess(nowMs: number): number {
    const { halfLifeMs, minimumSamples, failureRateBound } = this.#options
    let total = 0
    let failures = 0
    this.#outcomes = this.#outcomes.filter(({ atMs }) => nowMs - atMs < 60 * halfLifeMs)
    for (const { atMs, failed, weight } of this.#outcomes) {
      const left = weight * 2 ** ((atMs - nowMs) / halfLifeMs)
      total += left
      if (failed) failures += left
    }
    if (Math.abs(total - minimumSamples) < tolerance) return 0
    return total < minimumSamples ? -1 : wilson(failures, total) - failureRateBound
  }
}

function wilson(failures: number, total: number): number {
  const squared = deviations ** 2
  const rate = failures / total
  const centre = rate + squared / (2 * total)
  const spread = deviations * Math.sqrt((rate * (1 - rate)) / total + squared / (4 * total * total))
  return (centre - spread) / (1 + squared / total)
}
