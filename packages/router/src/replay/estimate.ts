import type { Spread } from './spread.ts'

/** A number and the interval in which it lies with 95 % confidence. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Width of a 95 % interval on either side, in standard errors. */
export const standardErrors = 1.96

/** Adds an independent error to an interval. */
export function widened({ value, low, high }: Estimate, margin: number): Estimate {
  return {
    value,
    low: value - Math.hypot(value - low, margin),
    high: value + Math.hypot(high - value, margin),
  }
}

/** A share is neither below 0 nor above 1. */
export function asShare({ value, low, high }: Estimate): Estimate {
  return { value, low: Math.max(0, low), high: Math.min(1, high) }
}

/**
 * Returns where the middle of a share's interval is, for so many independent values: what was never seen is not impossible, so
 * both sides are taken to have been seen two times more. Source: Agresti and Coull (1998).
 */
export function middleOfShare(share: number, values: number): number {
  return (share * values + 2) / (values + 4)
}

/** The interval of a quantile is that between two others, for so many independent values. Source: order statistics of a sample. */
export function quantileOf(spread: Spread, q: number, values: number): Estimate | undefined {
  const value = spread.quantile(q)
  if (value === undefined) return undefined
  const margin = standardErrors * Math.sqrt((q * (1 - q)) / values)
  return { value, low: spread.quantile(q - margin) ?? value, high: spread.quantile(q + margin) ?? value }
}
