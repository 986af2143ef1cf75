/**
 * Returns what is left of a weight of 1 after `elapsedMs`: `2^(-elapsed / halfLife)`, in 0..1. Time that runs
 * backwards counts as none.
 */
export function remainingWeight(elapsedMs: number, halfLifeMs: number): number {
  return elapsedMs > 0 ? Math.exp((-Math.LN2 * elapsedMs) / halfLifeMs) : 1
}
