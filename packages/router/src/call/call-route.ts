import { addUsage } from '@nextbest/core'
import type { Decision, TokenUsage } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import type { Route } from '../route.ts'
import type { AttemptRun } from './attempt-run.ts'
import type { CallAttempts } from './call-attempts.ts'
import type { CallDelivery } from './call-delivery.ts'
import { routeOf } from './route-of.ts'

/** What the route of a call is written from. */
export interface CallParts {
  readonly callId: string
  readonly call: PreparedCall
  readonly decision: Decision
  readonly startedAtMs: number
  readonly attempts: CallAttempts
  readonly delivery: CallDelivery
}

/** Writes the route of a call as far as it has gone; `served` is the attempt whose answer it tells of. */
export function callRoute(parts: CallParts, served: AttemptRun | undefined, nowMs: number): Route {
  const { callId, call, decision, startedAtMs, attempts, delivery } = parts
  return routeOf({
    callId,
    model: call.request.model,
    decision,
    attempts: attempts.recorded,
    served,
    firstServed: delivery.firstSource,
    usage: usageOf(parts, served),
    continuedAt: delivery.continuedAt,
    startedAtMs,
    nowMs,
  })
}

/** A restart has generated the whole answer; a continuation only what the first attempt had not. */
function usageOf({ call, delivery }: CallParts, served: AttemptRun | undefined): TokenUsage | undefined {
  const { promptTokens } = call.demand
  const usage = served?.usage(promptTokens)
  const first = delivery.firstSource
  if (served?.kind !== 'continuation' || first === undefined || usage === undefined) return usage
  return addUsage(first.usage(promptTokens), usage)
}
