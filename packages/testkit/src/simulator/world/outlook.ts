import {
  errorMs,
  fateOf,
  modeShares,
  perTokenSpread,
  slowFactor,
  slowShare,
  ttftSpread,
} from './attempt-fate.ts'
import type { AttemptLuck, Meeting } from './attempt-fate.ts'
import type { FailureMode } from './fault.ts'

/** What is to be expected of an attempt by who knows the world, but not its luck. */
export interface Outlook {
  /** Probability of each way to end; their sum is 1. */
  readonly rates: Readonly<Record<FailureMode | 'answer', number>>
  /** Mean time to the first token, in ms. */
  readonly firstMs: number
  /** Mean time per output token, in ms. */
  readonly msPerToken: number
  /** When an error answers, in ms. */
  readonly errorMs: number
}

/** Mean of a lognormal variable of median 1: e^(σ² / 2), of the slow attempts and of those that are not. */
const meanLuck: AttemptLuck = {
  background: 1,
  mode: 0,
  fault: 1,
  cutAt: 0.5,
  ttft: Math.exp(ttftSpread ** 2 / 2),
  slow: 1 + slowShare * (slowFactor - 1),
  perToken: Math.exp(perTokenSpread ** 2 / 2),
}

/** Returns what is to be expected of an attempt: the fate that mean luck brings, and how likely each other one is. */
export function outlookOf(meeting: Meeting): Outlook {
  const { profile, condition } = meeting
  const { firstMs, msPerToken } = fateOf(meanLuck, meeting)
  const struck = { error: 0, hang: 0, cut: 0 }
  let left = 1
  for (const { share, mode } of condition.failing) {
    const strikes = Math.min(share, left)
    struck[mode] += strikes
    left -= strikes
  }
  const background = left * profile.failureRate
  const error = struck.error + background * modeShares.error
  const hang = struck.hang + background * modeShares.hang
  const cut = struck.cut + background * modeShares.cut
  return { rates: { answer: 1 - error - hang - cut, error, hang, cut }, firstMs, msPerToken, errorMs }
}
