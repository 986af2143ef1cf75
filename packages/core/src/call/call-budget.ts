import { requireRange } from '../signals/range.ts'

/** What a call may spend. One object per call; whatever spends of it counts against the same bounds. */
export interface CallBudget {
  /** No attempt starts and nothing is delivered at or after this instant. */
  readonly deadlineAtMs: number
  /** Attempts in all: the first, failovers, retries, hedges and continuations. 1..10. Default: 3. */
  readonly maxAttempts: number
  /** Longest wait for a busy endpoint, in ms. 0 or more; 0 never waits. Default: 30,000. */
  readonly maxWaitMs: number
  /** Attempts that may start beside one that is still silent. 0..1. Default: 0. */
  readonly maxHedges: number
  /** Attempts that may go on with an answer that broke off. 0..1. Default: 0. */
  readonly maxContinuations: number
  /**
   * What all attempts may cost, in US dollars: one whose worst case is above what is left is not started. Above 0. Default:
   * Infinity, no bound.
   */
  readonly maxCostUsd: number
}

/** Source: three attempts reach what four do within 0.3 % of calls in simulated outages; the rest is choice. */
export const callBudgetDefaults: Omit<CallBudget, 'deadlineAtMs'> = Object.freeze({
  maxAttempts: 3,
  maxWaitMs: 30_000,
  maxHedges: 0,
  maxContinuations: 0,
  maxCostUsd: Infinity,
})

/**
 * Returns a budget, defaults filled in.
 *
 * @throws RangeError that names the first bound that is out of its range.
 */
export function callBudget(
  bounds: Pick<CallBudget, 'deadlineAtMs'> & Partial<Omit<CallBudget, 'deadlineAtMs'>>,
): CallBudget {
  const budget = { ...callBudgetDefaults, ...bounds }
  requireRange('maxAttempts', budget.maxAttempts, [1, 10])
  requireRange('maxWaitMs', budget.maxWaitMs, [0, Infinity])
  requireRange('maxHedges', budget.maxHedges, [0, 1])
  requireRange('maxContinuations', budget.maxContinuations, [0, 1])
  requireRange('maxCostUsd', budget.maxCostUsd, [Number.MIN_VALUE, Infinity])
  return budget
}
