/** What the plan needs of an endpoint. */
export interface PlanItem {
  /** `e`: expected cost of one attempt, in US dollars. */
  readonly attemptUsd: number
  /** `a`: probability of a failure that the next endpoint can mend. */
  readonly early: number
}

/** Endpoints in the order in which they would be tried, as columns. */
export interface PlanColumns {
  readonly length: number
  attemptUsdAt(position: number): number
  earlyAt(position: number): number
}

export interface PlanBounds {
  /** Attempts that may be made. */
  readonly attempts: number
  /** Cost of a call without an answer, in US dollars. */
  readonly failureUsd: number
  /** A position that is not asked about. Default: none. */
  readonly without?: number
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
  const columns: PlanColumns = {
    length: items.length,
    attemptUsdAt: (position) => items[position]?.attemptUsd ?? Infinity,
    earlyAt: (position) => items[position]?.early ?? 0,
  }
  return cappedPlanOf(columns, { attempts, failureUsd })
}

/** The same over columns. */
export function cappedPlanOf(
  items: PlanColumns,
  { attempts, failureUsd, without = -1 }: PlanBounds,
): number[] {
  const width = attempts + 1
  const loss = lossesOf(items, { attempts, failureUsd, without })
  const plan: number[] = []
  for (let i = 0, left = attempts; i < items.length && left > 0; i += 1) {
    if (i === without) continue
    const below = (i + 1) * width + left
    const takeUsd = items.attemptUsdAt(i) + items.earlyAt(i) * (loss[below - 1] ?? failureUsd)
    if (takeUsd >= (loss[below] ?? failureUsd)) continue
    plan.push(i)
    left -= 1
  }
  return plan
}

/** `J`, row by row: a row for each position and one behind the last, a column for each number of attempts left. */
function lossesOf(items: PlanColumns, { attempts, failureUsd, without }: Required<PlanBounds>): Float64Array {
  const width = attempts + 1
  const loss = new Float64Array((items.length + 1) * width).fill(failureUsd)
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const attemptUsd = items.attemptUsdAt(i)
    const early = items.earlyAt(i)
    for (let left = 1; left <= attempts; left += 1) {
      const below = (i + 1) * width + left
      const skipUsd = loss[below] ?? failureUsd
      const takeUsd = i === without ? Infinity : attemptUsd + early * (loss[below - 1] ?? failureUsd)
      loss[i * width + left] = Math.min(skipUsd, takeUsd)
    }
  }
  return loss
}

/** Expected loss of trying the items in the given order: the objective that `cappedPlan` minimises. */
export function expectedLossUsd(plan: readonly PlanItem[], failureUsd: number): number {
  return plan.reduceRight((rest, item) => item.attemptUsd + item.early * rest, failureUsd)
}
