/** Instants and durations: a tenth of a millisecond. */
export function roundedMs(ms: number): number {
  return rounded(ms, 10)
}

/** Probabilities, rates and shares: a hundred-millionth. */
export function roundedRatio(ratio: number): number {
  return rounded(ratio, 1e8)
}

/** Money in US dollars that is an estimate: a tenth of a nano-dollar. */
export function roundedUsd(usd: number): number {
  return rounded(usd, 1e10)
}

/** Adding 0 makes -0, which JSON does not know, into 0. */
function rounded(value: number, perUnit: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a number of a trace must be finite, got ${value}`)
  return Math.round(value * perUnit) / perUnit + 0
}
