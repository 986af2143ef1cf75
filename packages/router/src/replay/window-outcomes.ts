import { sizeClassOf } from '@nextbest/core'
import type { FailureKind } from '@nextbest/core'
import { Spread } from './spread.ts'

/** How attempts on one endpoint ended in some time, and how fast they were. */
export class WindowOutcomes {
  answered = 0
  late = 0
  readonly early: Map<FailureKind, number> = new Map()
  /** Times to the first token and times per token, each by the size class of the prompt. */
  readonly ttft: SizedSpreads = new SizedSpreads()
  readonly perToken: SizedSpreads = new SizedSpreads()

  /** Attempts whose end says something of the endpoint. */
  get ended(): number {
    let early = 0
    for (const count of this.early.values()) early += count
    return this.answered + this.late + early
  }

  get spreads(): number {
    return this.ttft.size + this.perToken.size
  }

  failedEarly(kind: FailureKind, count = 1): void {
    this.early.set(kind, (this.early.get(kind) ?? 0) + count)
  }

  addAll(other: WindowOutcomes): void {
    this.answered += other.answered
    this.late += other.late
    for (const [kind, count] of other.early) this.failedEarly(kind, count)
    this.ttft.addAll(other.ttft)
    this.perToken.addAll(other.perToken)
  }

  /** Returns the end of an attempt at a place `u` (0..1) of all that ended here: answered ones first. */
  endAt(u: number): 'answered' | 'late' | FailureKind {
    let rest = u * this.ended - this.answered
    if (rest < 0) return 'answered'
    for (const [kind, count] of this.early) {
      rest -= count
      if (rest < 0) return kind
    }
    return 'late'
  }
}

/** Spreads by the size class of the prompt; those that hold nothing take no memory. */
export class SizedSpreads {
  readonly #spreads: (Spread | undefined)[] = []

  /** How many hold something. */
  get size(): number {
    return this.#spreads.reduce((sum, spread) => sum + (spread === undefined ? 0 : 1), 0)
  }

  add(value: number, promptTokens: number): void {
    this.#at(sizeClassOf(promptTokens)).add(value)
  }

  addAll(other: SizedSpreads): void {
    for (const [place, spread] of other.#spreads.entries()) {
      if (spread !== undefined) this.#at(place).addAll(spread)
    }
  }

  /** Returns that of the class of such a prompt. */
  of(promptTokens: number): Spread | undefined {
    return this.#spreads[sizeClassOf(promptTokens)]
  }

  /** Returns those of the other classes, nearest size first. */
  othersOf(promptTokens: number): readonly Spread[] {
    const own = sizeClassOf(promptTokens)
    const places = [...this.#spreads.keys()].filter((place) => place !== own)
    places.sort((one, other) => Math.abs(one - own) - Math.abs(other - own))
    return places.flatMap((place) => this.#spreads[place] ?? [])
  }

  #at(place: number): Spread {
    const spread = this.#spreads[place] ?? new Spread()
    this.#spreads[place] = spread
    return spread
  }
}
