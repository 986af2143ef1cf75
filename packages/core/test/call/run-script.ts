import { advanceCall, beginCall, liveAttempt } from '../../src/call/call-machine.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEffect } from '../../src/call/call-effect.ts'
import type { CallEvent, CallTimer } from '../../src/call/call-event.ts'
import type { CallState, PlannedEndpoint } from '../../src/call/call-state.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { FailureKind } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'

/** An endpoint of which only the identity and the window matter. */
function endpointNamed(id: string, contextTokens = 128_000): Endpoint {
  return {
    id: `${id}:author/model`,
    provider: id,
    tag: id,
    model: 'author/model',
    upstreamModel: 'model',
    limits: { contextTokens },
    capabilities: {
      parameters: new Set(),
      inputModalities: new Set(['text']),
      outputModalities: new Set(['text']),
    },
    pricing: { promptPicoUsd: 1, completionPicoUsd: 1 },
    dataPolicy: { collectsData: false, zeroDataRetention: false },
  }
}

export function planned(
  id: string,
  overrides: Partial<PlannedEndpoint> & { readonly contextTokens?: number } = {},
): PlannedEndpoint {
  const { contextTokens, ...rest } = overrides
  return {
    endpoint: endpointNamed(id, contextTokens),
    usefulMs: 200,
    ...rest,
  }
}

export const timeouts = { firstTokenTimeoutMs: 3_000, idleTimeoutMs: 5_000 }

/** One effect, with the instant at which it was to be performed. */
interface TimedEffect {
  readonly atMs: number
  readonly effect: CallEffect
}

/** One step of a script: how long passes, what happens, and which failure it is if it is one. */
export interface ScriptStep {
  readonly waitMs: number
  readonly choice: number
  readonly failure: FailureKind
}

export interface ScriptRun {
  readonly trace: readonly TimedEffect[]
  readonly state: CallState
  /** Timers that are still set. */
  readonly timers: ReadonlyMap<CallTimer, number>
}

const kinds = Object.keys(failurePolicies) as readonly FailureKind[]
export const failureKinds: readonly FailureKind[] = kinds

/** Runs a call in an environment that does what the script says, stale and nonsensical events included. */
export function runScript(setup: CallSetup, script: readonly ScriptStep[]): ScriptRun {
  const run = { nowMs: 0, trace: [] as TimedEffect[], timers: new Map<CallTimer, number>() }
  const perform = (effects: readonly CallEffect[]): void => {
    for (const effect of effects) {
      run.trace.push({ atMs: run.nowMs, effect })
      if (effect.type === 'set-timer') run.timers.set(effect.timer, effect.atMs)
      if (effect.type === 'clear-timer') run.timers.delete(effect.timer)
    }
  }
  const first = beginCall(setup, 0)
  let state = first.state
  perform(first.effects)
  for (const step of script) {
    run.nowMs += step.waitMs
    for (const event of [...dueTimers(run), eventOf(state, step, run.nowMs)]) {
      const next = advanceCall(state, event)
      state = next.state
      perform(next.effects)
    }
  }
  return { trace: run.trace, state, timers: run.timers }
}

function dueTimers(run: {
  readonly nowMs: number
  readonly timers: Map<CallTimer, number>
}): readonly CallEvent[] {
  const due = [...run.timers].filter(([, atMs]) => atMs <= run.nowMs)
  for (const [timer] of due) run.timers.delete(timer)
  return due.map(([timer]) => ({ type: 'timer', timer, nowMs: run.nowMs }))
}

function eventOf(state: CallState, { choice, failure }: ScriptStep, nowMs: number): CallEvent {
  const live = liveAttempt(state)?.number ?? 1
  const stale = Math.max(1, live - 1)
  const events: readonly CallEvent[] = [
    { type: 'attempt-started', attempt: live, nowMs, timeouts },
    { type: 'attempt-started', attempt: live, nowMs, timeouts },
    { type: 'attempt-refused', attempt: live, nowMs, reason: 'rate-gate', retryAtMs: nowMs + 400 },
    { type: 'attempt-refused', attempt: live, nowMs, reason: 'breaker-open', retryAtMs: undefined },
    { type: 'first-token', attempt: live, nowMs },
    { type: 'first-token', attempt: live, nowMs },
    { type: 'progress', attempt: live, nowMs, content: true },
    { type: 'progress', attempt: live, nowMs, content: false },
    { type: 'attempt-completed', attempt: live, nowMs },
    { type: 'attempt-failed', attempt: live, nowMs, failure: { kind: failure, message: 'scripted' } },
    { type: 'attempt-failed', attempt: live, nowMs, failure: { kind: failure, message: 'scripted' } },
    { type: 'first-token', attempt: stale, nowMs },
    { type: 'attempt-failed', attempt: stale, nowMs, failure: { kind: failure, message: 'scripted' } },
    { type: 'admitted', nowMs },
    { type: 'wait-failed', nowMs },
    { type: 'timer', timer: 'first-token', nowMs },
    { type: 'timer', timer: 'idle', nowMs },
    { type: 'abort', nowMs },
  ]
  const event = events[choice % events.length]
  if (event === undefined) throw new RangeError('unreachable')
  return event
}
