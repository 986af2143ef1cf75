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
}

/** One way in which a fault comes. */
export type FaultVariant =
  /** It answers a request that was read; played on the socket of the wall. */
  | {
      readonly at: 'request'
      readonly play: (exchange: WallExchange) => void
      /** What differs from the fault's own expectation. Default: nothing. */
      readonly expected?: Partial<FaultExpectation>
    }
  /** It lies below requests (name, connection, TLS, HTTP/2), so it is an origin of its own. */
  | {
      readonly at: 'origin'
      readonly open: () => Promise<FaultOrigin>
      readonly expected?: Partial<FaultExpectation>
    }

/** What is required of a client that meets a fault. */
export interface FaultExpectation {
  /** What it does next, where another endpoint can serve. */
  readonly action: FaultAction
  /** What the fault says of the endpoint. */
  readonly health: FaultHealth
  /** Status and code of the error that the caller gets where no other endpoint can serve; absent where there is no such error. */
  readonly client?: { readonly status: number; readonly code: string }
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
