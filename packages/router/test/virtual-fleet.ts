import { breakerDefaults } from '@nextbest/core'
import type { Breaker, ChatChunk, ChatRequest, FailureEvidence, TokenUsage } from '@nextbest/core'
import { createVirtualBreaker } from '../../testkit/src/virtual-breaker.ts'
import { createVirtualClock } from '../../testkit/src/virtual-clock.ts'
import type { VirtualClock } from '../../testkit/src/virtual-clock.ts'
import { createRouter, RouterError } from '../src/index.ts'
import type {
  AttemptHandle,
  AttemptListener,
  CallOptions,
  Route,
  Router,
  RouterEvent,
  RouterOptions,
  Upstream,
  UpstreamAccount,
  UpstreamAttempt,
  UpstreamConfig,
  WaitRequest,
} from '../src/index.ts'

/** What a provider does `afterMs` after an attempt came; an attempt without an end hangs. */
export type Step = { readonly afterMs: number } & (
  | { readonly text: string }
  | { readonly ends: TokenUsage | undefined }
  | { readonly fails: FailureEvidence }
)

/** What a provider does with the attempt of that number, from 1. */
export type Answering = (attempt: number) => readonly Step[]

export interface VirtualFleet {
  readonly router: Router
  readonly clock: VirtualClock
  readonly events: readonly RouterEvent[]
  /** Attempts that each provider was sent. */
  readonly sent: Readonly<Record<string, number>>
}

export interface VirtualFleetOptions extends Omit<RouterOptions, 'runtime'> {
  readonly answering: Readonly<Record<string, Answering>>
  /** Whether the queues of all endpoints are full. Default: false. */
  readonly queuesFull?: boolean
  readonly random?: () => number
}

/** Returns a router over providers without a network, in virtual time. */
export function virtualFleet(options: VirtualFleetOptions): VirtualFleet {
  const { answering, queuesFull = false, random = () => 0, ...others } = options
  const clock = createVirtualClock()
  const events: RouterEvent[] = []
  const sent: Record<string, number> = {}
  const connect = (account: UpstreamAccount): Upstream => {
    const { provider } = account.config
    return upstreamOf(account, queuesFull, () => {
      const attempt = (sent[provider] ?? 0) + 1
      sent[provider] = attempt
      return answering[provider]?.(attempt) ?? []
    })
  }
  const runtime = { clock, random, connect }
  const router = createRouter({ onEvent: (event) => events.push(event), ...others, runtime })
  return { router, clock, events, sent }
}

/** Returns a provider that serves one model, as the others do, at so many US dollars per million tokens. */
export function providerOf(provider: string, usd: number, model = 'author/model'): UpstreamConfig {
  const price = { prompt: usd, completion: usd }
  return { provider, baseUrl: 'https://example.com', models: [{ model, contextTokens: 128_000, price }] }
}

function upstreamOf(account: UpstreamAccount, queuesFull: boolean, next: () => readonly Step[]): Upstream {
  const { config, endpoints, clock, random } = account
  const breakers = new Map<string, Breaker>()
  const options = { ...breakerDefaults, ...account.breaker, random, nowMs: () => clock.nowMs() }
  for (const { id } of endpoints) breakers.set(id, createVirtualBreaker(options))
  return {
    provider: config.provider,
    endpoints,
    breakerOf: ({ id }) => breakers.get(id) ?? createVirtualBreaker(options),
    send: (attempt, listener) => play(next(), { account, attempt, listener }),
    waitFor: (_, wait) => (queuesFull ? Promise.resolve('queue-full') : admitted(account, wait)),
    close: () => Promise.resolve(),
  }
}

async function admitted({ clock }: UpstreamAccount, wait: WaitRequest): ReturnType<Upstream['waitFor']> {
  for (;;) {
    if (wait.abandoned()) return 'abandoned'
    const againAtMs = wait.tryAdmit()
    if (againAtMs === undefined) return 'admitted'
    if (againAtMs > wait.deadlineAtMs) return 'too-late'
    await new Promise<void>((resolve) => {
      clock.setTimer(againAtMs, resolve)
    })
  }
}

interface Scene {
  readonly account: UpstreamAccount
  readonly attempt: UpstreamAttempt
  readonly listener: AttemptListener
}

function play(steps: readonly Step[], { account: { clock }, attempt, listener }: Scene): AttemptHandle {
  const startedAtMs = clock.nowMs()
  let text = ''
  const perform = (step: Step): void => {
    if ('fails' in step) return listener.onFailure(step.fails)
    if ('text' in step) {
      text += step.text
      return attempt.stream ? listener.onPart(partOf(step.text)) : undefined
    }
    if (attempt.stream) return listener.onEnd()
    const choices = [
      { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' },
    ] as const
    listener.onAnswer({ id: '', object: 'chat.completion', created: 0, model: '', choices }, step.ends)
  }
  const timers = steps.map((step) => clock.setTimer(startedAtMs + step.afterMs, () => perform(step)))
  return {
    cancel: () => timers.forEach((timer) => timer.cancel()),
    pause: () => undefined,
    resume: () => undefined,
  }
}

function partOf(text: string): Parameters<AttemptListener['onPart']>[0] {
  const choices = [{ index: 0, delta: { content: text }, finish_reason: null }]
  const chunk: ChatChunk = { id: '', object: 'chat.completion.chunk', created: 0, model: '', choices }
  return { type: 'chunk', chunk, content: true }
}

/** What became of a call. */
interface Ending {
  readonly text: string
  readonly route: Route | undefined
  readonly error: RouterError | undefined
}

/** Makes a call and lets time pass until it has settled. */
export async function callOf(
  { router, clock }: VirtualFleet,
  request: ChatRequest,
  options: CallOptions = {},
): Promise<Ending> {
  let text = ''
  const endings: Ending[] = []
  const end = (route: Route | undefined, error?: RouterError): void => {
    endings.push({ text, route, error })
  }
  try {
    router.pipe(
      request,
      {
        onChunk: (chunk) => (text += chunk.choices[0]?.delta.content ?? ''),
        onEnd: ({ route }) => end(route),
        onReply: (reply) => {
          text = reply.text
          end(reply.route)
        },
        onError: (error) => end(error.route, error),
      },
      options,
    )
  } catch (error) {
    if (!RouterError.is(error)) throw error
    end(undefined, error)
  }
  for (let waited = 0; endings.length === 0 && waited < 10_000; waited += 1) await clock.advanceAsync(100)
  const [ending] = endings
  if (ending === undefined || endings.length > 1)
    throw new Error(`the call has settled ${endings.length} times`)
  return ending
}
