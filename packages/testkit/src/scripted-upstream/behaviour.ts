import type { ToolCall, WireUsage } from '@nextbest/core'

/**
 * How a scripted upstream answers one request: well, unless a fault is given. Of several faults one happens, the first
 * in this order: `reset`, `hang`, `status`, `cutAfterTokens`, `endAfterTokens`, `errorAfterTokens`, `malformedJson`.
 * A fault after more tokens than the answer has happens after the last one, before the finish reason. In an answer that
 * is not a stream, a fault after tokens happens halfway through the body, when those tokens would have been generated.
 */
export interface Behaviour {
  /** Time from the request to the headers and the first token, in ms. 0..3,600,000. Default: 0. */
  readonly latencyMs?: number
  /** Speed after the first token, in tokens per second. 0.001 or more; `Infinity` writes at once. Default: `Infinity`. */
  readonly tokensPerSecond?: number
  /** Words of the canned answer, each of them a token. 0..1,000,000. Ignored when `text` is given. Default: 16. */
  readonly outputTokens?: number
  /** The answer; each word is a token. Default: the canned answer. */
  readonly text?: string
  /** Reasoning before the answer, sent as `reasoning_content`. Default: none. */
  readonly reasoning?: string
  /** Tool calls, sent instead of the canned answer, or after `text`; each piece of arguments is a token. Default: none. */
  readonly toolCalls?: readonly ToolCall[]
  /** Default: `tool_calls`, `length` when the request's bound cut the answer, or else `stop`. */
  readonly finishReason?: string
  /** Usage in the answer, in a stream only if the request asks for it. Default: `reported`, counted truthfully. */
  readonly usage?: 'reported' | 'missing' | WireUsage
  /** Tokens in one chunk of a stream. 1..1,000. Default: 1. */
  readonly chunkTokens?: number
  /** Sends the headers at once and then a comment (or a blank line before JSON) every 20 ms. Default: false. */
  readonly keepAliveComments?: boolean
  /** Whether the answer has neither content, reasoning nor tool calls. Default: false. */
  readonly emptyAnswer?: boolean

  /** Headers of any answer, e.g. `retry-after`. Default: none of its own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Status of an error answer, 300..999. Default: 200 and no error. */
  readonly status?: number
  /** Body of the error answer or event; a string is sent as it is. Default: what OpenAI says with that status. */
  readonly errorBody?: unknown

  /** Resets the connection (RST). Default: never. */
  readonly reset?: FaultPlace
  /** Sends nothing more, keep-alive comments apart, until the client goes away. Default: never. */
  readonly hang?: FaultPlace
  /** Closes the connection (FIN) in the middle of the body, as its framing shows. Default: never. */
  readonly cutAfterTokens?: number
  /** Ends the body as its framing wants, but without finish reason or `[DONE]`. Default: never. */
  readonly endAfterTokens?: number
  /** Sends an error object in the 200, as the last event or as the whole body. Default: never. */
  readonly errorAfterTokens?: number
  /** Sends JSON that breaks off, as the only event or as the whole body. Default: false. */
  readonly malformedJson?: boolean
}

/** Where in an answer a fault happens. */
export type FaultPlace = 'before-headers' | 'after-headers' | { readonly afterTokens: number }

export const behaviourDefaults: Required<
  Pick<Behaviour, 'latencyMs' | 'tokensPerSecond' | 'outputTokens' | 'chunkTokens'>
> = Object.freeze({ latencyMs: 0, tokensPerSecond: Infinity, outputTokens: 16, chunkTokens: 1 })

/** Throws a RangeError that names the field, where a number of a behaviour is out of its range. */
export function checkBehaviour(behaviour: Behaviour): void {
  checkRange('latencyMs', behaviour.latencyMs, [0, 3_600_000])
  checkRange('tokensPerSecond', behaviour.tokensPerSecond, [0.001, Infinity])
  checkRange('outputTokens', behaviour.outputTokens, [0, 1_000_000])
  checkRange('chunkTokens', behaviour.chunkTokens, [1, 1_000])
  checkRange('status', behaviour.status, [300, 999])
  checkPlace('reset', behaviour.reset)
  checkPlace('hang', behaviour.hang)
  checkRange('cutAfterTokens', behaviour.cutAfterTokens, [0, Infinity])
  checkRange('endAfterTokens', behaviour.endAfterTokens, [0, Infinity])
  checkRange('errorAfterTokens', behaviour.errorAfterTokens, [0, Infinity])
}

function checkPlace(name: string, place: FaultPlace | undefined): void {
  if (typeof place === 'object') checkRange(`${name}.afterTokens`, place.afterTokens, [0, Infinity])
}

function checkRange(
  name: string,
  value: number | undefined,
  [lowest, highest]: readonly [number, number],
): void {
  if (value === undefined || (value >= lowest && value <= highest)) return
  throw new RangeError(`${name} must be in ${lowest}..${highest}, got ${value}`)
}
