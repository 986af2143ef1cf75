import type { FailureKind, TokenUsage } from '@nextbest/core'
import { Spread } from './spread.ts'
import { WindowOutcomes } from './window-outcomes.ts'

/** Windows on either side that stand in for one in which nothing ended. */
const nearWindows = 3

/** What is known of the failures of one kind. */
export interface FailureOutcomes {
  /** Times until they showed, in ms. */
  readonly afterMs: Spread
  /** Times that the provider asked to be left alone for, in ms. */
  readonly retryAfterMs: Spread
}

/** How attempts on one endpoint ended: in each window of time, and in all. */
export class EndpointOutcomes {
  readonly total: WindowOutcomes = new WindowOutcomes()
  readonly #windows: (WindowOutcomes | undefined)[] = []
  readonly #failures = new Map<FailureKind, FailureOutcomes>()
  #promptTokens = 0
  #cachedTokens = 0

  /** Share of the prompts' tokens that was read from the provider's cache, 0..1. */
  get cachedShare(): number {
    return this.#promptTokens === 0 ? 0 : this.#cachedTokens / this.#promptTokens
  }

  get spreads(): number {
    return this.#windows.reduce((sum, window) => sum + (window?.spreads ?? 0), 0)
  }

  /** Returns the window of that number, to add to. */
  window(number: number): WindowOutcomes {
    const window = this.#windows[number] ?? new WindowOutcomes()
    this.#windows[number] = window
    return window
  }

  /** Returns the window of that number, if something ended in it. */
  own(number: number): WindowOutcomes | undefined {
    const window = this.#windows[number]
    return window !== undefined && window.ended > 0 ? window : undefined
  }

  /** Returns the nearest other window in which something ended; an outage lasts, so the one before comes first. */
  near(number: number): WindowOutcomes | undefined {
    for (let distance = 1; distance <= nearWindows; distance += 1) {
      const found = this.own(number - distance) ?? this.own(number + distance)
      if (found !== undefined) return found
    }
    return undefined
  }

  failures(kind: FailureKind): FailureOutcomes | undefined {
    return this.#failures.get(kind)
  }

  failed(kind: FailureKind, { afterMs, retryAfterMs }: FailureTimes): void {
    const outcomes = this.#failures.get(kind) ?? { afterMs: new Spread(), retryAfterMs: new Spread() }
    this.#failures.set(kind, outcomes)
    outcomes.afterMs.add(afterMs)
    if (retryAfterMs !== undefined) outcomes.retryAfterMs.add(retryAfterMs)
  }

  used({ promptTokens, cachedPromptTokens }: TokenUsage): void {
    this.#promptTokens += promptTokens
    this.#cachedTokens += cachedPromptTokens
  }

  /** Makes one window of each two. */
  halve(): void {
    for (let pair = 0; pair < this.#windows.length; pair += 2) {
      const first = this.#windows[pair]
      const second = this.#windows[pair + 1]
      if (first !== undefined && second !== undefined) first.addAll(second)
      this.#windows[pair / 2] = first ?? second
    }
    this.#windows.length = Math.ceil(this.#windows.length / 2)
  }
}

interface FailureTimes {
  readonly afterMs: number
  readonly retryAfterMs: number | undefined
}
