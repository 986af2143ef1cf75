import { remainingWeight } from './decay.ts'
import { requireRange, snapshotBounds } from './range.ts'

/** Decayed sums as of their last record. */
export interface DecayedSumsSnapshot {
  /** Time since the last record, in ms; 0 when there was none. */
  readonly idleMs: number
  /** Sum of the weights; 0 when there was no record. */
  readonly mass: number
  /** Sum of each weighted field. */
  readonly sums: readonly number[]
}

/**
 * Weighted sums of a few fields, newer records counting more: a record weighs `2^(-age / halfLife)`. They stay as they
 * were at the last record; silence takes nothing from the mean.
 *
 * An average that each value moves by a share of the difference depends on the order of the values, so two of them have no
 * common successor. Sums with their mass do: brought to the same instant, they add, and the result is that of both streams in one.
 * Source of the weights: Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay" (ICDE 2009).
 */
export class DecayedSums {
  readonly #halfLifeMs: number
  readonly #sums: Float64Array
  #mass = 0
  #lastMs = -Infinity

  constructor(halfLifeMs: number, fields: number) {
    this.#halfLifeMs = halfLifeMs
    this.#sums = new Float64Array(fields)
  }

  /** Weight of all records, as of the last one. */
  get mass(): number {
    return this.#mass
  }

  /** Instant of the last record, in ms; `-Infinity` when there was none. */
  get lastMs(): number {
    return this.#lastMs
  }

  /** Returns the weighted sum of a field, as of the last record. */
  sum(field: number): number {
    return this.#sums[field] ?? 0
  }

  /** Returns the mean of a field, `prior` counting as so many records' worth more; above 0 of them. */
  mean(field: number, prior: number, priorMass: number): number {
    return (this.sum(field) + prior * priorMass) / (this.#mass + priorMass)
  }

  /** Returns what is left, at `nowMs`, of the weight that everything had at the last record: 0..1. */
  kept(nowMs: number): number {
    return remainingWeight(nowMs - this.#lastMs, this.#halfLifeMs)
  }

  /** Adds the value of each field; an instant before the last one counts as that. */
  record(values: readonly number[], nowMs: number): void {
    this.#advance(nowMs)
    this.#add(values, 1)
  }

  /** Takes back what was recorded at an earlier instant. */
  retract(values: readonly number[], recordedAtMs: number): void {
    this.#add(values, -remainingWeight(this.#lastMs - recordedAtMs, this.#halfLifeMs))
    if (this.#mass < 0) this.#mass = 0
  }

  clear(): void {
    this.#sums.fill(0)
    this.#mass = 0
    this.#lastMs = -Infinity
  }

  /** Returns the sums as of the last record, and how long ago that was at `nowMs`. */
  snapshot(nowMs: number): DecayedSumsSnapshot {
    const idleMs = this.#mass === 0 ? 0 : Math.max(0, nowMs - this.#lastMs)
    return { idleMs, mass: this.#mass, sums: [...this.#sums] }
  }

  /**
   * Replaces the sums by a snapshot whose instant was `nowMs`.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  restore(snapshot: DecayedSumsSnapshot, nowMs: number): void {
    this.#require(snapshot)
    this.clear()
    this.merge(snapshot, nowMs)
  }

  /**
   * Adds sums whose snapshot was taken at `nowMs`: afterwards they are those of both streams in one.
   *
   * @throws RangeError when a number of the snapshot is negative or not finite.
   */
  merge(snapshot: DecayedSumsSnapshot, nowMs: number): void {
    this.#require(snapshot)
    if (snapshot.mass === 0) return
    const lastMs = nowMs - snapshot.idleMs
    this.#advance(lastMs)
    const weight = remainingWeight(this.#lastMs - lastMs, this.#halfLifeMs)
    this.#mass += snapshot.mass * weight
    for (let field = 0; field < this.#sums.length; field++) {
      this.#sums[field] = this.sum(field) + (snapshot.sums[field] ?? 0) * weight
    }
  }

  #add(values: readonly number[], weight: number): void {
    this.#mass += weight
    for (let field = 0; field < values.length; field++) {
      this.#sums[field] = this.sum(field) + (values[field] ?? 0) * weight
    }
  }

  #advance(nowMs: number): void {
    if (nowMs <= this.#lastMs) return
    const kept = this.kept(nowMs)
    this.#mass *= kept
    for (let field = 0; field < this.#sums.length; field++) this.#sums[field] = this.sum(field) * kept
    this.#lastMs = nowMs
  }

  #require({ idleMs, mass, sums }: DecayedSumsSnapshot): void {
    requireRange('idleMs', idleMs, snapshotBounds)
    requireRange('mass', mass, snapshotBounds)
    requireRange('number of sums', sums.length, [this.#sums.length, this.#sums.length])
    for (const sum of sums) requireRange('sum', sum, snapshotBounds)
  }
}
