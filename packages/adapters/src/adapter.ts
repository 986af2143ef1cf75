import type {
  ChatChunk,
  ChatCompletion,
  ChatRequest,
  Endpoint,
  FailureEvidence,
  TokenUsage,
} from '@nextbest/core'

/**
 * A pure codec between our request and answer types and one wire format. It opens no connection, keeps no state between
 * calls and never throws: what it cannot decode, it returns as evidence.
 */
export interface Adapter {
  /** Version of this interface. */
  readonly version: 1
  /** Name of the wire format, e.g. `openai-chat`. */
  readonly name: string
  /** Returns what to send for a request. */
  encode(request: ChatRequest, target: EncodeTarget): WireRequest
  /** Decodes the body of a 2xx answer that is not a stream. */
  decode(body: string): DecodedAnswer
  /** Returns a decoder for one stream. */
  createStreamDecoder(): StreamDecoder
}

/** Where a request goes. */
export interface EncodeTarget {
  readonly endpoint: Endpoint
  /** The provider's key. Default: none is sent. */
  readonly apiKey?: string
  /** Whether chunks are wanted. */
  readonly stream: boolean
}

/** An HTTP POST, ready to send. */
export interface WireRequest {
  /** Appended to the upstream's base URL; begins with `/`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A whole answer, or the evidence of what it is instead. */
export type DecodedAnswer =
  | { readonly type: 'answer'; readonly completion: ChatCompletion; readonly usage: TokenUsage | undefined }
  | { readonly type: 'failure'; readonly evidence: FailureEvidence }

/** One server-sent event. */
export interface ServerSentEvent {
  /** The `event:` field, empty when there was none. */
  readonly event: string
  /** The `data:` lines, joined by line feeds. */
  readonly data: string
  /** Set where no blank line closed the event: the body ended in it, and may have been cut there. */
  readonly unclosed?: true
}

/** Decodes the events of one stream, in order. */
export interface StreamDecoder {
  /** Returns what an event means. Events without meaning (pings, unknown types) return nothing. */
  decode(event: ServerSentEvent): StreamPart | undefined
  /** Called once when the body ended: returns evidence if the answer is not whole by its meaning. */
  end(): FailureEvidence | undefined
}

/** What one event of a stream means. */
export type StreamPart =
  | {
      readonly type: 'chunk'
      readonly chunk: ChatChunk
      /** Whether it carries content: text, reasoning, a tool call, a refusal, audio. Roles and empty deltas do not. */
      readonly content: boolean
      /** Usage so far, where this chunk reports it. */
      readonly usage?: TokenUsage
    }
  /** The wire format's end mark, e.g. `[DONE]`. */
  | { readonly type: 'end' }
  | { readonly type: 'failure'; readonly evidence: FailureEvidence }
