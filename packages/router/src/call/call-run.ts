import { advanceCall, beginCall } from '@nextbest/core'
import type {
  CallEffect,
  CallEvent,
  CallOutcome,
  CallState,
  CallStep,
  ChatChunk,
  Decision,
} from '@nextbest/core'
import { callFacts } from '../call-facts.ts'
import { newCallId } from '../call-id.ts'
import type { PreparedCall } from '../prepare-call.ts'
import type { Route } from '../route.ts'
import type { CallHandle } from '../router.ts'
import { errorOf } from '../router-errors.ts'
import type { AttemptRun } from './attempt-run.ts'
import { CallAttempts } from './call-attempts.ts'
import type { CallContext, CallEnds } from './call-context.ts'
import { CallDelivery } from './call-delivery.ts'
import { CallOutput } from './call-output.ts'
import { callRoute } from './call-route.ts'
import type { CallParts } from './call-route.ts'
import { setupOf } from './call-setup.ts'
import { CallTimers } from './call-timers.ts'
import { decideCall } from './decide-call.ts'
import { mayBeContinued } from './delivered-answer.ts'
import { endpointOf } from './endpoint-of.ts'
import type { ModelPool } from './model-pools.ts'
import { tellBreaker } from './record-attempt.ts'
import { replyOf } from './reply-of.ts'

/** An event, and the chunk that came with it. */
interface Told {
  readonly event: CallEvent
  readonly chunk: ChatChunk | undefined
}

/** Runs one call: tells the call machine what happens and performs what it says. It decides nothing itself. */
export class CallRun implements CallHandle {
  readonly callId: string
  readonly #context: CallContext
  readonly #call: PreparedCall
  readonly #ends: CallEnds
  readonly #output: CallOutput
  readonly #decision: Decision
  readonly #startedAtMs: number
  readonly #pool: ModelPool
  readonly #timers: CallTimers
  readonly #delivery: CallDelivery
  readonly #attempts: CallAttempts
  readonly #parts: CallParts
  #state: CallState | undefined
  /** Events that come while effects are performed wait here: a refusal comes from within `start-attempt`. */
  readonly #backlog: Told[] = []
  #performing = false

  constructor(context: CallContext, call: PreparedCall, ends: CallEnds) {
    this.#context = context
    this.#call = call
    this.#ends = ends
    this.#output = new CallOutput(ends.sink, () => this.cancel())
    this.#startedAtMs = this.#nowMs()
    this.#pool = context.pools.of(call.demand.model)
    this.#timers = new CallTimers(context.runtime.clock, (timer) => {
      this.#tell({ type: 'timer', timer, nowMs: this.#nowMs() })
    })
    this.#decision = decideCall(context, call, ends.bounds.maxAttempts)
    this.#noteOutage()
    this.callId = newCallId(context.runtime.random)
    this.#delivery = new CallDelivery({
      output: this.#output,
      mayBeContinued: mayBeContinued(call),
      whenNotContinuable: () => this.#tell({ type: 'not-continuable', nowMs: this.#nowMs() }),
    })
    const { callId } = this
    const [startedAtMs, decision, delivery] = [this.#startedAtMs, this.#decision, this.#delivery]
    this.#attempts = new CallAttempts({
      context,
      call,
      callId,
      pool: this.#pool,
      panic: decision.panic,
      startedAtMs,
      delivery,
      tell: (event, chunk) => this.#tell(event, chunk),
    })
    this.#parts = { callId, call, decision, startedAtMs, attempts: this.#attempts, delivery }
  }

  /** Starts the first attempt; a call whose caller is gone already ends without one. Called once. */
  begin(abandoned: boolean): void {
    if (abandoned) return this.#settle({ type: 'aborted' })
    const { demand, request } = this.#call
    const nowMs = this.#startedAtMs
    this.#context.tell({
      type: 'call-start',
      callId: this.callId,
      model: request.model,
      promptTokens: demand.promptTokens,
    })
    this.#context.extraAttempts.callBegan()
    this.#pool.throttle.callBegan(nowMs)
    if (this.#isThrottled(nowMs))
      return this.#settle({ type: 'failed', reason: 'throttled', retryAtMs: undefined })
    const setup = setupOf({
      call: this.#call,
      decision: this.#decision,
      bounds: this.#ends.bounds,
      maxAttempts: this.#pool.allowance.attempts(this.#decision.maxAttempts, nowMs),
      isContinuable: this.#delivery.isContinuable,
      nowMs,
    })
    this.#follow(beginCall(setup, nowMs), undefined)
    this.#drain()
    return this.#timers.arm()
  }

  cancel(): void {
    this.#tell({ type: 'abort', nowMs: this.#nowMs() })
  }

  pause(): void {
    this.#attempts.pause()
    this.#tell({ type: 'caller-paused', nowMs: this.#nowMs() })
  }

  resume(): void {
    this.#attempts.resume()
    this.#tell({ type: 'caller-resumed', nowMs: this.#nowMs() })
  }

  get endpoint(): string | undefined {
    return this.#delivery.source?.endpoint.endpoint.id
  }

  /** The route as far as the call has gone. */
  get route(): Route {
    return callRoute(this.#parts, this.#delivery.source, this.#nowMs())
  }

  #nowMs(): number {
    return this.#context.runtime.clock.nowMs()
  }

  /** While all endpoints fail, most calls are spared the trouble, but not the one that can tell that an endpoint is back. */
  #isThrottled(nowMs: number): boolean {
    if (!this.#decision.panic || this.#probesFirst()) return false
    const probability = this.#pool.throttle.refusalProbability(nowMs)
    return probability > 0 && this.#context.runtime.random() < probability
  }

  /** When a breaker of the model has closed again, what all endpoints did at once is no longer held against each. */
  #noteOutage(): void {
    const { panic } = this.#decision
    if (this.#pool.panics && !panic) {
      for (const { signals } of this.#call.endpoints) signals.forgetOutage(this.#startedAtMs)
    }
    this.#pool.panics = panic
  }

  /** What came of going on with an answer that had broken off, unless its caller went away meanwhile. */
  #noteContinuation({ type }: CallOutcome, nowMs: number): void {
    if (this.#state?.broken === undefined || type === 'aborted') return
    this.#pool.continuations.ended(type === 'answered', nowMs)
  }

  /** In panic the only breaker that admits is a half-open one whose probe is due. */
  #probesFirst(): boolean {
    const [first] = this.#decision.plan
    return first !== undefined && endpointOf(first, this.#call).breaker.admits
  }

  #tell(event: CallEvent, chunk?: ChatChunk): void {
    if (this.#performing || this.#state === undefined) {
      this.#backlog.push({ event, chunk })
      return
    }
    this.#follow(advanceCall(this.#state, event), chunk)
    if (this.#backlog.length > 0) this.#drain()
    this.#timers.arm()
  }

  #drain(): void {
    while (!this.#performing && this.#state !== undefined) {
      const told = this.#backlog.shift()
      if (told === undefined) return
      this.#follow(advanceCall(this.#state, told.event), told.chunk)
    }
  }

  #follow(step: CallStep, chunk: ChatChunk | undefined): void {
    this.#state = step.state
    this.#performing = true
    try {
      for (const effect of step.effects) this.#perform(effect, chunk)
    } finally {
      this.#performing = false
    }
  }

  #perform(effect: CallEffect, chunk: ChatChunk | undefined): void {
    switch (effect.type) {
      case 'emit':
        return chunk === undefined ? undefined : this.#delivery.chunk(chunk)
      case 'hold':
        return chunk === undefined ? undefined : this.#attempts.of(effect.attempt)?.hold(chunk)
      case 'commit':
        return this.#commit(this.#attempts.of(effect.attempt), chunk)
      case 'start-attempt':
        return this.#attempts.start(effect)
      case 'cancel-attempt':
        return this.#attempts.of(effect.attempt)?.handle?.cancel()
      case 'record-attempt':
        return this.#attempts.record(effect.attempt, effect.result)
      case 'set-timer':
        return this.#timers.set(effect.timer, effect.atMs)
      case 'clear-timer':
        return this.#timers.clear(effect.timer)
      case 'wait':
        return this.#attempts.wait(effect)
      case 'cancel-wait':
        return this.#attempts.cancelWait()
      case 'settle':
        return this.#settle(effect.outcome)
    }
  }

  /** A streamed answer proves the endpoint's health at its first token; what follows is reported apart. */
  #commit(run: AttemptRun | undefined, chunk: ChatChunk | undefined): void {
    if (run === undefined) return
    if (run.firstTokenAtMs !== undefined) tellBreaker(run, 'success', this.#context.tell)
    const kept = this.#delivery.commit(run)
    // What was held back until a timer fired did not come in a batch.
    if (chunk === undefined && kept > 0) this.#delivery.batchEnd(run)
  }

  #settle(outcome: CallOutcome): void {
    this.#ends.whenSettled()
    const { timeoutMs } = this.#ends.bounds
    const nowMs = this.#nowMs()
    this.#noteContinuation(outcome, nowMs)
    const run = 'attempt' in outcome ? this.#attempts.of(outcome.attempt) : undefined
    const route = callRoute(this.#parts, run, nowMs)
    const error = outcome.type === 'answered' ? undefined : errorOf({ outcome, route, nowMs, timeoutMs })
    const maxAttempts = this.#state?.budget.maxAttempts ?? this.#decision.maxAttempts
    const terms = { timeoutMs, maxAttempts, ranking: this.#context.ranking, outcome }
    const facts = callFacts(this.#parts, this.#call, terms)
    this.#context.tell({ type: 'call-end', callId: this.callId, route, error: error?.message, facts })
    if (error !== undefined) return this.#output.error(error)
    const { usage } = route
    if (run === undefined || usage === undefined) return undefined
    this.#context.outputLengths.record(this.#call.outputKind, usage.completionTokens)
    if (run.completion !== undefined) return this.#output.reply(replyOf(run.completion, usage, route))
    // A blank answer was kept until nobody had more to say.
    if (!run.committed) this.#delivery.commit(run)
    return this.#output.end({ usage, route })
  }
}
