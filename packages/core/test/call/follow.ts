import { advanceCall, beginCall } from '../../src/call/call-machine.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEffect } from '../../src/call/call-effect.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { CallState } from '../../src/call/call-state.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { timeouts } from './run-script.ts'

/** What the last of some events brought about. */
export interface Followed {
  readonly state: CallState
  readonly effects: readonly CallEffect[]
}

/** Begins a call at 0 and tells it of events. */
export function follow(setup: CallSetup, events: readonly CallEvent[]): Followed {
  let step = beginCall(setup, 0)
  for (const event of events) step = advanceCall(step.state, event)
  return step
}

export function started(attempt: number, nowMs = 0): CallEvent {
  return { type: 'attempt-started', attempt, nowMs, timeouts }
}

export function firstToken(attempt: number, nowMs: number): CallEvent {
  return { type: 'first-token', attempt, nowMs }
}

export function content(attempt: number, nowMs: number): CallEvent {
  return { type: 'progress', attempt, nowMs, content: true }
}

export function failed(attempt: number, nowMs: number, failure: Failure): CallEvent {
  return { type: 'attempt-failed', attempt, nowMs, failure }
}

export const serverError: Failure = { kind: 'server-error', status: 500, message: 'status 500' }
export const cut: Failure = { kind: 'incomplete-answer', message: 'cut' }

/** The names of the effects that end every call, whatever comes before them. */
export const ended = [
  'clear-timer deadline',
  'clear-timer first-token',
  'clear-timer idle',
  'clear-timer hedge',
  'clear-timer hold-back',
  'settle',
]

/** The types of effects, and whom they are for. */
export function named(effects: readonly CallEffect[]): readonly string[] {
  return effects.map((effect) => {
    if (effect.type === 'start-attempt') return `start ${effect.attempt} as ${effect.kind}`
    if (effect.type === 'record-attempt') return `record ${effect.attempt} ${effect.result.type}`
    if ('attempt' in effect) return `${effect.type} ${effect.attempt}`
    return 'timer' in effect ? `${effect.type} ${effect.timer}` : effect.type
  })
}
