import type { ChatRequest } from '@nextbest/core'
import type { CallOptions } from 'nextbest'

/** What a caller does, decided before anything happens. */
export interface PlannedCall extends Manners {
  /** Of the swarm, from 0. */
  readonly number: number
  readonly atMs: number
  readonly request: ChatRequest
  readonly options: CallOptions
  /** Whether it asks for nothing special, and must be answered when everything is well. */
  readonly plain: boolean
}

/** How a caller treats its call. */
export interface Manners {
  /** When the caller goes away, in ms after the start. 0 is at once; nothing is never. */
  readonly abortAfterMs: number | undefined
  /** Whether it goes away by a signal, which at 0 has fired before the call. */
  readonly abortsBySignal: boolean
  /** When the caller stops reading for a while. */
  readonly pause: { readonly afterMs: number; readonly forMs: number } | undefined
  /** Whether the caller fails to take the first chunk. */
  readonly sinkThrows: boolean
  /** When it makes the call again, under the same key, in ms after the start; nothing is never. */
  readonly repeatAfterMs: number | undefined
}

/** What a request says of itself to simulated providers, in its metadata: the number of its call, and how long its answer is. */
export function markOf(number: number, outputTokens: number): NonNullable<ChatRequest['metadata']> {
  return { mark: `${number}/${outputTokens}` }
}

/** Number of the call that a request belongs to; -1 when it belongs to none. */
export function callNumberOf({ metadata }: ChatRequest): number {
  return Number.parseInt(metadata?.['mark'] ?? '-1', 10)
}

/** Output tokens that a provider would write for a call, unless the call bounds them. */
export function outputTokensOf({ metadata, max_tokens }: ChatRequest): number {
  const natural = Number(metadata?.['mark']?.split('/')[1] ?? 1)
  return Math.max(1, Math.min(natural, max_tokens ?? Infinity))
}

/** Whether every provider answers a request in the same words: only then can one go on where another broke off. */
export function isSteady({ temperature }: ChatRequest): boolean {
  return temperature === 0
}
