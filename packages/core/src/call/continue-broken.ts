import type { BrokenAnswer, CallState, PlannedEndpoint } from './call-state.ts'
import { settle } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { countOf } from './live-attempts.ts'
import { isFinal } from './must-stop.ts'
import { startAttempt } from './start-attempt.ts'
import { isWorthwhile } from './worthwhile.ts'

/**
 * Goes on elsewhere with an answer of which part was delivered, or ends the call as broken. An endpoint that goes on from a given
 * beginning is taken first; else the next one of the plan begins anew, and what it repeats is not delivered twice.
 */
export function continueBroken(state: CallState, broken: BrokenAnswer, nowMs: number): CallStep {
  const planned = mayContinue(state, broken) ? successorOf(state, nowMs) : undefined
  if (planned === undefined) return settle(state, { type: 'broken', ...broken })
  const queue = state.queue.filter((one) => one !== planned)
  const kind = planned.continuesNatively === true ? 'continuation' : 'restart'
  return startAttempt({ ...state, broken, queue }, { planned, kind, admitted: false }, nowMs)
}

function mayContinue(state: CallState, { failure }: BrokenAnswer): boolean {
  const { attempts, budget, continuable, rules } = state
  if (!continuable || isFinal(failure, rules)) return false
  return (
    attempts.length < budget.maxAttempts &&
    countOf(state, ['continuation', 'restart']) < budget.maxContinuations
  )
}

function successorOf(state: CallState, nowMs: number): PlannedEndpoint | undefined {
  const worthwhile = state.queue.filter((planned) => isWorthwhile(state, planned, nowMs))
  return worthwhile.find((planned) => planned.continuesNatively === true) ?? worthwhile[0]
}
