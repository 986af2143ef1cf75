import type { FaultMode } from '@nextbest/testkit/wall'

/** What there is beside the place of the fault. */
export type Setting =
  /** Another place, with a larger window. */
  | 'with fallback'
  /** Another place, with the same window. */
  | 'with equal'
  /** Another place, and leave to go on there with an answer that broke off. */
  | 'continued'
  /** Nothing. */
  | 'alone'

/** What was seen of one call, from all sides, as plain data. */
export interface Observation {
  readonly mode: FaultMode
  readonly setting: Setting
  readonly answer: ObservedAnswer
  /** In the order in which they were to be tried. */
  readonly places: readonly ObservedPlace[]
  /** Of the call's route, in the order of their starts. */
  readonly attempts: readonly ObservedAttempt[]
  /** What the route says of the tokens of the answer. */
  readonly usage: (ObservedUsage & { readonly source: 'reported' | 'estimated' }) | undefined
  readonly events: ObservedEvents
  /** Attempts that the router counts as under way when the call is over. */
  readonly inFlight: number
  /** An endpoint that was never asked. */
  readonly untouched: ObservedHealth
  /** Texts that callers and logs get, and that are of our making. */
  readonly texts: readonly string[]
  /** What must never be in them. */
  readonly secrets: readonly Secret[]
  /** Defects that the gateway hit. */
  readonly gatewayFaults: readonly string[]
}

/** What the caller got. */
export interface ObservedAnswer {
  /** 0 where the answer could not be read. */
  readonly status: number
  readonly contentType: string
  readonly shouldRetry: string | undefined
  readonly retryAfter: string | undefined
  /** Content of the first choice. */
  readonly text: string
  /** Its refusal. */
  readonly refusal: string
  /** Pieces of its tool calls. */
  readonly toolCallDeltas: readonly unknown[]
  readonly finishReasons: readonly string[]
  /** All that it calls its model. */
  readonly models: readonly string[]
  readonly usage: ObservedUsage | undefined
  /** Error objects: the body's, or those of events. */
  readonly errors: readonly ObservedError[]
  /** How many end marks came. */
  readonly endMarks: number
  /** How many events came after the first error. */
  readonly eventsAfterError: number
  /** Why it could not be read, if it could not. */
  readonly unreadable: string | undefined
}

export interface ObservedUsage {
  readonly promptTokens: unknown
  readonly completionTokens: unknown
}

export interface ObservedError {
  readonly code: unknown
  readonly message: unknown
  readonly type: unknown
}

/** One provider of the call. */
export interface ObservedPlace {
  readonly provider: string
  /** Requests for the call's model that it saw, oldest first. */
  readonly requests: readonly ObservedRequest[]
  /** Whether attempts may end before they become a request: the fault lies below requests. */
  readonly isOrigin: boolean
  /** Whether a request that was certainly not looked at may be sent once more, within its attempt. */
  readonly mayResend: boolean
  readonly health: ObservedHealth
  /** Of another endpoint of the same account. */
  readonly sibling: ObservedHealth
  /** Probability that the next call without an order begins here, 0..1. */
  readonly nextShare: number
}

export interface ObservedRequest {
  /** 0 where that is not known. */
  readonly tokensBilled: number
}

export interface ObservedAttempt {
  readonly provider: string
  readonly kind: string
  readonly outcome: 'answered' | 'failed' | 'cancelled'
  readonly failure: ObservedFailure | undefined
  readonly servedModel: string | undefined
  readonly billing: 'billed' | 'assumed' | 'free'
  /** From the call's start to the attempt's end. */
  readonly endedAfterMs: number
}

export interface ObservedFailure {
  readonly kind: string
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly message: string
}

/** How often the router told of what. */
export interface ObservedEvents {
  readonly callStarts: number
  readonly callEnds: number
  readonly attemptStarts: number
  readonly attemptEnds: number
}

/** What is known of an endpoint when the last attempt on it, or on its account's endpoint of the call, has ended. */
export interface ObservedHealth {
  readonly samples: number
  readonly earlyFailureRate: number
  readonly lateFailureRate: number
  readonly gatedForMs: number
  readonly heldForMs: number
}

export interface Secret {
  /** What it is, to be told instead of it. */
  readonly name: string
  readonly text: string
}

/** What was left when everything of some calls was closed. */
export interface Leftovers {
  /** Connections of the wall and of origins. */
  readonly connections: number
  /** Resources that keep the process alive, beyond those of before. */
  readonly resources: readonly string[]
}
