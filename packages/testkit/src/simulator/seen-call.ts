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
  /** Endpoints of the model whose breakers admitted when the call was made. */
  readonly admitting: readonly Endpoint[]
  callId: string | undefined
  /** As the router estimates it. */
  promptTokens: number | undefined
  readonly attempts: SeenAttempt[] = []
  attemptStarts = 0
  attemptEnds = 0
  callEnds = 0
  abortedAtMs: number | undefined
  /** Chunks that the caller was told, and the pieces of content in them. */
  chunks = 0
  pieces = 0
  /** Whose content it is. */
  source: SeenAttempt | undefined
  terminals = 0
  ending: SeenEnding | undefined
  /** Text of a reply. */
  replyText: string | undefined
  error: RouterError | undefined
  route: Route | undefined

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
    this.admitting = circumstances.admitting(this.model)
  }

  /** Attempts under way. */
  get live(): number {
    let live = 0
    for (const { ledger } of this.attempts) if (ledger.ending === undefined) live++
    return live
  }
}

export interface CallCircumstances {
  readonly nowMs: number
  readonly maxAttempts: number
  readonly timeoutMs: number
  readonly admitting: (model: string) => readonly Endpoint[]
}
