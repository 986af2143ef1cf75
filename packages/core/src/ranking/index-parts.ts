/** The terms of the index of one endpoint for one demand. Rates are 0..1 and sum to 1; money is in US dollars. */
export interface IndexParts {
  /** `p`: the attempt succeeds. */
  readonly success: number
  /** `a`: it fails before anything reached the caller; the next endpoint can mend that. */
  readonly early: number
  /** `b`: it fails after something reached the caller. */
  readonly late: number
  /** `s`: price of the answer and value of the time that it takes. */
  readonly answerUsd: number
  /** `f`: value of the time until an early failure shows, and price of the tokens that it wastes. */
  readonly earlyFailureUsd: number
  /** `F_b`: what a broken answer costs: the answer, and the penalty for breaking off or a second answer that goes on with it. */
  readonly lateFailureUsd: number
}

/** Expected cost of one attempt: `e = p·s + a·f + b·F_b`. */
export function attemptUsd(parts: IndexParts): number {
  return (
    parts.success * parts.answerUsd + parts.early * parts.earlyFailureUsd + parts.late * parts.lateFailureUsd
  )
}

/**
 * Expected cost of getting one good answer by starting here: `I = e / (1 − a)`.
 *
 * Trying endpoints in the order of increasing `I` is optimal for independent attempts: putting i before j costs
 * `e_i + a_i·e_j + a_i·a_j·R`, the other way round `e_j + a_j·e_i + a_i·a_j·R`, and the rest `R` cancels, which leaves
 * `e_i / (1 − a_i) < e_j / (1 − a_j)`. Source: the exchange argument of stochastic scheduling.
 */
export function indexUsd(parts: IndexParts): number {
  return attemptUsd(parts) / (1 - parts.early)
}
