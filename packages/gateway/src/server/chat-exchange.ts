import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseModelSlug } from '@nextbest/core'
import type { ChatChunk, ChatRequest, WireUsage } from '@nextbest/core'
import { RouterError } from 'nextbest'
import type { CallEnding, CallHandle, CallSink, ChatReply, Route, Router } from 'nextbest'
import {
  chunkEvent,
  completionText,
  doneEvent,
  errorEvent,
  isUsageOnly,
  keepAliveComment,
  usageEvent,
} from '../wire/answer.ts'
import type { AnswerExtras, AnswerIdentity } from '../wire/answer.ts'
import { parseChatBody } from '../wire/chat-body.ts'
import { openRouterMetadata } from '../wire/openrouter-metadata.ts'
import { routeBody } from '../wire/route-body.ts'
import { idempotencyKeyOf } from './idempotency-key.ts'
import { readBody } from './read-body.ts'
import { internalError, shuttingDown } from './refusals.ts'
import { newRequestId, sendError, sendJson } from './send.ts'
import type { JsonAnswer } from './send.ts'
import type { Stage } from './stage.ts'

/** What all exchanges of a gateway share. */
export interface ExchangeContext {
  readonly router: Router
  readonly bodyLimitBytes: number
  /** Seconds of silence after which a stream is kept alive by a comment. */
  readonly heartbeatSeconds: number
  /** Seconds for which a stream may stay unread. */
  readonly stallSeconds: number
  /** Returns the provider of an endpoint. */
  readonly providerOf: (endpoint: string) => string
  readonly onFault: (error: unknown) => void
  /** Requests that were read, to be routed and sent. */
  readonly arrivals: Stage
  /** Answers, or pieces of them, to be written. */
  readonly departures: Stage
}

const safeRequestId = /^[\w.:-]{1,128}$/

/** One chat request and its answer, from the first byte to the last. It is the sink of its own call. */
export class ChatExchange implements CallSink {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #context: ExchangeContext
  readonly #requestId: string | undefined
  #chat: ChatRequest | undefined
  #handle: CallHandle | undefined
  #identity: AnswerIdentity | undefined
  /** Events that are not written yet. */
  #pending = ''
  /** Whether `#pending` is the last of a stream. */
  #isLast = false
  /** An answer that is not a stream, and not written yet. */
  #answer: JsonAnswer | undefined
  #departing = false
  #reported: WireUsage | undefined
  #created: number | undefined
  #quietSeconds = 0
  #stalledSeconds = 0
  #unread = false
  #stopped = false

  constructor(request: IncomingMessage, response: ServerResponse, context: ExchangeContext) {
    this.#request = request
    this.#response = response
    this.#context = context
    const { 'x-request-id': requestId } = request.headers
    this.#requestId = typeof requestId === 'string' && safeRequestId.test(requestId) ? requestId : undefined
  }

  /** Reads the request and starts its call. */
  serve(): void {
    readBody(this.#request, {
      response: this.#response,
      limitBytes: this.#context.bodyLimitBytes,
      onBody: (bytes) => this.#context.arrivals.add(() => this.#start(bytes)),
      onRefusal: (error) => this.#fail(error),
    })
  }

  #start(bytes: Buffer): void {
    if (this.#stopped || this.#response.destroyed) return
    try {
      const { request, preferences, wishes } = parseChatBody(bytes)
      const idempotencyKey = idempotencyKeyOf(this.#request)
      this.#chat = request
      this.#handle = this.#context.router.pipe(request, this, {
        ...wishes,
        ...(preferences !== undefined && { preferences }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      })
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The client went away, or has its answer. */
  closed(): void {
    if (!this.#response.writableFinished) this.#handle?.cancel()
  }

  /** Ends the answer now: the gateway closes down. */
  stop(): void {
    this.#stopped = true
    if (this.#handle === undefined) this.onError(shuttingDown(undefined))
    else this.#handle.cancel()
  }

  /** A second has passed. An exchange that has ended is still there because its client does not read. */
  tick(): void {
    const { heartbeatSeconds, stallSeconds } = this.#context
    if (this.#unread || this.#response.writableEnded) {
      this.#stalledSeconds += 1
      if (this.#stalledSeconds >= stallSeconds) this.#response.destroy()
    } else if (this.#chat?.stream === true) {
      this.#quietSeconds += 1
      if (this.#quietSeconds >= heartbeatSeconds) this.#write(keepAliveComment)
    }
  }

  onChunk(chunk: ChatChunk): void {
    this.#reported = chunk.usage ?? this.#reported
    this.#created ??= chunk.created
    if (isUsageOnly(chunk)) return
    this.#identity ??= this.#identityOf(this.#handle?.callId ?? '', this.#handle?.endpoint)
    this.#pending += chunkEvent(chunk, this.#identity)
  }

  onBatchEnd(): void {
    if (this.#pending !== '') this.#depart()
  }

  onEnd(ending: CallEnding): void {
    const { route } = ending
    const usage = usageEvent({
      identity: this.#identityOf(route.callId, route.endpoint),
      created: this.#createdAt(),
      ending,
      reported: this.#reported,
      asked: this.#chat?.stream_options?.include_usage === true,
      extras: this.#extras(route),
    })
    this.#pending += `${usage}${doneEvent}`
    this.#isLast = true
    this.#depart()
  }

  onReply(reply: ChatReply): void {
    const { route } = reply
    this.#answer = {
      status: 200,
      headers: this.#idHeaders(route.callId),
      text: completionText(reply, this.#identityOf(route.callId, route.endpoint), this.#extras(route)),
    }
    this.#depart()
  }

  onError(error: RouterError): void {
    if (this.#response.destroyed) return
    const told = this.#stopped ? shuttingDown(error.route) : error
    if (this.#response.headersSent || this.#pending !== '') return this.#breakOff(told)
    const callId = told.route?.callId
    sendError(this.#request, this.#response, {
      error: told,
      requestId: this.#requestId ?? callId,
      headers: callId === undefined ? [] : ['x-generation-id', callId],
      extras: this.#extras(told.route),
    })
  }

  #breakOff(error: RouterError): void {
    const callId = error.route?.callId ?? this.#handle?.callId ?? ''
    const identity = this.#identity ?? this.#identityOf(callId, error.route?.endpoint)
    const event = errorEvent({
      identity,
      created: this.#createdAt(),
      error,
      extras: this.#extras(error.route),
    })
    this.#writeHead(callId)
    this.#response.end(this.#takePending() + event)
  }

  #fail(error: unknown): void {
    if (RouterError.is(error)) return this.onError(error)
    this.#context.onFault(error)
    this.onError(internalError())
  }

  #depart(): void {
    if (this.#departing) return
    this.#departing = true
    this.#context.departures.add(this.#leave)
  }

  /** Writes what is there by now. */
  readonly #leave = (): void => {
    this.#departing = false
    if (this.#response.destroyed) return
    if (this.#answer !== undefined) sendJson(this.#response, this.#answer)
    else if (this.#isLast) this.#end(this.#takePending())
    else if (this.#pending !== '') this.#write(this.#takePending())
  }

  #end(text: string): void {
    this.#writeHead(this.#handle?.callId ?? '')
    this.#response.end(text)
  }

  #write(text: string): void {
    if (this.#response.destroyed) return
    this.#writeHead(this.#handle?.callId ?? '')
    this.#quietSeconds = 0
    if (this.#response.write(text) || this.#unread) return
    this.#unread = true
    this.#handle?.pause()
    this.#response.once('drain', () => {
      this.#unread = false
      this.#stalledSeconds = 0
      this.#handle?.resume()
    })
  }

  #takePending(): string {
    const pending = this.#pending
    this.#pending = ''
    return pending
  }

  /** From here on the answer is a stream, whatever comes. */
  #writeHead(callId: string): void {
    if (this.#response.headersSent) return
    this.#response.writeHead(200, [
      'content-type',
      'text/event-stream; charset=utf-8',
      'cache-control',
      'no-cache, no-store',
      'x-accel-buffering',
      'no',
      ...this.#idHeaders(callId),
    ])
  }

  #idHeaders(callId: string): string[] {
    return [
      'x-request-id',
      this.#requestId ?? (callId === '' ? newRequestId() : callId),
      'x-generation-id',
      callId,
    ]
  }

  #identityOf(id: string, endpoint: string | undefined): AnswerIdentity {
    const { model } = parseModelSlug(this.#chat?.model ?? '')
    return { id, model, provider: endpoint === undefined ? undefined : this.#context.providerOf(endpoint) }
  }

  #createdAt(): number {
    return this.#created ?? Math.floor(Date.now() / 1_000)
  }

  /** Members that the caller asked for by a header; most ask for none. */
  #extras(route: Route | undefined): AnswerExtras | undefined {
    const { 'x-nextbest-route': ours, 'x-openrouter-metadata': metadata } = this.#request.headers
    if (route === undefined || (ours !== '1' && metadata !== 'enabled')) return undefined
    return {
      ...(ours === '1' ? { nextbest: routeBody(route) } : {}),
      ...(metadata === 'enabled'
        ? { openrouter_metadata: openRouterMetadata(route, this.#context.providerOf) }
        : {}),
    }
  }
}
