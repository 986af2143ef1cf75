import type { EndpointSignalsSnapshot } from '@nextbest/core'

/** How a router shares what it learns with other instances that route over the same endpoints. */
export interface SharingOptions {
  readonly bus: SignalsBus
  /** Time between two messages of what was learned, in ms. 100..60,000. Default: 1,000. */
  readonly everyMs?: number
}

export const sharingDefaults: Required<Pick<SharingOptions, 'everyMs'>> = Object.freeze({ everyMs: 1_000 })

/** Carries messages between instances. Messages may be lost, and come late by what they say less. */
export interface SignalsBus {
  /** Passes a message on to every other instance. Must neither wait nor throw. */
  publish(message: SignalsMessage): void
  /** Hears the messages of other instances, not its own, until the function that it returns is called. */
  subscribe(hear: (message: SignalsMessage) => void): () => void
}

/** What an instance has learned since its last message. Plain JSON, without an instant: clocks need not agree. */
export interface SignalsMessage {
  readonly version: 1
  readonly endpoints: readonly LearnedOfEndpoint[]
}

export interface LearnedOfEndpoint {
  /** The endpoint's id; one that an instance does not have is passed over. */
  readonly endpoint: string
  readonly learned?: EndpointSignalsSnapshot
  /** How long its breaker stays open, in ms; present where it has opened. */
  readonly breakerOpenForMs?: number
}
