import type { FailureEvidence } from '@nextbest/core'

/** Sends HTTP POSTs to one origin. */
export interface Transport {
  /** Starts an exchange. The handler hears exactly one of `onEnd` and `onFailure`, unless the exchange is cancelled first. */
  send(request: TransportRequest, handler: TransportHandler): Exchange
  /** Closes every connection; exchanges under way fail. */
  close(): Promise<void>
}

export interface TransportRequest {
  /** Path and query, beginning with `/`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface TransportHandler {
  /** The status and headers came. Names in lower case; of repeated headers the first counts. */
  onResponse(status: number, headers: Readonly<Record<string, string>>): void
  /** Bytes of the body came. */
  onData(bytes: Uint8Array): void
  /** The body ended as its framing says; whether the answer is whole is for the codec to judge. */
  onEnd(): void
  /** The exchange failed. */
  onFailure(evidence: FailureEvidence): void
}

/** An exchange under way. All methods may be called at any time, and again. */
export interface Exchange {
  /** Closes the connection (or resets the stream) at once; the handler hears nothing more. */
  cancel(): void
  /** Stops reading, so that the upstream feels back-pressure. */
  pause(): void
  resume(): void
}
