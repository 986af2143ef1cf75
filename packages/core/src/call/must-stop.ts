import type { Failure } from '../failure/failure.ts'
import { failurePolicies } from '../failure/policies.ts'
import type { CallRules } from './call-rules.ts'
import type { CallState } from './call-state.ts'

/**
 * Whether what failed so far ends the call: a failure that no other endpoint can mend, or a second unknown one, which is taken as the
 * request's own.
 */
export function mustStop({ attempts, rules }: CallState): boolean {
  let unknown = 0
  for (const { failure } of attempts) {
    if (failure === undefined) continue
    if (isFinal(failure, rules)) return true
    if (failure.kind === 'unknown') unknown += 1
  }
  return unknown > 1
}

/** Whether no other endpoint can mend a failure. */
export function isFinal({ kind }: Failure, { failoverOnContentPolicy }: CallRules): boolean {
  if (kind === 'content-refused' && failoverOnContentPolicy) return false
  return failurePolicies[kind].next === 'stop'
}
