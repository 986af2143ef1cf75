import { decide } from '@nextbest/core'
import type { Decision } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import type { CallContext } from './call-context.ts'

/** Decides how a call would be served now. Live calls and dry runs ask the same question. */
export function decideCall(context: CallContext, call: PreparedCall, maxAttempts: number): Decision {
  return decide(call.endpoints, {
    demand: call.demand,
    preferences: call.preferences,
    maxAttempts,
    nowMs: context.runtime.clock.nowMs(),
    random: context.runtime.random,
    options: context.ranking,
    policy: context.policy,
    demotions: context.demotions,
    panic: context.panic,
    cache: call.cacheKey === undefined ? undefined : { memory: context.cache, key: call.cacheKey },
  })
}
