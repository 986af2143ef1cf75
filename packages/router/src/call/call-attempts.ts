import type { AttemptListener } from '@nextbest/adapters'
import { attemptTimeouts, costNanoUsd, failurePolicies, healthWeightOf } from '@nextbest/core'
import type { AttemptResult, CallEffect, CallEvent, ChatChunk, ChatRequest } from '@nextbest/core'
import type { PreparedCall } from '../prepare-call.ts'
import type { RouteAttempt } from '../route.ts'
import { admit } from './admission.ts'
import { attemptListener } from './attempt-listener.ts'
import type { AttemptEars } from './attempt-listener.ts'
import { AttemptRun } from './attempt-run.ts'
import type { CallContext } from './call-context.ts'
import type { CallDelivery } from './call-delivery.ts'
import { EndpointWait } from './endpoint-wait.ts'
import { endpointOf } from './endpoint-of.ts'
import type { ModelPool } from './model-pools.ts'
import { expectedTokens } from './provider-limits.ts'
import { recordAttempt } from './record-attempt.ts'
import { restartListener } from './restart-listener.ts'

type EffectOf<Type extends CallEffect['type']> = Extract<CallEffect, { readonly type: Type }>

const nanoPerUsd = 1e9

export interface CallAttemptsOptions {
  readonly context: CallContext
  readonly call: PreparedCall
  readonly callId: string
  readonly pool: ModelPool
  /** Whether breakers are ignored. */
  readonly panic: boolean
  readonly startedAtMs: number
  readonly delivery: CallDelivery
  readonly tell: (event: CallEvent, chunk?: ChatChunk) => void
}

/** The attempts of one call, from their admission to their record. */
export class CallAttempts {
  readonly #options: CallAttemptsOptions
  readonly #ears: AttemptEars
  /** Those that were sent. Two at most are under way. */
  readonly #runs: AttemptRun[] = []
  readonly #recorded: RouteAttempt[] = []
  #wait: EndpointWait | undefined
  #paused = false

  constructor(options: CallAttemptsOptions) {
    this.#options = options
    const { call, pool, delivery, tell } = options
    this.#ears = {
      nowMs: () => this.#nowMs(),
      tell,
      batchEnd: (run) => delivery.batchEnd(run),
      answered: () => {
        const nowMs = this.#nowMs()
        pool.allowance.answered(nowMs)
        pool.throttle.accepted(nowMs)
      },
      costUsd: (run) => (run.usageReported ? this.#costUsd(run) : undefined),
      failoverOnContentPolicy: call.options.failoverOnContentPolicy ?? false,
    }
  }

  /** Those that are over, in the order of their starts. */
  get recorded(): readonly RouteAttempt[] {
    return this.#recorded
  }

  /** The attempt of that number; undefined where it was not sent. */
  of(number: number): AttemptRun | undefined {
    return this.#runs.findLast((run) => run.number === number)
  }

  /** Sends the attempt if it is admitted, and if it is an extra one, if that is left; else tells that it was refused. */
  start({ attempt, planned, kind, admitted }: EffectOf<'start-attempt'>): void {
    const { call, panic, tell } = this.#options
    const endpoint = endpointOf(planned, call)
    const nowMs = this.#nowMs()
    const start = { number: attempt, kind, endpoint, demand: call.demand, startedAtMs: nowMs }
    const waited = admitted ? this.#wait?.take() : undefined
    if (waited !== undefined) return this.#send(new AttemptRun({ ...start, admission: waited }))
    const refused = { type: 'attempt-refused', attempt, nowMs } as const
    const extra = kind === 'retry' || kind === 'hedge' ? kind : undefined
    if (extra !== undefined && !this.#options.context.extraAttempts.has(extra))
      return tell({ ...refused, reason: 'no-extra-attempt', retryAtMs: undefined })
    const result = admit(endpoint, {
      tokens: call.reservedTokens,
      nowMs,
      panic,
      ownGuards: this.#options.context.policy?.guards === 'own',
    })
    if (result.type === 'refused')
      return tell({ ...refused, reason: result.reason, retryAtMs: result.retryAtMs })
    if (extra !== undefined) this.#options.context.extraAttempts.tryTake(extra)
    return this.#send(new AttemptRun({ ...start, admission: result.admission }))
  }

  /** Waits in the endpoint's queue, and tells how that ended. */
  wait({ standby, kind, untilMs }: EffectOf<'wait'>): void {
    const { call, context, tell } = this.#options
    if (kind === 'retry' && !context.extraAttempts.tryTake('retry'))
      return tell({ type: 'wait-failed', nowMs: this.#nowMs() })
    this.#wait = new EndpointWait({
      endpoint: endpointOf(standby, call),
      tokens: call.reservedTokens,
      untilMs,
      priority: call.options.priority ?? 5,
      nowMs: () => this.#nowMs(),
      whenOver: (admitted) => tell({ type: admitted ? 'admitted' : 'wait-failed', nowMs: this.#nowMs() }),
    })
    return undefined
  }

  cancelWait(): void {
    this.#wait?.cancel()
  }

  pause(): void {
    this.#paused = true
    for (const run of this.#runs) run.handle?.pause()
  }

  resume(): void {
    this.#paused = false
    for (const run of this.#runs) run.handle?.resume()
  }

  /** Records an attempt that is over; one that was not sent has nothing to be recorded. */
  record(number: number, result: AttemptResult): void {
    const run = this.of(number)
    if (run === undefined) return
    const { call, callId, context, pool, startedAtMs } = this.#options
    const { request, demand, cacheKey } = call
    const nowMs = this.#nowMs()
    if (run.firstTokenAtMs === undefined && isEndpointFailure(result)) pool.allowance.failed(nowMs)
    const callStartedAtMs = startedAtMs
    const recorded = recordAttempt({
      run,
      result,
      request,
      demand,
      cacheKey,
      context,
      callStartedAtMs,
      nowMs,
    })
    this.#recorded.push(recorded)
    this.#recorded.sort((one, other) => one.number - other.number)
    const { endpoint, outcome, failure, durationMs } = recorded
    const usage = outcome === 'answered' ? run.usage(demand.promptTokens) : undefined
    const end = { type: 'attempt-end', callId, attempt: number, endpoint } as const
    context.tell({ ...end, outcome, failure, durationMs, usage })
  }

  #send(run: AttemptRun): void {
    this.#runs.push(run)
    const { context, call, callId, tell } = this.#options
    const { signals, endpoint, upstream } = run.endpoint
    const { demand } = call
    const { startedAtMs, number: attempt } = run
    const timeouts = attemptTimeouts(run.endpoint, { demand, nowMs: startedAtMs, options: context.ranking })
    signals.attemptStarted(startedAtMs)
    run.receipt = signals.debit(expectedTokens(demand), startedAtMs)
    context.policy?.observe?.({ type: 'attempt-started', endpoint, nowMs: startedAtMs })
    context.tell({ type: 'attempt-start', callId, attempt, endpoint: endpoint.id })
    tell({ type: 'attempt-started', attempt, nowMs: startedAtMs, timeouts })
    const request = this.#requestOf(run)
    run.handle = upstream.send({ endpoint, request, stream: demand.stream }, this.#listenerOf(run))
    if (this.#paused) run.handle.pause()
  }

  /** An endpoint that goes on from a given beginning is given what was delivered as the beginning of its answer. */
  #requestOf({ kind }: AttemptRun): ChatRequest {
    const { call, delivery } = this.#options
    if (kind !== 'continuation') return call.request
    const messages = [...call.request.messages, { role: 'assistant', content: delivery.text } as const]
    return { ...call.request, messages }
  }

  #listenerOf(run: AttemptRun): AttemptListener {
    if (run.kind !== 'restart') return attemptListener(run, this.#ears)
    return restartListener(run, this.#options.delivery.text, this.#ears)
  }

  #costUsd(run: AttemptRun): number {
    const { demand } = this.#options.call
    const usage = { ...run.usage(demand.promptTokens), images: demand.images }
    return costNanoUsd(run.endpoint.endpoint.pricing, usage) / nanoPerUsd
  }

  #nowMs(): number {
    return this.#options.context.runtime.clock.nowMs()
  }
}

/** Whether an attempt failed in a way that says something of its endpoint, not of the request. */
function isEndpointFailure(result: AttemptResult): boolean {
  if (result.type !== 'failed') return false
  return healthWeightOf(result.failure) > 0 || failurePolicies[result.failure.kind].state !== 'none'
}
