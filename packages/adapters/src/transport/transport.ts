import type { FailureEvidence } from '@nextbest/core'

/** Sends HTTP POSTs to one base URL. */
export interface Transport {
  /**
   * Starts an exchange. The handler hears exactly one of `onEnd` and `onFailure`, unless the exchange is cancelled first,
   * and nothing before `send` has returned.
   */
  send(request: TransportRequest, handler: TransportHandler): Exchange
  /** Closes every connection; exchanges under way fail. */
  close(): Promise<void>
}

export interface TransportRequest {
  /** Path and query, beginning with `/`; appended to the base URL's path. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Hears of one exchange. Its methods must not throw. */
export interface TransportHandler {
  /** The status and headers came. Names in lower case; of repeated headers the first counts. */
  onResponse(status: number, headers: Readonly<Record<string, string>>): void
  /** Bytes of the body came. They are not written to afterwards. */
  onData(bytes: Uint8Array): void
  /** The body ended as its framing says; whether the answer is whole is for the codec to judge. */
  onEnd(): void
  /**
   * The exchange failed.
   *
   * @param unseen Whether it is certain that the other side saw nothing of the request although it was sent: it had
   * closed a connection that was kept alive.
   */
  onFailure(evidence: FailureEvidence, unseen: boolean): void
}

/** An exchange under way. All methods may be called at any time, and again. */
export interface Exchange {
  /** Whether the request may have arrived: not while it waits for a connection. */
  readonly sent: boolean
  /** Closes the connection (or resets the stream) at once; the handler hears nothing more. */
  cancel(): void
  /** Stops reading, so that the upstream feels back-pressure. What was read already may still be told. */
  pause(): void
  resume(): void
}
