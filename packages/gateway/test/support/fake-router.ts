import { createCatalog, defineEndpoint } from '@nextbest/core'
import type {
  Catalog,
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  EndpointOptions,
  TokenUsage,
} from '@nextbest/core'
import { RouterError } from 'nextbest'
import type {
  CallOptions,
  CallSink,
  EndpointStatus,
  Route,
  RouteAttempt,
  Router,
  RouterErrorDetails,
} from 'nextbest'

export const callId = 'gen-00000000000000000000000000'
export const endpoint = 'northwind:deepseek/deepseek-coder'
export const usage: TokenUsage = {
  promptTokens: 8,
  completionTokens: 2,
  cachedPromptTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
}

/** One call as the router was given it, and what became of it. */
class FakeCall {
  readonly request: ChatRequest
  readonly options: CallOptions
  readonly sink: CallSink
  readonly log: string[] = []

  constructor(request: ChatRequest, sink: CallSink, options: CallOptions) {
    this.request = request
    this.sink = sink
    this.options = options
  }

  /** Tells chunks of content as one batch. */
  tell(...contents: readonly string[]): void {
    for (const content of contents) this.sink.onChunk(chunkOf(content))
    this.sink.onBatchEnd?.()
  }

  finish(): void {
    this.sink.onEnd({ usage, route: routeOf({}) })
  }

  answer(completion: Partial<ChatCompletion> = {}): void {
    this.sink.onReply({
      text: 'Hi',
      completion: { ...completionOf('Hi'), ...completion },
      usage,
      route: routeOf({}),
    })
  }

  fail(details: Partial<RouterErrorDetails> & { readonly message?: string } = {}): void {
    this.sink.onError(errorOf(details))
  }
}

/** A router whose calls the test answers. */
export interface FakeRouter extends Router {
  readonly calls: readonly FakeCall[]
  /** Resolves with the call of that number once it has come. */
  call(number?: number): Promise<FakeCall>
}

export interface FakeRouterOptions {
  /** What to do with each call. Default: nothing; the test does. */
  readonly onCall?: (call: FakeCall) => void
  readonly endpoints?: readonly EndpointOptions[]
  readonly status?: readonly EndpointStatus[]
  readonly explain?: (request: ChatRequest, options: CallOptions) => Route
}

const defaultEndpoint: EndpointOptions = {
  provider: 'northwind',
  model: 'deepseek/deepseek-coder',
  contextTokens: 128_000,
  price: { prompt: 0.25, completion: 0.75 },
}

export function createFakeRouter(options: FakeRouterOptions = {}): FakeRouter {
  const calls: FakeCall[] = []
  const waiting: { readonly number: number; readonly resolve: (call: FakeCall) => void }[] = []
  return {
    calls,
    catalog: catalogOf(options.endpoints ?? [defaultEndpoint]),
    async call(number = 0) {
      const there = calls[number]
      if (there !== undefined) return there
      const { promise, resolve } = Promise.withResolvers<FakeCall>()
      waiting.push({ number, resolve })
      return promise
    },
    pipe(request, sink, callOptions = {}) {
      const call = new FakeCall(request, sink, callOptions)
      calls.push(call)
      for (const one of waiting) if (one.number === calls.length - 1) one.resolve(call)
      queueMicrotask(() => options.onCall?.(call))
      return {
        callId,
        endpoint,
        cancel: () => {
          call.log.push('cancel')
          call.fail({ kind: 'aborted', status: 499, code: 'request_cancelled' })
        },
        pause: () => void call.log.push('pause'),
        resume: () => void call.log.push('resume'),
      }
    },
    explain: (request, callOptions = {}) =>
      options.explain?.(request, callOptions) ?? routeOf({ model: request.model }),
    status: () => options.status ?? [],
    chat: () => Promise.reject(new Error('not used by a gateway')),
    stream: () => {
      throw new Error('not used by a gateway')
    },
    close: () => Promise.resolve(),
  }
}

function catalogOf(endpoints: readonly EndpointOptions[]): Catalog {
  return createCatalog({ models: [], endpoints: endpoints.map((one) => defineEndpoint(one)) })
}

export function chunkOf(content: string, more: Partial<ChatChunk> = {}): ChatChunk {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'coder-v2',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    ...more,
  }
}

function completionOf(content: string): ChatCompletion {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'coder-v2',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  }
}

export function routeOf(more: Partial<Route>): Route {
  return {
    callId,
    model: 'deepseek/deepseek-coder',
    endpoint,
    provider: 'northwind',
    plan: [endpoint],
    ranked: [
      {
        endpoint,
        indexUsd: 0.0005,
        tier: 0,
        demotion: undefined,
        probability: 1,
        parts: {
          success: 0.97,
          early: 0.02,
          late: 0.01,
          answerUsd: 0.0004,
          earlyFailureUsd: 0.0001,
          lateFailureUsd: 0.01,
        },
      },
    ],
    unavailable: [],
    exclusions: [
      {
        endpoint: 'ferrolight:deepseek/deepseek-coder',
        rule: 'context-window',
        reason: 'needs 40000 of 32000 tokens',
      },
    ],
    attempts: [attemptOf({})],
    durationMs: 812.4,
    firstTokenMs: 301.6,
    usage,
    costNanoUsd: 3_500,
    ...more,
  }
}

export function attemptOf(more: Partial<RouteAttempt>): RouteAttempt {
  return {
    number: 1,
    endpoint,
    startedAfterMs: 0,
    durationMs: 812.4,
    firstTokenMs: 301.6,
    outcome: 'answered',
    failure: undefined,
    billing: 'billed',
    costNanoUsd: 3_500,
    ...more,
  }
}

export function errorOf({
  message = 'all 3 attempts failed',
  ...more
}: Partial<RouterErrorDetails> & { readonly message?: string }): RouterError {
  return new RouterError(message, {
    kind: 'all-failed',
    status: 502,
    code: 'provider_unavailable',
    type: 'server_error',
    route: routeOf({ endpoint: undefined, provider: undefined, usage: undefined }),
    ...more,
  })
}
