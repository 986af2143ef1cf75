import type { ChatRequest, FailureEvidence, Random } from '@nextbest/core'
import type { AttemptScript, SimulatedProvider } from '../../../testkit/src/simulator/attempt-script.ts'
import { createVirtualUpstream } from '../../../testkit/src/simulator/virtual-upstream.ts'
import { createVirtualClock } from '../../../testkit/src/virtual-clock.ts'
import type { VirtualClock } from '../../../testkit/src/virtual-clock.ts'
import { createRouter } from '../../src/index.ts'
import type { CallSink, Router, RouterEvent, RouterOptions, UpstreamModel } from '../../src/index.ts'
import { traceRecorder } from '../../src/trace/index.ts'
import type { TraceRecorder } from '../../src/trace/index.ts'

export const model = 'author/model'

/** A provider of a recorded router: what it does with each attempt, and what is different of its endpoint. */
export interface Member {
  readonly arrive: SimulatedProvider['arrive']
  readonly model?: Partial<UpstreamModel & { readonly contextTokens: number }>
}

export interface RecordedRouter {
  readonly router: Router
  readonly clock: VirtualClock
  readonly recorder: TraceRecorder
  readonly ends: readonly CallEnd[]
  /** The trace so far. */
  text(): string
  /** Makes a call; what it brings is left alone. */
  call(request: ChatRequest, options?: Parameters<Router['pipe']>[2]): void
}

export type CallEnd = Extract<RouterEvent, { readonly type: 'call-end' }>

/** Returns a router in virtual time whose calls are recorded. Prices rise from the first provider to the last. */
export function recordedRouter(
  members: Readonly<Record<string, Member>>,
  options: Partial<RouterOptions> & { readonly random?: Random } = {},
): RecordedRouter {
  const clock = createVirtualClock()
  const lines: string[] = []
  const ends: CallEnd[] = []
  const recorder = traceRecorder({ write: (text) => void lines.push(text) })
  const router = createRouter({
    ...options,
    runtime: {
      clock,
      random: options.random ?? (() => 0),
      connect: (account) =>
        createVirtualUpstream({ account, provider: { arrive: arriveOf(members, account.config.provider) } }),
    },
    onEvent: (event) => {
      if (event.type === 'call-end') ends.push(event)
      recorder(event)
    },
    upstreams: Object.entries(members).map(([provider, member], i) => ({
      provider,
      baseUrl: `https://${provider}.example/v1`,
      models: [
        {
          model,
          contextTokens: 128_000,
          price: { prompt: 1 + i, completion: 2 + i },
          parameters: ['tools', 'max_tokens'],
          ...member.model,
        },
      ],
    })),
  })
  return {
    router,
    clock,
    recorder,
    ends,
    text: () => lines.join(''),
    call: (request, callOptions) => void router.pipe(request, quiet, callOptions),
  }
}

const quiet: CallSink = {
  onChunk: () => undefined,
  onEnd: () => undefined,
  onReply: () => undefined,
  onError: () => undefined,
}

function arriveOf(members: Readonly<Record<string, Member>>, provider: string): Member['arrive'] {
  const member = members[provider]
  if (member === undefined) throw new Error(`no provider ${provider}`)
  return member.arrive
}

/** An answer of so many tokens: the first after `ttftMs`, then one each `msPerToken`. */
export function answer(tokens: number, { ttftMs = 200, msPerToken = 10, text = 'word' } = {}): AttemptScript {
  const pieces = Array.from({ length: tokens }, (_, i) => ({
    type: 'content' as const,
    afterMs: ttftMs + i * msPerToken,
    text,
  }))
  const usage = {
    promptTokens: 40,
    completionTokens: tokens,
    cachedPromptTokens: 8,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'reported',
  } as const
  return [...pieces, { type: 'end', afterMs: ttftMs + (tokens - 1) * msPerToken, usage }]
}

/** A refusal by status. */
export function refusal(
  status: number,
  {
    afterMs = 50,
    headers = {},
    body = '{}',
  }: {
    readonly afterMs?: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  } = {},
): AttemptScript {
  const evidence: FailureEvidence = { type: 'status', status, headers, body }
  return [{ type: 'failure', afterMs, evidence }]
}

/** An answer that breaks off after its first token. */
export function cut(afterMs: number): AttemptScript {
  return [
    { type: 'content', afterMs: 100, text: 'word' },
    { type: 'failure', afterMs, evidence: { type: 'incomplete', detail: 'cut' } },
  ]
}
