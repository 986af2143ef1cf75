import fc from 'fast-check'
import { callBudget } from '../../src/call/call-budget.ts'
import { advanceCall, beginCall } from '../../src/call/call-machine.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEffect } from '../../src/call/call-effect.ts'
import type { CallEvent, CallTimer } from '../../src/call/call-event.ts'
import { callRules } from '../../src/call/call-rules.ts'
import type { AttemptState, CallState, PlannedEndpoint } from '../../src/call/call-state.ts'
import { ExtraAttempts } from '../../src/call/extra-attempts.ts'
import { isLive } from '../../src/call/live-attempts.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { Failure, FailureKind } from '../../src/failure/failure.ts'
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

/** One effect, with the instant at which it was to be performed and the event that it answered. */
export interface TimedEffect {
  readonly atMs: number
  readonly effect: CallEffect
  readonly event: CallEvent | undefined
  /** The state after the event. */
  readonly state: CallState
}

/** One step of a script: how long passes, what happens, to which attempt, and which failure it is if it is one. */
export interface ScriptStep {
  readonly waitMs: number
  readonly choice: number
  /** Whether it is something that may well happen to the attempt as it is; else anything is told, sensible or not. */
  readonly natural: boolean
  /** 0: the attempt that started last, 1: the one before it. */
  readonly back: number
  readonly failure: Failure
}

export interface ScriptRun {
  readonly trace: readonly TimedEffect[]
  readonly state: CallState
  /** Timers that are still set. */
  readonly timers: ReadonlyMap<CallTimer, number>
}

const kinds = Object.keys(failurePolicies) as readonly FailureKind[]

const failures: fc.Arbitrary<Failure> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(...kinds),
    message: fc.constant('scripted'),
    status: fc.constantFrom(400, 429, 500, 503),
    retryAfterMs: fc.constantFrom(0, 300, 2_000, 60_000),
  }),
  fc.constantFrom<Failure>(
    { kind: 'server-error', status: 500, message: 'scripted' },
    { kind: 'server-error', status: 500, message: 'scripted' },
    { kind: 'rate-limited', status: 429, message: 'scripted', retryAfterMs: 300 },
    { kind: 'incomplete-answer', message: 'scripted' },
  ),
)

const plans = fc
  .array(
    fc.record({
      contextTokens: fc.constantFrom(8_000, 32_000, 128_000, 128_000, 128_000),
      usefulMs: fc.constantFrom(0, 200, 4_000),
      hedge: fc.constantFrom(undefined, { afterMs: 50 }, { afterMs: 300 }),
      cost: fc.constantFrom({ promptUsd: 0.1, worstUsd: 0.3 }, { promptUsd: 0.4, worstUsd: 2 }),
      continuesNatively: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 6, size: 'large' },
  )
  .map((list) => list.map(({ hedge, ...one }, i) => planned(`plan-${i}`, hedge ? { ...one, hedge } : one)))

/** Calls of every sort, the plainest first. */
export const setups: fc.Arbitrary<CallSetup> = fc.record({
  budget: fc
    .record({
      deadlineAtMs: fc.oneof(fc.constant(60_000), fc.integer({ min: 1, max: 20_000 })),
      maxAttempts: fc.integer({ min: 1, max: 4 }),
      maxWaitMs: fc.constantFrom(0, 1_000, 30_000),
      maxHedges: fc.constantFrom(0, 1),
      maxContinuations: fc.constantFrom(0, 1),
      maxCostUsd: fc.constantFrom(Infinity, Infinity, 1, 2.5),
    })
    .map(callBudget),
  rules: fc
    .record({
      prefersFirst: fc.boolean(),
      failoverOnContentPolicy: fc.boolean(),
      holdBackMs: fc.constantFrom(0, 0, 300),
      holdBackTokens: fc.constantFrom(0, 0, 2),
    })
    .map(callRules),
  plan: plans,
  standby: fc
    .array(fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }), { maxLength: 2 })
    .map((instants) =>
      instants.map((retryAtMs, i) => ({
        ...planned(`standby-${i}`, { cost: { promptUsd: 0.1, worstUsd: 0.3 } }),
        retryAtMs,
      })),
    ),
})

/** Scripts of which most steps are those of an attempt's normal life, so that calls get far. */
export const scripts: fc.Arbitrary<ScriptStep[]> = fc.array(
  fc.record({
    waitMs: fc.constantFrom(0, 0, 0, 1, 50, 300, 3_000, 6_000),
    choice: fc.nat({ max: 100 }),
    natural: fc.constantFrom(true, true, true, false),
    back: fc.constantFrom(0, 0, 1),
    failure: failures,
  }),
  { maxLength: 40, size: 'large' },
)

/** Runs a call in an environment that does what the script says, stale and nonsensical events included. */
export function runScript(
  setup: CallSetup,
  script: readonly ScriptStep[],
  extra: ExtraAttempts = new ExtraAttempts(),
): ScriptRun {
  const run = new Run(setup, extra)
  for (const step of script) {
    run.nowMs += step.waitMs
    for (const timer of run.dueTimers()) run.tell({ type: 'timer', timer, nowMs: run.nowMs })
    run.tell(eventOf(run.state, step, run.nowMs))
  }
  return run
}

class Run implements ScriptRun {
  nowMs = 0
  state: CallState
  readonly trace: TimedEffect[] = []
  readonly timers = new Map<CallTimer, number>()
  readonly #extra: ExtraAttempts

  constructor(setup: CallSetup, extra: ExtraAttempts) {
    this.#extra = extra
    extra.callBegan()
    const first = beginCall(setup, 0)
    this.state = first.state
    this.#perform(first.effects, undefined)
  }

  tell(event: CallEvent): void {
    const next = advanceCall(this.state, event)
    this.state = next.state
    this.#perform(next.effects, event)
  }

  dueTimers(): readonly CallTimer[] {
    const due = [...this.timers].filter(([, atMs]) => atMs <= this.nowMs)
    for (const [timer] of due) this.timers.delete(timer)
    return due.map(([timer]) => timer)
  }

  #perform(effects: readonly CallEffect[], event: CallEvent | undefined): void {
    const { nowMs, state } = this
    for (const effect of effects) {
      this.trace.push({ atMs: nowMs, effect, event, state })
      if (effect.type === 'set-timer') this.timers.set(effect.timer, effect.atMs)
      if (effect.type === 'clear-timer') this.timers.delete(effect.timer)
    }
    // As the router does, only when all effects are performed.
    for (const effect of effects) this.#afford(effect)
  }

  #afford(effect: CallEffect): void {
    const { nowMs } = this
    if (effect.type === 'start-attempt' && !effect.admitted && isExtra(effect.kind)) {
      if (this.#extra.tryTake(effect.kind)) return
      const refused = { type: 'attempt-refused', attempt: effect.attempt, nowMs } as const
      this.tell({ ...refused, reason: 'no-extra-attempt', retryAtMs: undefined })
    }
    if (effect.type === 'wait' && effect.kind === 'retry' && !this.#extra.tryTake('retry'))
      this.tell({ type: 'wait-failed', nowMs })
  }
}

function isExtra(kind: string): kind is 'retry' | 'hedge' {
  return kind === 'retry' || kind === 'hedge'
}

function eventOf(state: CallState, step: ScriptStep, nowMs: number): CallEvent {
  const live = state.attempts.filter(isLive)
  const attempt = live.at(-1 - step.back) ?? live.at(-1)
  const told = { attempt: attempt?.number ?? 1, nowMs, failure: step.failure }
  const events = step.natural ? naturalEvents(attempt, told) : anyEvents(told)
  const event = events[step.choice % events.length]
  if (event === undefined) throw new RangeError('unreachable')
  return event
}

interface Told {
  readonly attempt: number
  readonly nowMs: number
  readonly failure: Failure
}

function naturalEvents(live: AttemptState | undefined, told: Told): readonly CallEvent[] {
  const { attempt, nowMs, failure } = told
  const failed = { type: 'attempt-failed', attempt, nowMs, failure } as const
  const content = { type: 'progress', attempt, nowMs, content: true } as const
  const completed = { type: 'attempt-completed', attempt, nowMs } as const
  switch (live?.status) {
    case 'starting':
      return [{ type: 'attempt-started', attempt, nowMs, timeouts }]
    case 'running':
      return [
        { type: 'first-token', attempt, nowMs },
        { type: 'first-token', attempt, nowMs },
        failed,
        { type: 'progress', attempt, nowMs, content: false },
        { type: 'progress', attempt, nowMs, content: false },
      ]
    case 'held':
    case 'committed':
      return [content, content, content, failed, completed]
    case 'repeating':
      return [content, { type: 'caught-up', attempt, nowMs }, { type: 'diverged', attempt, nowMs }, failed]
    default:
      return [
        { type: 'admitted', nowMs },
        { type: 'wait-failed', nowMs },
      ]
  }
}

function anyEvents({ attempt, nowMs, failure }: Told): readonly CallEvent[] {
  const stale = Math.max(1, attempt - 1)
  return [
    { type: 'attempt-started', attempt, nowMs, timeouts },
    { type: 'attempt-refused', attempt, nowMs, reason: 'rate-gate', retryAtMs: nowMs + 400 },
    { type: 'attempt-refused', attempt, nowMs, reason: 'breaker-open', retryAtMs: undefined },
    { type: 'first-token', attempt, nowMs },
    { type: 'progress', attempt, nowMs, content: true },
    { type: 'progress', attempt, nowMs, content: false },
    { type: 'attempt-completed', attempt, nowMs },
    { type: 'attempt-failed', attempt, nowMs, failure, costUsd: 0.05 },
    { type: 'first-token', attempt: stale, nowMs },
    { type: 'attempt-failed', attempt: stale, nowMs, failure },
    { type: 'caught-up', attempt, nowMs },
    { type: 'diverged', attempt, nowMs },
    { type: 'admitted', nowMs },
    { type: 'wait-failed', nowMs },
    { type: 'not-continuable', nowMs },
    { type: 'caller-paused', nowMs },
    { type: 'caller-resumed', nowMs },
    { type: 'timer', timer: 'first-token', nowMs },
    { type: 'timer', timer: 'idle', nowMs },
    { type: 'timer', timer: 'hedge', nowMs },
    { type: 'timer', timer: 'hold-back', nowMs },
    { type: 'abort', nowMs },
  ]
}

/** A run that once broke a promise, as fast-check names it. */
interface BrokenOnce {
  readonly seed: number
  readonly path: string
}

/** Asserts a promise of every run, however the environment behaves, and first of those that once broke it. */
export function whenever(
  promise: (run: ScriptRun, setup: CallSetup) => void,
  brokenOnce: readonly BrokenOnce[] = [],
): void {
  const property = fc.property(setups, scripts, (setup, script) => {
    promise(runScript(setup, script), setup)
  })
  for (const one of brokenOnce) fc.assert(property, { ...one, endOnFailure: true })
  fc.assert(property, { numRuns: 1_000 })
}

/** The effects of one type, in order. */
export function effectsOf<Type extends CallEffect['type']>(
  run: ScriptRun,
  type: Type,
): readonly (TimedEffect & { readonly effect: Extract<CallEffect, { type: Type }> })[] {
  return run.trace.filter(
    (one): one is TimedEffect & { readonly effect: Extract<CallEffect, { type: Type }> } =>
      one.effect.type === type,
  )
}
