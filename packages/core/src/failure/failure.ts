import type { ChatCompletion } from '../chat/completion.ts'
import type { TokenUsage } from '../chat/usage.ts'

/** What went wrong with an attempt, named by what follows from it. `failurePolicies` says what does. */
export type FailureKind =
  /** The connection could not be made: name, connect or TLS. Nothing was sent. */
  | 'unreachable'
  /** This process has no ports, files or memory left for a connection. */
  | 'out-of-resources'
  /** The connection ended before a response began. The request may have run. */
  | 'connection-lost'
  /** No first token in time, by our timer or by one of the provider's own. */
  | 'first-token-timeout'
  /** Content stopped coming. */
  | 'stalled'
  /** The call's deadline passed while the attempt ran. */
  | 'deadline-exceeded'
  /** The provider refuses for load: 503, 529. */
  | 'overloaded'
  /** The provider failed: 5xx, or an error of its own in a 200. */
  | 'server-error'
  /** Another request holds what this one needs: 409. */
  | 'conflict'
  /** 429: too many requests or tokens for this key and model now. */
  | 'rate-limited'
  /** The account has no money or quota left. */
  | 'quota-exhausted'
  /** The key is wrong, expired or not allowed. */
  | 'credential-rejected'
  /** The provider does not serve the model (to this key). */
  | 'model-unavailable'
  /** The provider does not serve this region. */
  | 'region-blocked'
  /** The prompt and the output asked for do not fit this endpoint's window. */
  | 'context-exceeded'
  /** The request is larger than this endpoint ever takes: its body, or its tokens for the limit of a minute. */
  | 'payload-too-large'
  /** The provider refused the content. */
  | 'content-refused'
  /** The provider does not know a parameter of the request. */
  | 'parameter-unsupported'
  /** The request is wrong whoever serves it. */
  | 'invalid-request'
  /** A 200 whose body is not an answer. */
  | 'malformed-response'
  /** A 200 without any content. */
  | 'empty-response'
  /** The answer ended before it was whole. */
  | 'incomplete-answer'
  /** Our own configuration of the endpoint is wrong: path, method, redirect. */
  | 'misconfigured'
  /** The caller went away. */
  | 'aborted'
  /** Nothing that we know; fails over once and is counted. */
  | 'unknown'

/** One failed attempt, classified once. */
export interface Failure {
  readonly kind: FailureKind
  /** HTTP status that the provider sent, if one came. */
  readonly status?: number
  /** The provider's error code, or the network's (`ECONNREFUSED`). At most 64 characters. */
  readonly code?: string
  /** For people: at most 300 characters, secrets removed, never the prompt. */
  readonly message: string
  /** How long the provider asks us to stay away, in milliseconds, 0..3,600,000. */
  readonly retryAfterMs?: number
  /** Whether it says nothing (more) of the endpoint's health, whatever its kind; see `FailureEvidence`. Default: false. */
  readonly excused?: boolean
}

/** What is known of a failed attempt, before it is classified. */
export type FailureEvidence =
  /** An error of the socket or the HTTP parser. */
  | {
      readonly type: 'network'
      readonly code: string
      readonly message: string
      readonly phase: 'connecting' | 'sent' | 'receiving'
      /**
       * Whether this says nothing (more) of the endpoint: its connection had been kept alive and was closed just as the request came,
       * which happens to the best; or another request failed by the loss of the same connection, and that one counts. Default: false.
       */
      readonly excused?: boolean
    }
  /** A status outside 200..299. Header names in lower case; `body` as text, bounded by the transport. */
  | {
      readonly type: 'status'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  /** An error object inside a 200, whole or as a stream event. */
  | { readonly type: 'in-band'; readonly error: unknown; readonly committed: boolean }
  /** One of our own timers. */
  | {
      readonly type: 'timeout'
      readonly timer: 'connect' | 'first-token' | 'idle' | 'deadline'
      readonly afterMs: number
    }
  /** A 200 that does not decode. */
  | { readonly type: 'malformed'; readonly detail: string }
  /** A whole 200 without content; with the answer itself where it was no stream. */
  | { readonly type: 'empty'; readonly completion?: ChatCompletion; readonly usage?: TokenUsage }
  /** A stream that ended without a finish reason. */
  | { readonly type: 'incomplete'; readonly detail: string }
