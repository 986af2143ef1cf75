/** Values below which a cut says nothing. Source: OpenRouter's Auto Exacto, which wants four providers. */
const minValues = 4

/** Median absolute deviation of a normal distribution, as a multiple of it: its standard deviation. */
const deviationPerMad = 1.4826

/** Where a cut lies. */
export interface RobustCut {
  /** Standard deviations from the median; below 0 for a cut below it. */
  readonly deviations: number
  /** Least standard deviation, as a share of the median: differences that mean nothing must not cut. */
  readonly leastDeviation: number
}

/**
 * Returns `median + deviations * max(1.4826 * MAD, leastDeviation * median)` of at least four values, else nothing. Median
 * and median absolute deviation are not moved by the outliers that the cut is for. Source: Hampel (JASA 1974).
 *
 * A value that moves towards the median, or across it, is never cut off by its own move.
 */
export function robustCut(
  values: readonly number[],
  { deviations, leastDeviation }: RobustCut,
): number | undefined {
  if (values.length < minValues) return undefined
  const median = medianOf(values)
  const deviation = deviationPerMad * medianOf(values.map((value) => Math.abs(value - median)))
  return median + deviations * Math.max(deviation, leastDeviation * median)
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}
