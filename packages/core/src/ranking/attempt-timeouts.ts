import type { AttemptTimeouts } from '../call/call-state.ts'
import type { Demand } from '../demand/demand.ts'
import { clamp } from '../signals/range.ts'
import type { KnownEndpoint } from './candidate.ts'
import type { RankingOptions } from './ranking-options.ts'

/** Output tokens that an answer without a stated bound is given time for, when it is not streamed. */
const unboundedOutputTokens = 4_096

/** Reasoning happens before and between pieces of content, and not every provider shows it. */
const reasoningPatience = 4

export interface TimeoutQuestion {
  readonly demand: Demand
  readonly nowMs: number
  readonly options: RankingOptions
}

/**
 * Returns the timeouts of an attempt that starts now: a first token is overdue at twice the time in which 99 % of the
 * endpoint's first tokens came, and a pause at 50 times the time in which 99 % of its tokens came; both within the
 * options' bounds. Where there is nobody to move on to, a first token is given the longest time that the options allow. An answer that is not streamed shows nothing before its end, so it is given the time for all of its tokens.
 */
export function attemptTimeouts({ signals }: KnownEndpoint, question: TimeoutQuestion): AttemptTimeouts {
  const { demand, nowMs, options } = question
  const patience = demand.parameters.includes('reasoning') ? reasoningPatience : 1
  const ttftP99Ms = signals.ttftQuantileMs(0.99, demand.promptTokens, nowMs)
  const tokenP99Ms = signals.msPerTokenQuantile(0.99, demand.promptTokens, nowMs)
  const firstTokenMs = patience * clamp(2 * ttftP99Ms, options.minFirstTokenMs, options.maxFirstTokenMs)
  const wholeMs = demand.stream ? 0 : 2 * tokenP99Ms * (demand.maxOutputTokens ?? unboundedOutputTokens)
  return {
    firstTokenTimeoutMs: firstTokenMs + wholeMs,
    lastFirstTokenTimeoutMs: patience * options.maxFirstTokenMs + wholeMs,
    idleTimeoutMs: patience * clamp(50 * tokenP99Ms, options.minIdleMs, options.maxIdleMs),
  }
}
