import type { ReferenceAnswer } from './reference-answer.ts'

/** A wire format that the wall speaks. */
export interface WallFormat {
  /** As the adapter's folder is called, e.g. `openai-chat`. */
  readonly name: string
  /** Whether a request to this path speaks it. */
  matches(path: string): boolean
  /** The model that a request asks for; empty if it names none. */
  modelOf(body: Readonly<Record<string, unknown>>, path: string): string
  /** Whether a request wants a stream. */
  wantsStream(body: Readonly<Record<string, unknown>>, path: string): boolean
  /** A whole answer. */
  answer(answer: ReferenceAnswer): string
  /** The stream of a whole answer, in its parts. */
  stream(answer: ReferenceAnswer): WallStream
  /** The body of an error. */
  error(message: string, code: string): string
}

/** A stream of a whole answer, as text of its events with their blank lines. */
export interface WallStream {
  /** What comes before the first token of content. */
  readonly opening: readonly string[]
  /** One event for each token. */
  readonly content: readonly string[]
  /** What says why it ended. */
  readonly finish: readonly string[]
  /** What it cost. */
  readonly usage: readonly string[]
  /** The mark of the end. */
  readonly end: readonly string[]
}
