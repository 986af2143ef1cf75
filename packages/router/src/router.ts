import type {
  Catalog,
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  RoutingPreferences,
  SignalsView,
  TokenUsage,
} from '@nextbest/core'
import type { RouterError } from './router-error.ts'
import type { Route } from './route.ts'

/** Sends each request to the best endpoint that can serve it, and to the next best when that one fails. */
export interface Router {
  /** The models and endpoints that it knows. */
  readonly catalog: Catalog
  /**
   * Answers a request as a whole.
   * @throws RouterError
   */
  chat(request: ChatRequest, options?: CallOptions): Promise<ChatReply>
  /** Answers a request as chunks. Iterating throws `RouterError` when no endpoint could answer, or when the answer broke off. */
  stream(request: ChatRequest, options?: CallOptions): ChatStream
  /** The push form of `stream` and `chat`, for servers: as chunks if `request.stream` is true, else as one reply. */
  pipe(request: ChatRequest, sink: CallSink, options?: CallOptions): CallHandle
  /**
   * Decides without sending anything: the route that a call with this state and seed would begin.
   * @throws RouterError of kind `invalid-request` or `model-unknown`; an empty plan is not an error here.
   */
  explain(request: ChatRequest, options?: CallOptions): Route
  /** What is known of every endpoint now. */
  status(): readonly EndpointStatus[]
  /** Waits for calls under way until the timeout, then cancels them, and releases every connection and timer. */
  close(options?: CloseOptions): Promise<void>
}

export interface CallOptions {
  /** Time for the whole call, in ms. 1..86,400,000. Default: the router's `timeoutMs`. */
  readonly timeoutMs?: number
  /** Attempts in all, the first included. 1..10. Default: the router's `maxAttempts`. */
  readonly maxAttempts?: number
  /** Cancels the call: the upstream connection is closed at once. */
  readonly signal?: AbortSignal
  /** What the caller wants of the routing. Default: the router's. */
  readonly preferences?: RoutingPreferences
  /** Place in a queue, should every endpoint be busy: 0 (first) .. 9 (last). Default: 5. */
  readonly priority?: number
  /**
   * What all attempts together may cost, in US dollars: one whose worst case is above what is left is not started, so bound the output with
   * `max_tokens`. Above 0. Default: no bound.
   */
  readonly maxCostUsd?: number
  /** Whether another endpoint may be started beside one whose first token is late; for streams only. Default: false. */
  readonly hedge?: boolean
  /** Whether another endpoint is asked when one refuses the content. Default: false. */
  readonly failoverOnContentPolicy?: boolean
  /** How long the beginning of a stream is held back, so that an early cut can be mended, in ms. 0..2,000. Default: 0. */
  readonly holdBackMs?: number
  /** How many tokens of it are held back at most; whichever bound comes first ends the holding. 0..64. Default: 0. */
  readonly holdBackTokens?: number
  /**
   * Whether another endpoint may go on with a stream that breaks off, if it repeats what was delivered exactly. Plain text of one choice only.
   * Default: false.
   */
  readonly continueBroken?: boolean
  /**
   * Names the call: another one with the same key and request joins it as long as it is under way, and no second one is sent. Whoever serves
   * several tenants puts the tenant into it. 1..256 characters. Default: none.
   */
  readonly idempotencyKey?: string
}

export interface CloseOptions {
  /** How long calls under way may go on, in ms. Default: 0. */
  readonly timeoutMs?: number
}

/** A whole answer and the way it came. */
export interface ChatReply {
  /** Text of the first choice. */
  readonly text: string
  /** The answer in OpenAI's shape, as the provider gave it. */
  readonly completion: ChatCompletion
  readonly usage: TokenUsage
  readonly route: Route
}

/** An answer as chunks. It can be iterated once; breaking out of the loop cancels the call. */
export interface ChatStream extends AsyncIterable<ChatChunk> {
  /** Settles when the call has: with the route also when the call failed. Never rejects. */
  readonly route: Promise<Route>
  /** Cancels the call. */
  cancel(): void
}

/** Where `pipe` puts a call's output. It hears `onEnd`, `onReply` or `onError` exactly once, and nothing after it. */
export interface CallSink {
  /** One chunk of the answer, in order. */
  onChunk(chunk: ChatChunk): void
  /** All chunks that came together have been told: a good moment to flush. */
  onBatchEnd?(): void
  /** The answer is whole (as chunks). */
  onEnd(ending: CallEnding): void
  /** The answer is whole (not as chunks). */
  onReply(reply: ChatReply): void
  /** The call failed; after chunks were told, the answer broke off. */
  onError(error: RouterError): void
}

export interface CallEnding {
  readonly usage: TokenUsage
  readonly route: Route
}

/** A call under way. All methods may be called at any time, and again. */
export interface CallHandle {
  /** `gen-` and 26 characters; also in the route. */
  readonly callId: string
  /** Id of the endpoint whose answer is being told; undefined before its first chunk. */
  readonly endpoint?: string | undefined
  /** The caller went away: cancels the upstream at once; the sink hears an `aborted` error. */
  cancel(): void
  /** Stops reading from the upstream until `resume`. */
  pause(): void
  resume(): void
}

/** What is known of one endpoint. */
export interface EndpointStatus {
  readonly endpoint: string
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly signals: SignalsView
}
