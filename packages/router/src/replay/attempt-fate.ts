import type { AttemptTimeouts, FailureKind } from '@nextbest/core'
import type { DrawnOutcome } from './draw-outcome.ts'

/** How a played attempt goes. */
export interface AttemptFate {
  /** A kind of failure is one before anything reached the caller. */
  readonly end: DrawnOutcome['end']
  /** From the attempt's start, where a first token comes and the answer is streamed. */
  readonly firstTokenMs: number | undefined
  readonly durationMs: number
  /** Tokens that come. */
  readonly outputTokens: number
  readonly retryAfterMs: number | undefined
}

export interface FateQuestion {
  readonly drawn: DrawnOutcome
  readonly stream: boolean
  /** Tokens of the whole answer. */
  readonly outputTokens: number
  readonly timeouts: AttemptTimeouts
  /** Time until the call's deadline. */
  readonly remainingMs: number
}

/** Returns what becomes of a drawn outcome under the router's timeouts and the call's deadline. */
export function fateOf(question: FateQuestion): AttemptFate {
  return withinDeadline(withinTimeout(drawnFate(question), question), question)
}

function drawnFate({ drawn, stream, outputTokens }: FateQuestion): AttemptFate {
  const { ttftMs, msPerToken } = drawn
  const spent = (tokens: number): number => ttftMs + (tokens - 1) * msPerToken
  const firstTokenMs = stream ? ttftMs : undefined
  const told = { firstTokenMs, retryAfterMs: undefined }
  if (drawn.end === 'answered')
    return { ...told, end: 'answered', durationMs: spent(outputTokens), outputTokens }
  if (drawn.end !== 'late') return failed(drawn.end, drawn.failureMs, drawn.retryAfterMs)
  const tokens = Math.max(1, Math.round(drawn.deliveredShare * outputTokens))
  // Of an answer that comes whole nothing is delivered before its end.
  if (!stream) return failed('incomplete-answer', spent(tokens), undefined)
  return { ...told, end: 'late', durationMs: spent(tokens), outputTokens: tokens }
}

function withinTimeout(fate: AttemptFate, { timeouts }: FateQuestion): AttemptFate {
  const silentMs = fate.firstTokenMs ?? fate.durationMs
  const { firstTokenTimeoutMs } = timeouts
  return silentMs > firstTokenTimeoutMs ? failed('first-token-timeout', firstTokenTimeoutMs, undefined) : fate
}

/** Who has something of the answer by then has a broken one. */
function withinDeadline(fate: AttemptFate, { remainingMs }: FateQuestion): AttemptFate {
  const { firstTokenMs, durationMs, outputTokens } = fate
  if (durationMs <= remainingMs) return fate
  if (firstTokenMs === undefined || firstTokenMs > remainingMs) {
    return failed('deadline-exceeded', remainingMs, undefined)
  }
  const share = (remainingMs - firstTokenMs) / (durationMs - firstTokenMs)
  return { ...fate, end: 'late', durationMs: remainingMs, outputTokens: Math.ceil(share * outputTokens) }
}

function failed(end: FailureKind, durationMs: number, retryAfterMs: number | undefined): AttemptFate {
  return { end, firstTokenMs: undefined, durationMs, outputTokens: 0, retryAfterMs }
}
