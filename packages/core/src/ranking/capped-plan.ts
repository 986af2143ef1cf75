/** What the plan needs of an endpoint. */
export interface PlanItem {
  /** `e`: expected cost of one attempt, in US dollars. */
  readonly attemptUsd: number
  /** `a`: probability of a failure that the next endpoint can mend. */
  readonly early: number
}

/**
 * Returns the positions of the attempts that cost least in expectation when at most `attempts` may be made and a call
 * without an answer costs `failureUsd`.
 *
 * The items come in the order of increasing index, and an optimal plan keeps that order (see `indexUsd`), so that only
 * the choice is left: `J[i][r] = min(J[i+1][r], e_i + a_i·J[i+1][r−1])` with `J[n][·] = J[·][0] = failureUsd`. It takes
 * n·attempts steps. An endpoint is left out when failing is cheaper than trying it, so the plan can be shorter than it may.
 */
export function cappedPlan(items: readonly PlanItem[], attempts: number, failureUsd: number): number[] {
  const width = attempts + 1
  const loss = new Float64Array((items.length + 1) * width).fill(failureUsd)
  for (let i = items.length - 1; i >= 0; i -= 1) {
    for (let left = 1; left <= attempts; left += 1) {
      const take = takeUsd(items, loss, { i, left, width })
      loss[i * width + left] = Math.min(loss[(i + 1) * width + left] ?? failureUsd, take)
    }
  }
  const plan: number[] = []
  for (let i = 0, left = attempts; i < items.length && left > 0; i += 1) {
    if (takeUsd(items, loss, { i, left, width }) < (loss[(i + 1) * width + left] ?? failureUsd)) {
      plan.push(i)
      left -= 1
    }
  }
  return plan
}

interface Cell {
  readonly i: number
  readonly left: number
  readonly width: number
}

function takeUsd(items: readonly PlanItem[], loss: Float64Array, { i, left, width }: Cell): number {
  const item = items[i]
  if (item === undefined) return Infinity
  return item.attemptUsd + item.early * (loss[(i + 1) * width + left - 1] ?? 0)
}

/** Expected loss of trying the items in the given order: the objective that `cappedPlan` minimises. */
export function expectedLossUsd(plan: readonly PlanItem[], failureUsd: number): number {
  return plan.reduceRight((rest, item) => item.attemptUsd + item.early * rest, failureUsd)
}
