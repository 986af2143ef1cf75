import { decide } from '@nextbest/core'
import type { Decision } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import type { CallContext } from './call-context.ts'
import { mayBeContinued } from './delivered-answer.ts'

/** Decides how a call would be served now. Live calls and dry runs ask the same question. */
export function decideCall(context: CallContext, call: PreparedCall, maxAttempts: number): Decision {
  const nowMs = context.runtime.clock.nowMs()
  return decide(call.endpoints, {
    demand: call.demand,
    preferences: call.preferences,
    maxAttempts,
    nowMs,
    random: context.runtime.random,
    options: context.ranking,
    policy: context.policy,
    demotions: context.demotions,
    panic: context.panic,
    continuation: mayBeContinued(call)
      ? context.pools.of(call.demand.model).continuations.probability(nowMs)
      : 0,
    cache: call.cacheKey === undefined ? undefined : { memory: context.cache, key: call.cacheKey },
  })
}
