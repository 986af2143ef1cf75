import {
  attemptCost,
  callBudget,
  callRules,
  callRulesDefaults,
  hedgeAfterMs,
  matchesProvider,
} from '@nextbest/core'
import type { CallSetup, ChatRequest, Decision, PlannedEndpoint, StandbyEndpoint } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import type { CallOptions } from '../router.ts'
import type { CallBounds } from './call-context.ts'

/** What a call's setup is made of. */
export interface SetupQuestion {
  readonly call: PreparedCall
  readonly decision: Decision
  readonly bounds: CallBounds
  readonly maxAttempts: number
  /** Whether an answer that breaks off may be gone on with. */
  readonly isContinuable: boolean
  readonly nowMs: number
}

/** Returns what the call machine is given to begin a call with. Most calls ask for nothing special, and take the plan as it is. */
export function setupOf(question: SetupQuestion): CallSetup {
  const { call, decision, bounds, nowMs } = question
  const { options, preferences } = call
  const budget = callBudget({
    deadlineAtMs: nowMs + bounds.timeoutMs,
    // Another attempt on the same endpoint is a fallback too.
    maxAttempts: preferences.allowFallbacks === false ? 1 : question.maxAttempts,
    maxWaitMs: bounds.maxWaitMs,
    maxHedges: options.hedge === true && isHedgeable(call.request) ? 1 : 0,
    maxContinuations: question.isContinuable ? 1 : 0,
    maxCostUsd: options.maxCostUsd ?? Infinity,
  })
  let { plan, standby }: Pick<CallSetup, 'plan' | 'standby'> = decision
  if (budget.maxHedges > 0) plan = withHedges(plan, question)
  if (budget.maxContinuations > 0) plan = plan.map(withContinuation)
  if (options.maxCostUsd !== undefined) {
    plan = plan.map((planned) => withCost(planned, call))
    standby = standby.map((planned) => withCost(planned, call))
  }
  return { budget, rules: rulesOf(options, isPreferred(plan[0], call)), plan, standby }
}

function rulesOf(options: CallOptions, prefersFirst: boolean): NonNullable<CallSetup['rules']> {
  const { failoverOnContentPolicy = false, holdBackMs = 0, holdBackTokens = 0 } = options
  if (!prefersFirst && !failoverOnContentPolicy && holdBackMs === 0 && holdBackTokens === 0)
    return callRulesDefaults
  return callRules({ prefersFirst, failoverOnContentPolicy, holdBackMs, holdBackTokens })
}

/** Whether the first endpoint of the plan is one that the caller's order names. */
function isPreferred(first: PlannedEndpoint | undefined, { preferences }: PreparedCall): boolean {
  const { order } = preferences
  if (order === undefined || first === undefined) return false
  return order.some((selector) => matchesProvider(selector, first.endpoint))
}

/**
 * Whether a request may be sent twice at once: its first token shows who is faster, so it must be streamed, and what it sets off at
 * the provider must not happen twice.
 */
function isHedgeable({ stream, tools, web_search_options: search }: ChatRequest): boolean {
  const ownTools = tools?.every((tool) => tool.type === 'function') ?? true
  return stream === true && ownTools && (search === undefined || search === null)
}

function withContinuation(planned: PlannedEndpoint): PlannedEndpoint {
  return planned.endpoint.continuesNatively === true ? { ...planned, continuesNatively: true } : planned
}

/** The plan, with the delay after which each endpoint's successor may be started beside it, where that is worth it. */
function withHedges(plan: readonly PlannedEndpoint[], question: SetupQuestion): readonly PlannedEndpoint[] {
  return plan.map((planned, i) => {
    const afterMs = hedgeDelay(planned, plan[i + 1], question)
    return afterMs === undefined ? planned : { ...planned, hedge: { afterMs } }
  })
}

function hedgeDelay(
  planned: PlannedEndpoint,
  next: PlannedEndpoint | undefined,
  { call, decision, nowMs }: SetupQuestion,
): number | undefined {
  const first = decision.ranked.find((scored) => scored.known.endpoint === planned.endpoint)
  const second = decision.ranked.find((scored) => scored.known.endpoint === next?.endpoint)
  if (first === undefined || second === undefined) return undefined
  return hedgeAfterMs({
    first: first.known,
    second: second.known,
    promptTokens: call.demand.promptTokens,
    answerUsd: first.parts.answerUsd,
    promptUsd: attemptCost(second.known.endpoint, call.demand).promptUsd,
    cancelStopsBilling: second.known.endpoint.cancelStopsBilling ?? false,
    nowMs,
  })
}

function withCost<Planned extends PlannedEndpoint | StandbyEndpoint>(
  planned: Planned,
  { demand }: PreparedCall,
): Planned {
  return { ...planned, cost: attemptCost(planned.endpoint, demand) }
}
