import { RouterError } from 'nextbest'
import type { CallOptions, CallSink, Route } from 'nextbest'
import { ExtraAttempts, PoolAllowance } from '@nextbest/core'
import type { ChatRequest, RoutingPreferences } from '@nextbest/core'
import { steadySwarm, troubleAt } from '../simulator/steady-swarm.ts'
import { replaceMethod, type Defect } from './defect.ts'
import { changedCalls, forwardingSink } from './wrappers.ts'

interface Call {
  readonly request: ChatRequest
  readonly sink: CallSink
  readonly options: CallOptions
}

function changedCall(name: string, change: (call: Call) => Call): Defect {
  return { name, plant: () => ({ sabotage: { router: (router) => changedCalls(router, change) } }) }
}

/** A wish of the caller that is lost on the way. */
function lostWish(name: string, wish: keyof RoutingPreferences): Defect {
  return changedCall(name, (call) => {
    const { [wish]: _, ...preferences } = call.options.preferences ?? {}
    return { ...call, options: { ...call.options, preferences } }
  })
}

function changedOptions(name: string, change: (options: CallOptions) => CallOptions): Defect {
  return changedCall(name, (call) => ({ ...call, options: { ...call.options, ...change(call.options) } }))
}

let repetitions = 0

function changedSink(name: string, change: (sink: CallSink) => Partial<CallSink>): Defect {
  return changedCall(name, (call) => ({ ...call, sink: forwardingSink(call.sink, change(call.sink)) }))
}

function changedRoute(name: string, change: (route: Route) => Route): Defect {
  return changedSink(name, (sink) => ({
    onEnd: (ending) => sink.onEnd({ ...ending, route: change(ending.route) }),
    onReply: (reply) => sink.onReply({ ...reply, route: change(reply.route) }),
  }))
}

/** One provider that asks every call to come back a little later. */
export const throttledAlone = steadySwarm({
  seed: 1,
  minutes: 6,
  everyMs: 500,
  providers: 1,
  incidents: troubleAt(['p1'], 'throttled-in-ms', [1, 6]),
})

/** Four providers that all fail. */
export const failingAll = steadySwarm({
  seed: 1,
  minutes: 8,
  everyMs: 500,
  incidents: troubleAt(['p1', 'p2', 'p3', 'p4'], 'server-error', [1, 8]),
})

/** Defects of calls, of what callers want, and of what they are told. */
export const callDefects: readonly Defect[] = [
  lostWish('an endpoint that is ignored and yet used', 'ignore'),
  lostWish('an endpoint that is not among the only ones and yet used', 'only'),
  lostWish('a price ceiling that is passed', 'maxPrice'),
  lostWish('a data policy that is passed', 'dataCollection'),
  lostWish('a required parameter that is dropped', 'requireParameters'),
  lostWish('an explicit order that is not obeyed', 'order'),
  changedCall('attempts beyond the cap', (call) => ({
    ...call,
    options:
      call.options.maxAttempts === undefined
        ? call.options
        : { ...call.options, maxAttempts: Math.min(10, call.options.maxAttempts + 1) },
  })),
  changedCall('a longer deadline than the caller has', (call) => ({
    ...call,
    options:
      call.options.timeoutMs === undefined
        ? call.options
        : { ...call.options, timeoutMs: call.options.timeoutMs + 5 },
  })),
  changedOptions('a hedge that nobody wants', () => ({ hedge: true })),
  changedOptions('an answer that is gone on with although nobody wants that', () => ({
    continueBroken: true,
  })),
  changedOptions('a bound of money that is passed', ({ maxCostUsd }) =>
    maxCostUsd === undefined ? {} : { maxCostUsd: 10 * maxCostUsd },
  ),
  changedOptions('a call that is sent again for each repetition', ({ idempotencyKey }) =>
    idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}-${(repetitions += 1)}` },
  ),
  {
    name: 'extra attempts without end',
    swarms: [throttledAlone],
    plant() {
      const restore = [
        replaceMethod(ExtraAttempts.prototype, 'has', () => () => true),
        replaceMethod(ExtraAttempts.prototype, 'tryTake', () => () => true),
      ]
      return { restore: () => restore.forEach((undo) => undo()) }
    },
  },
  {
    name: 'attempts that go on while everything fails',
    swarms: [failingAll],
    plant: () => ({
      restore: replaceMethod(PoolAllowance.prototype, 'attempts', () => (wanted) => wanted),
    }),
  },
  changedSink('a second end', (sink) => ({
    onEnd(ending) {
      sink.onEnd(ending)
      sink.onEnd(ending)
    },
  })),
  changedSink('an end and an error', (sink) => ({
    onError(error) {
      if (error.route !== undefined && error.kind === 'answer-broken') {
        sink.onEnd({ route: error.route, usage: error.route.usage ?? noUsage })
      }
      sink.onError(error)
    },
  })),
  changedSink('an error without reasons', (sink) => ({
    onError: ({ kind, status, code, type, route }) =>
      sink.onError(new RouterError('it did not work', { kind, status, code, type, route })),
  })),
  changedRoute('an attempt that no route knows of', (route) => ({
    ...route,
    attempts: route.attempts.slice(1),
  })),
  changedRoute('a cost that is not what the attempts cost', (route) => ({
    ...route,
    costNanoUsd: route.costNanoUsd + 1,
  })),
  changedRoute('an endpoint that no route explains', (route) => ({
    ...route,
    ranked: route.ranked.slice(0, -1),
  })),
  {
    name: 'a clock that is slow',
    plant: () => ({
      sabotage: {
        clock: (clock) => ({
          nowMs: () => clock.nowMs() * 0.99,
          setTimer: (atMs, callback) => clock.setTimer(atMs / 0.99, callback),
        }),
      },
    }),
  },
  {
    name: 'timers that fire late',
    plant: () => ({
      sabotage: {
        clock: (clock) => ({
          nowMs: () => clock.nowMs(),
          setTimer: (atMs, callback) => clock.setTimer(atMs + 25, callback),
        }),
      },
    }),
  },
  {
    name: 'timers that outlive their call',
    plant: () => ({
      sabotage: {
        clock: (clock) => ({
          nowMs: () => clock.nowMs(),
          setTimer(atMs, callback) {
            let wanted = true
            clock.setTimer(atMs, () => wanted && callback())
            return {
              cancel: () => {
                wanted = false
              },
            }
          },
        }),
      },
    }),
  },
]

const noUsage = {
  promptTokens: 0,
  completionTokens: 0,
  cachedPromptTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'estimated',
} as const
