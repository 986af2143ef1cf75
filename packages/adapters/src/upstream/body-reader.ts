import type { ChatCompletion, FailureEvidence, TokenUsage } from '@nextbest/core'
import type { Adapter, StreamPart } from '../adapter.ts'
import type { UpstreamLimits } from './upstream-options.ts'

/** What an attempt wants to read, and with what. */
export interface ReadingPlan {
  readonly adapter: Adapter
  readonly limits: UpstreamLimits
  /** Bytes of one event of a stream. */
  readonly maxEventBytes: number
  /** Choices that were asked for. */
  readonly choices: number
  /** Tells chunks. Nothing where the attempt is not a stream. */
  readonly tellPart: TellPart | undefined
}

/** Makes sense of the body of one response. */
export interface BodyReader {
  /** Whether every choice that was asked for has finished, so that nothing but usage and the end mark can be missing. */
  readonly finished?: boolean
  /** Takes the next bytes. Returns a verdict once no more are needed. */
  push(bytes: Uint8Array): Verdict | undefined
  /** The body ended as its framing says, or no more of it is wanted. */
  end(): Verdict
  /** The body was cut off. */
  cut(evidence: FailureEvidence): Verdict
}

/** What a body was. `whole`: a stream, whole by its meaning, all of whose parts have been told. */
export type Verdict =
  | { readonly type: 'answer'; readonly completion: ChatCompletion; readonly usage: TokenUsage | undefined }
  | { readonly type: 'whole' }
  | { readonly type: 'failure'; readonly evidence: FailureEvidence }

/** Tells one chunk of a stream. */
export type TellPart = (part: StreamPart & { readonly type: 'chunk' }) => void

/** Bytes up to a bound. */
export class BoundedBytes {
  readonly #maxBytes: number
  readonly #pieces: Uint8Array[] = []
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Adds what fits. Returns whether all did. */
  add(bytes: Uint8Array): boolean {
    const room = this.#maxBytes - this.#length
    const fits = bytes.length <= room
    this.#pieces.push(fits ? bytes : bytes.subarray(0, room))
    this.#length += Math.min(bytes.length, room)
    return fits
  }

  /** Decodes them as UTF-8; what is not becomes U+FFFD. */
  text(): string {
    const [first] = this.#pieces
    if (first !== undefined && this.#pieces.length === 1)
      return Buffer.from(first.buffer, first.byteOffset, first.length).toString()
    return Buffer.concat(this.#pieces, this.#length).toString()
  }
}
