import { advanceCall, attemptTimeouts, beginCall, callBudget } from '@nextbest/core'
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
import type { RouteAttempt } from '../route.ts'
import type { CallHandle } from '../router.ts'
import { errorOf } from '../router-errors.ts'
import { admit } from './admission.ts'
import { attemptListener } from './attempt-listener.ts'
import type { AttemptEars } from './attempt-listener.ts'
import { AttemptRun } from './attempt-run.ts'
import type { CallContext, CallEnds } from './call-context.ts'
import { CallOutput } from './call-output.ts'
import { CallTimers } from './call-timers.ts'
import { decideCall } from './decide-call.ts'
import { EndpointWait } from './endpoint-wait.ts'
import { recordAttempt, tellBreaker } from './record-attempt.ts'
import { endpointOf } from './endpoint-of.ts'
import { replyOf } from './reply-of.ts'
import { routeOf } from './route-of.ts'
import type { CallRecord } from './route-of.ts'

/** An event, and the chunk that came with it. */
interface Told {
  readonly event: CallEvent
  readonly chunk: ChatChunk | undefined
}

type EffectOf<Type extends CallEffect['type']> = Extract<CallEffect, { readonly type: Type }>

/** Runs one call: tells the call machine what happens and performs what it says. It decides nothing itself. */
export class CallRun implements CallHandle {
  readonly callId: string
  readonly #context: CallContext
  readonly #call: PreparedCall
  readonly #ends: CallEnds
  readonly #output: CallOutput
  readonly #decision: Decision
  readonly #startedAtMs: number
  readonly #timers: CallTimers
  readonly #ears: AttemptEars
  readonly #attempts: RouteAttempt[] = []
  /** What the route says of the call whatever becomes of it. */
  readonly #record: Omit<CallRecord, 'served' | 'usage' | 'nowMs'>
  #state: CallState | undefined
  /** The latest attempt that was sent. */
  #run: AttemptRun | undefined
  #wait: EndpointWait | undefined
  #paused = false
  /** Events that come while effects are performed wait here: a refusal comes from within `start-attempt`. */
  readonly #backlog: Told[] = []
  #performing = false

  constructor(context: CallContext, call: PreparedCall, ends: CallEnds) {
    this.#context = context
    this.#call = call
    this.#ends = ends
    this.#output = new CallOutput(ends.sink, () => this.cancel())
    this.#startedAtMs = this.#nowMs()
    this.#timers = new CallTimers(context.runtime.clock, (timer) => {
      this.#tell({ type: 'timer', timer, nowMs: this.#nowMs() })
    })
    this.#ears = {
      nowMs: () => this.#nowMs(),
      tell: (event, chunk) => this.#tell(event, chunk),
      batchEnd: (run) => (run === this.#run ? this.#output.batchEnd() : undefined),
    }
    this.#decision = decideCall(context, call, ends.bounds.maxAttempts)
    this.callId = newCallId(context.runtime.random)
    this.#record = {
      callId: this.callId,
      model: call.request.model,
      decision: this.#decision,
      attempts: this.#attempts,
      startedAtMs: this.#startedAtMs,
    }
  }

  /** Starts the first attempt; a call whose caller is gone already ends without one. Called once. */
  begin(abandoned: boolean): void {
    if (abandoned) return this.#settle({ type: 'aborted' })
    const { timeoutMs, maxWaitMs } = this.#ends.bounds
    const { demand, request } = this.#call
    const { plan, standby, maxAttempts } = this.#decision
    this.#context.tell({
      type: 'call-start',
      callId: this.callId,
      model: request.model,
      promptTokens: demand.promptTokens,
    })
    const budget = callBudget({ deadlineAtMs: this.#startedAtMs + timeoutMs, maxAttempts, maxWaitMs })
    this.#follow(beginCall({ budget, plan, standby }, this.#startedAtMs), undefined)
    this.#drain()
    this.#timers.arm()
  }

  cancel(): void {
    this.#tell({ type: 'abort', nowMs: this.#nowMs() })
  }

  pause(): void {
    this.#paused = true
    this.#run?.handle?.pause()
  }

  get endpoint(): string | undefined {
    return this.#run?.endpoint.endpoint.id
  }

  resume(): void {
    this.#paused = false
    this.#run?.handle?.resume()
  }

  #nowMs(): number {
    return this.#context.runtime.clock.nowMs()
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
      case 'start-attempt':
        return this.#start(effect)
      case 'cancel-attempt':
        return this.#run?.number === effect.attempt ? this.#run.handle?.cancel() : undefined
      case 'record-attempt':
        return this.#recordAttempt(effect)
      case 'set-timer':
        return this.#timers.set(effect.timer, effect.atMs)
      case 'clear-timer':
        return this.#timers.clear(effect.timer)
      case 'wait':
        return this.#startWait(effect)
      case 'cancel-wait':
        return this.#wait?.cancel()
      case 'commit':
        return this.#commit()
      case 'emit':
        return chunk === undefined ? undefined : this.#output.chunk(chunk)
      case 'settle':
        return this.#settle(effect.outcome)
    }
  }

  #start({ attempt, planned, admitted }: EffectOf<'start-attempt'>): void {
    const endpoint = endpointOf(planned, this.#call)
    const nowMs = this.#nowMs()
    const admission = admitted ? this.#wait?.take() : undefined
    if (admission !== undefined) {
      return this.#send(new AttemptRun({ number: attempt, endpoint, admission, startedAtMs: nowMs }))
    }
    const result = admit(endpoint, { tokens: this.#call.reservedTokens, nowMs, panic: this.#decision.panic })
    if (result.type === 'refused') return this.#tell({ ...result, type: 'attempt-refused', attempt, nowMs })
    return this.#send(
      new AttemptRun({ number: attempt, endpoint, admission: result.admission, startedAtMs: nowMs }),
    )
  }

  #send(run: AttemptRun): void {
    this.#run = run
    const { signals, endpoint, upstream } = run.endpoint
    const { request, demand } = this.#call
    const timeouts = attemptTimeouts(run.endpoint, {
      demand,
      nowMs: run.startedAtMs,
      options: this.#context.ranking,
    })
    signals.attemptStarted(run.startedAtMs)
    this.#context.tell({
      type: 'attempt-start',
      callId: this.callId,
      attempt: run.number,
      endpoint: endpoint.id,
    })
    this.#tell({ type: 'attempt-started', attempt: run.number, nowMs: run.startedAtMs, timeouts })
    run.handle = upstream.send({ endpoint, request, stream: demand.stream }, attemptListener(run, this.#ears))
    if (this.#paused) run.handle.pause()
  }

  #startWait({ standby, untilMs }: EffectOf<'wait'>): void {
    this.#wait = new EndpointWait({
      endpoint: endpointOf(standby, this.#call),
      tokens: this.#call.reservedTokens,
      untilMs,
      priority: this.#call.options.priority ?? 5,
      nowMs: () => this.#nowMs(),
      whenOver: (admitted) =>
        this.#tell({ type: admitted ? 'admitted' : 'wait-failed', nowMs: this.#nowMs() }),
    })
  }

  /** A streamed answer proves the endpoint's health at its first token; what follows is reported apart. */
  #commit(): void {
    const run = this.#run
    if (run?.firstTokenAtMs === undefined) return
    tellBreaker(run, 'success', this.#context.tell)
    for (const chunk of run.release()) this.#output.chunk(chunk)
  }

  #recordAttempt({ attempt, result }: EffectOf<'record-attempt'>): void {
    const run = this.#run
    if (run?.number !== attempt) return
    const { demand, cacheKey } = this.#call
    const { tell } = this.#context
    const recorded = recordAttempt({
      run,
      result,
      demand,
      cacheKey,
      context: this.#context,
      callStartedAtMs: this.#startedAtMs,
      nowMs: this.#nowMs(),
    })
    this.#attempts.push(recorded)
    const usage = recorded.outcome === 'answered' ? run.usage(demand.promptTokens) : undefined
    const { endpoint, outcome, failure, durationMs } = recorded
    tell({ type: 'attempt-end', callId: this.callId, attempt, endpoint, outcome, failure, durationMs, usage })
  }

  #settle(outcome: CallOutcome): void {
    this.#ends.whenSettled()
    const nowMs = this.#nowMs()
    const run = outcome.type === 'answered' || outcome.type === 'broken' ? this.#run : undefined
    const usage = run?.usage(this.#call.demand.promptTokens)
    const route = routeOf({ ...this.#record, served: run?.endpoint, usage, nowMs })
    const error =
      outcome.type === 'answered'
        ? undefined
        : errorOf({ outcome, route, nowMs, timeoutMs: this.#ends.bounds.timeoutMs })
    const told = { timeoutMs: this.#ends.bounds.timeoutMs, ranking: this.#context.ranking, outcome }
    const facts = callFacts(this.#record, this.#call, told)
    this.#context.tell({ type: 'call-end', callId: this.callId, route, error: error?.message, facts })
    if (error !== undefined) return this.#output.error(error)
    if (run === undefined || usage === undefined) return undefined
    this.#context.outputLengths.record(this.#call.demand.model, usage.completionTokens)
    if (run.completion !== undefined) return this.#output.reply(replyOf(run.completion, usage, route))
    return this.#output.end({ usage, route })
  }
}
