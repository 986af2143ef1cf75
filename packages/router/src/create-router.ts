import {
  CacheMemory,
  checkRankingOptions,
  DemotionMemory,
  ExtraAttempts,
  rankingDefaults,
} from '@nextbest/core'
import type { ChatRequest } from '@nextbest/core'
import type { CallContext } from './call/call-context.ts'
import { CallRun } from './call/call-run.ts'
import { decideCall } from './call/decide-call.ts'
import { ModelPools } from './call/model-pools.ts'
import { routeOf } from './call/route-of.ts'
import { callBounds, validateOptions } from './call-bounds.ts'
import { chatOnce } from './chat-once.ts'
import { chatStream } from './chat-stream.ts'
import { createFleet } from './fleet.ts'
import { OpenCalls } from './open-calls.ts'
import { OutputLengths } from './output-lengths.ts'
import { prepareCall } from './prepare-call.ts'
import { routerClosed } from './router-errors.ts'
import type { RouterEvent, RouterOptions } from './router-options.ts'
import type { CallHandle, CallOptions, CallSink, CloseOptions, Router } from './router.ts'
import { SharedCalls } from './shared-calls.ts'
import { Sharing } from './sharing/sharing.ts'
import { systemRuntime } from './system-runtime.ts'

/**
 * Creates a router over provider accounts.
 *
 * @throws RangeError or TypeError when an option is wrong; the message names the field, the bound and the value.
 */
export function createRouter(options: RouterOptions): Router {
  validateOptions(options)
  const { context, sharing } = contextOf(options)
  const { fleet, runtime, outputLengths } = context
  const preparation = { fleet, outputLengths, preferences: options.preferences ?? {} }
  const calls = new OpenCalls(runtime.clock)
  let closed = false

  function start(request: ChatRequest, sink: CallSink, callOptions: CallOptions): CallRun {
    if (closed) throw routerClosed()
    const bounds = callBounds(options, callOptions)
    const call = prepareCall(request, callOptions, preparation)
    const { signal } = callOptions
    const run: CallRun = new CallRun(context, call, { sink, bounds, whenSettled: () => leave() })
    const leave = calls.add(run, signal)
    run.begin(signal?.aborted === true)
    return run
  }

  const shared = new SharedCalls(start)

  function pipe(request: ChatRequest, sink: CallSink, callOptions: CallOptions = {}): CallHandle {
    const { idempotencyKey } = callOptions
    if (idempotencyKey === undefined) return start(request, sink, callOptions)
    return shared.pipe(request, sink, { ...callOptions, idempotencyKey })
  }

  return {
    catalog: fleet.catalog,
    pipe,
    chat: (request, callOptions) => chatOnce(pipe, request, callOptions),
    stream: (request, callOptions) => chatStream(pipe, request, callOptions),
    explain(request, callOptions = {}) {
      const call = prepareCall(request, callOptions, preparation)
      const startedAtMs = runtime.clock.nowMs()
      const decision = decideCall(context, call, callBounds(options, callOptions).maxAttempts)
      const undecided = { callId: '', attempts: [], served: undefined, usage: undefined }
      return routeOf({ ...undecided, model: request.model, decision, startedAtMs, nowMs: startedAtMs })
    },
    status: () =>
      fleet.endpoints.map(({ endpoint, breaker, signals }) => ({
        endpoint: endpoint.id,
        breaker: breaker.state,
        signals: signals.describe(runtime.clock.nowMs()),
      })),
    async close({ timeoutMs = 0 }: CloseOptions = {}) {
      closed = true
      await calls.drain(timeoutMs)
      calls.cancelAll()
      sharing?.close()
      await fleet.close()
    },
  }
}

interface Shared {
  readonly context: CallContext
  readonly sharing: Sharing | undefined
}

/** What all calls of the router share, and what it shares with other instances. */
function contextOf(options: RouterOptions): Shared {
  const ranking = { ...rankingDefaults, ...options.ranking }
  checkRankingOptions(ranking)
  const runtime = { ...systemRuntime, ...options.runtime }
  const fleet = createFleet(options, runtime)
  const observer = teller(options.onEvent)
  const sharing =
    options.sharing === undefined
      ? undefined
      : new Sharing({ options: options.sharing, fleet, clock: runtime.clock, tell: observer })
  const context: CallContext = {
    fleet,
    runtime,
    outputLengths: new OutputLengths(),
    ranking,
    policy: options.policy,
    cache: new CacheMemory(),
    demotions: new DemotionMemory(),
    panic: options.whenAllOpen === 'fail' ? 'never' : undefined,
    extraAttempts: new ExtraAttempts(),
    pools: new ModelPools(),
    tell: sharing === undefined ? observer : both(observer, (event) => sharing.observe(event)),
  }
  return { context, sharing }
}

function both(
  first: (event: RouterEvent) => void,
  second: (event: RouterEvent) => void,
): (event: RouterEvent) => void {
  return (event) => {
    first(event)
    second(event)
  }
}

/** An observer that throws must not harm a call. */
function teller(onEvent: RouterOptions['onEvent']): (event: RouterEvent) => void {
  if (onEvent === undefined) return () => undefined
  return (event) => {
    try {
      onEvent(event)
    } catch {
      // Nobody is left to tell: the observer is who would hear of it.
    }
  }
}
