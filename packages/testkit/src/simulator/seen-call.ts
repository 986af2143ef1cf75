import type { BreakerPermit, ChatRequest, Endpoint, RoutingPreferences } from '@nextbest/core'
import type { Route, RouterError } from 'nextbest'
import type { LedgerAttempt } from './upstream-ledger.ts'
import type { PlannedCall } from './swarm/planned-call.ts'

/** How a call ended, as its caller saw it: a whole stream, a whole reply, or an error. */
export type SeenEnding = 'stream' | 'reply' | 'error'

/** An attempt as its upstream saw it, with the call that it belongs to. */
export interface SeenAttempt {
  readonly ledger: LedgerAttempt
  readonly call: SeenCall
  /** Of its call, from 1. */
  readonly number: number
  /** The breaker's permit that it came with, if it came with one. */
  readonly permit: BreakerPermit | undefined
  /** Whether it started beside another one of its call. */
  readonly isHedge: boolean
  /** Whether its endpoint was attempted in its call before. */
  readonly isRetry: boolean
}

/** What a caller was told that joined a call under way. */
export interface Repeated {
  readonly ending: SeenEnding
  /** Of its stream or its reply. */
  readonly text: string
  readonly errorKind: string | undefined
}

/** All that callers, upstreams and events show of one call. */
export class SeenCall {
  readonly planned: PlannedCall
  readonly number: number
  readonly request: ChatRequest
  /** Without suffixes. */
  readonly model: string
  readonly preferences: RoutingPreferences
  readonly maxAttempts: number
  readonly issuedAtMs: number
  readonly deadlineAtMs: number
  /** Endpoints of the model whose breakers were closed when the call was made. */
  readonly closed: readonly Endpoint[]
  callId: string | undefined
  /** As the router estimates it. */
  promptTokens: number | undefined
  readonly attempts: SeenAttempt[] = []
  attemptStarts = 0
  attemptEnds = 0
  callEnds = 0
  abortedAtMs: number | undefined
  /** Chunks that the caller was told, and the content in them. */
  chunks = 0
  text = ''
  /** Those whose content it is, in order: one, or two where the second went on with what broke off. */
  readonly sources: SeenAttempt[] = []
  terminals = 0
  ending: SeenEnding | undefined
  /** Text of a reply. */
  replyText: string | undefined
  error: RouterError | undefined
  route: Route | undefined
  /** What came of it when it was made again under the same key. */
  repeated: Repeated | undefined

  constructor(planned: PlannedCall, circumstances: CallCircumstances) {
    const { request, options } = planned
    this.planned = planned
    this.number = planned.number
    this.request = request
    this.model = request.model.replace(/:(floor|nitro)$/, '')
    this.preferences = options.preferences ?? {}
    this.maxAttempts = options.maxAttempts ?? circumstances.maxAttempts
    this.issuedAtMs = circumstances.nowMs
    this.deadlineAtMs = circumstances.nowMs + (options.timeoutMs ?? circumstances.timeoutMs)
    this.closed = circumstances.closed(this.model)
  }

  /** Attempts under way. */
  get live(): number {
    let live = 0
    for (const { ledger } of this.attempts) if (ledger.ending === undefined) live++
    return live
  }

  /** Takes an attempt that has arrived. */
  add(ledger: LedgerAttempt, permit: BreakerPermit | undefined): SeenAttempt {
    const attempt: SeenAttempt = {
      ledger,
      call: this,
      number: this.attempts.length + 1,
      permit,
      isHedge: this.live > 0,
      isRetry: this.attempts.some((one) => one.ledger.endpoint === ledger.endpoint),
    }
    this.attempts.push(attempt)
    return attempt
  }
}

export interface CallCircumstances {
  readonly nowMs: number
  readonly maxAttempts: number
  readonly timeoutMs: number
  readonly closed: (model: string) => readonly Endpoint[]
}
