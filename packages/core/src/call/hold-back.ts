import type { CallEffect } from './call-effect.ts'
import type { CallRules } from './call-rules.ts'
import type { AttemptState, CallState } from './call-state.ts'
import { after, clearTimer, setTimer, unchanged, withAttempt } from './call-step.ts'
import type { CallStep } from './call-step.ts'
import { rivalOf } from './live-attempts.ts'
import { lose } from './lose.ts'

/**
 * Most pieces of content that are held back when only a time bounds them, so that they fit in memory. The fastest endpoints send
 * some 2,000 in two seconds.
 */
const mostHeldPieces = 4_096

/** Whether the caller wants the first content held back, so that an early cut can still be mended. */
export function holdsBack({ holdBackMs, holdBackTokens }: CallRules): boolean {
  return holdBackMs > 0 || holdBackTokens > 0
}

/** Holds an attempt's first content back, as the caller wants it. */
export function hold(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  const { holdBackMs } = state.rules
  return holdUntil(state, attempt, { nowMs, untilMs: holdBackMs > 0 ? nowMs + holdBackMs : Infinity })
}

/**
 * Holds an attempt's first content until the instant is over: if the other one, which started before, has content at the same
 * instant, that one wins, whatever order the two were told in.
 */
export function holdForInstant(state: CallState, attempt: AttemptState, nowMs: number): CallStep {
  return holdUntil(state, attempt, { nowMs, untilMs: nowMs })
}

interface Holding {
  readonly nowMs: number
  readonly untilMs: number
}

function holdUntil(state: CallState, attempt: AttemptState, { nowMs, untilMs }: Holding): CallStep {
  const held: AttemptState = { ...attempt, status: 'held', firstTokenAtMs: nowMs, heldPieces: 1 }
  const rival = rivalOf(state, attempt)
  const effects: CallEffect[] = [
    rival?.status === 'running' ? setTimer('first-token', rival.firstTokenByMs) : clearTimer('first-token'),
    setTimer('idle', nowMs + attempt.idleTimeoutMs),
    { type: 'hold', attempt: attempt.number },
  ]
  if (untilMs < Infinity) effects.push(setTimer('hold-back', untilMs))
  if (state.budget.maxHedges > 0) effects.push(clearTimer('hedge'))
  return { state: { ...withAttempt(state, held), contentAtMs: nowMs }, effects }
}

/** More came of an attempt that is held back: it is held too, or it ends the holding. */
export function keepHolding(
  state: CallState,
  attempt: AttemptState,
  { content, nowMs }: { readonly content: boolean; readonly nowMs: number },
): CallStep {
  const more: AttemptState = { ...attempt, heldPieces: attempt.heldPieces + (content ? 1 : 0) }
  const next: CallState = { ...withAttempt(state, more), contentAtMs: content ? nowMs : state.contentAtMs }
  if (rivalOf(state, attempt) !== undefined || !isHeldEnough(next, more, nowMs))
    return { state: next, effects: [{ type: 'hold', attempt: attempt.number }] }
  const { state: committed, effects } = commitHeld(next, more)
  return { state: committed, effects: [...effects, { type: 'emit', attempt: attempt.number }] }
}

/** What is held wins against an attempt without content, and is delivered if it was held for long enough. */
export function onHoldBackTimer(state: CallState, nowMs: number): CallStep {
  const held = state.attempts.find((attempt) => attempt.status === 'held')
  if (held === undefined) return unchanged(state)
  const rival = rivalOf(state, held)
  if (rival === undefined) return release(state, held, nowMs)
  const { state: won, effects } = lose(state, rival)
  return after(effects, release(won, held, nowMs))
}

/** Delivers what is held, or holds it for as long as the caller wants. */
export function release(state: CallState, held: AttemptState, nowMs: number): CallStep {
  if (isHeldEnough(state, held, nowMs)) return commitHeld(state, held)
  const { holdBackMs } = state.rules
  const untilMs = (held.firstTokenAtMs ?? nowMs) + holdBackMs
  return { state, effects: holdBackMs > 0 ? [setTimer('hold-back', untilMs)] : [] }
}

function commitHeld(state: CallState, attempt: AttemptState): CallStep {
  return {
    state: withAttempt(state, { ...attempt, status: 'committed' }),
    effects: [clearTimer('hold-back'), { type: 'commit', attempt: attempt.number }],
  }
}

function isHeldEnough(
  { rules }: CallState,
  { firstTokenAtMs, heldPieces }: AttemptState,
  nowMs: number,
): boolean {
  const { holdBackMs, holdBackTokens } = rules
  if (!holdsBack(rules) || heldPieces > mostHeldPieces) return true
  if (holdBackTokens > 0 && heldPieces > holdBackTokens) return true
  return holdBackMs > 0 && nowMs >= (firstTokenAtMs ?? nowMs) + holdBackMs
}
