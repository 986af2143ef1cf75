import type { FaultOrigin } from './fault-origin.ts'
import type { WallExchange } from './wall-exchange.ts'

/** How an answer is asked for: whole, or as a stream. */
export type FaultMode = 'json' | 'stream'

/** One way in which a provider fails or surprises, and what a good client does about it. */
export interface Fault {
  /** 1..126; the numbers of `docs/faults.md`. */
  readonly number: number
  /** A few words, lower case, unique. */
  readonly name: string
  /** What is required of the client, by how the answer is asked for; a mode that is absent does not apply. */
  readonly expected: Readonly<Partial<Record<FaultMode, FaultExpectation>>>
  /** The ways in which it comes, at least one, by names of `a-z 0-9 -`. */
  readonly variants: Readonly<Record<string, FaultVariant>>
  /** Whether it is met on a connection that was used before: one good request of the same client goes before. Default: no. */
  readonly warmUp?: true
  /** Whether it may spoil what comes next: one good request of the same client goes after, and is answered well. Default: no. */
  readonly followUp?: true
}

/** One way in which a fault comes. */
export type FaultVariant =
  /** It answers a request that was read; played on the socket of the wall. */
  | (FaultVariantDetails & { readonly at: 'request'; readonly play: (exchange: WallExchange) => void })
  /** It lies below requests (name, connection, TLS, HTTP/2), so it is an origin of its own. */
  | (FaultVariantDetails & { readonly at: 'origin'; readonly open: () => Promise<FaultOrigin> })

export interface FaultVariantDetails {
  /** What differs from the fault's own expectation. Default: nothing. */
  readonly expected?: Partial<FaultExpectation>
  /** How the answer is asked for where it comes, of the modes of the fault. Default: in each of them. */
  readonly modes?: readonly FaultMode[]
}

/** What is required of a client that meets a fault. */
export interface FaultExpectation {
  /** What it does next, where another endpoint can serve. */
  readonly action: FaultAction
  /** What the fault says of the endpoint. */
  readonly health: FaultHealth
  /** Status and code of the error that the caller gets where no other endpoint can serve; absent where there is no such error. */
  readonly client?: { readonly status: number; readonly code: string }
  /**
   * What another endpoint must have to be of use: a larger context window than this one. Where none has it, the client tells the
   * caller and asks nobody else. Default: nothing.
   */
  readonly requires?: 'larger-context'
  /**
   * The whole text that the caller gets from this endpoint. Of an answer that breaks off the caller gets a beginning of it. An
   * action other than `tolerate` without `client` passes it on where no other endpoint can serve. Default: the reference text.
   */
  readonly text?: string
  /** The finish reason that the caller is told with that text. Default: `stop`. */
  readonly finishReason?: string
  /** The refusal that the caller is told beside that text. Default: none. */
  readonly refusal?: string
  /** The pieces of tool calls that the caller of a stream gets, one by one and unchanged. Default: none. */
  readonly toolCallDeltas?: readonly unknown[]
  /**
   * The model that the provider says it answered with, told beside the attempt; the answer itself is of the model that was asked for.
   * Default: none but that.
   */
  readonly servedModel?: string
  /** Tokens that the answer is accounted for. Default: 7 and 60, unless it broke off. */
  readonly usage?: 'estimated' | { readonly promptTokens: number; readonly completionTokens: number }
  /**
   * How long the provider asks to be left alone, in ms, 0..3,600,000; 0 where it names no time that can be used, and the client
   * chooses one above 0. Default: whatever it is.
   */
  readonly retryAfterMs?: number
  /** Whether the next call begins elsewhere, although nothing failed. Default: it may begin here. */
  readonly avoided?: true
}

export type FaultAction =
  /** Asks another endpoint, at once. */
  | 'failover'
  /** Asks the same endpoint once more at most, then another one. */
  | 'retry'
  /** Tells the caller, and asks nobody else. */
  | 'stop'
  /** Takes the answer for what it is: whole. */
  | 'tolerate'
  /** Content was delivered: ends with one error event, or goes on by a verified restart where that was allowed. */
  | 'break-off'

export type FaultHealth =
  /** A failure against its health. */
  | 'failure'
  /** Half a failure. */
  | 'half'
  /** No word on its health; it is left alone for the time it names. */
  | 'gate'
  /** Half a failure, and it is left alone for a while. */
  | 'half-gate'
  /** No endpoint of the key is used until a person may have acted. */
  | 'hold-key'
  /** This endpoint is not used until a person may have acted. */
  | 'hold-model'
  /** Nothing. */
  | 'none'
