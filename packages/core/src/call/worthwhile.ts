import { failurePolicies } from '../failure/policies.ts'
import { isLive } from './live-attempts.ts'
import type { AttemptState, CallState, PlannedEndpoint } from './call-state.ts'

/**
 * Whether an attempt on an endpoint is of use: its window is large enough, its worst case is affordable, and there is time in which
 * it may answer. The first attempt is always given what time there is.
 */
export function isWorthwhile(state: CallState, planned: PlannedEndpoint, nowMs: number): boolean {
  if (planned.endpoint.limits.contextTokens <= state.aboveContextTokens) return false
  if (!isAffordable(state, planned)) return false
  return state.attempts.length === 0 || state.budget.deadlineAtMs - nowMs >= planned.usefulMs
}

/** Whether the worst case of one more attempt there fits what is left of the call's money. */
export function isAffordable(state: CallState, { cost }: PlannedEndpoint): boolean {
  const { maxCostUsd } = state.budget
  if (maxCostUsd === Infinity) return true
  return cost !== undefined && spentUsd(state) + cost.worstUsd <= maxCostUsd
}

/** What the attempts of a call cost at most, in US dollars, as far as the machine can know. */
export function spentUsd(state: CallState): number {
  return state.attempts.reduce((sum, attempt) => sum + attemptUsd(attempt), 0)
}

function attemptUsd(attempt: AttemptState): number {
  const { planned, failure, costUsd, firstTokenAtMs } = attempt
  if (costUsd !== undefined) return costUsd
  if (isLive(attempt) || firstTokenAtMs !== undefined) return planned.cost?.worstUsd ?? 0
  if (failure !== undefined && failurePolicies[failure.kind].billing === 'free') return 0
  return planned.cost?.promptUsd ?? 0
}
