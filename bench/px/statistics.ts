// Quantiles, and means of a few seeds with their intervals.

/** Values below which so many of a hundred lie. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Nearest-rank percentiles of the values that are numbers; NaN when there are none. */
export function percentilesOf(values: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(values).filter((value) => !Number.isNaN(value))
  sorted.sort()
  const at = (q: number): number => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** A mean over seeds, and half the width of its 95 % interval; 0 for a single seed, which tells nothing of it. */
export interface Estimate {
  readonly mean: number
  readonly halfWidth: number
}

/** Student's t at 97.5 % for 1, 2, … degrees of freedom; 1.96 beyond. */
const studentT = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** Returns the mean and its t interval. */
export function estimate(values: readonly number[]): Estimate {
  const mean = meanOf(values)
  if (values.length < 2) return { mean, halfWidth: 0 }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const t = studentT[values.length - 2] ?? 1.96
  return { mean, halfWidth: t * Math.sqrt(variance / values.length) }
}

/** NaN when there are no values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
