import type { Random } from '@nextbest/core'
import { codeGapsMs, codePausesMs } from './azure-2023.ts'
import { drawExponential, drawGamma, quantileOf } from './draw.ts'

/** Returns the time from one request to the next, in ms. Each call is the next gap of one stream of arrivals. */
export type Arrivals = () => number

/** Chat: 5.53 requests per second, gamma gaps, and a rate that is a quarter higher or lower for minutes at a time. */
const chatGapMs = 1_000 / 5.53
const chatShape = 0.87
const chatSwing = 0.23
const chatPhaseMs = 450_000

/**
 * Returns arrivals of people who chat: a gamma renewal process whose rate is modulated by two slow phases. Source: shape and
 * mean of the Azure 2023 trace; swing and phases such that counts of 1 s and 60 s vary as there.
 */
export function chatArrivals(random: Random): Arrivals {
  let high = random() < 0.5
  let phaseMs = drawExponential(chatPhaseMs, random)
  return () => {
    let workMs = drawGamma(chatShape, random) * chatGapMs
    let gapMs = 0
    // A gap that reaches into the next phase goes on at that phase's pace.
    for (;;) {
      const pace = high ? 1 + chatSwing : 1 - chatSwing
      if (workMs <= phaseMs * pace) {
        phaseMs -= workMs / pace
        return gapMs + workMs / pace
      }
      workMs -= phaseMs * pace
      gapMs += phaseMs
      high = !high
      phaseMs = drawExponential(chatPhaseMs, random)
    }
  }
}

/** A kind of burst: how its gaps compare with the average, and how likely each request is its last. */
interface BurstKind {
  readonly stretch: number
  readonly lastShare: number
}

const fastBurst: BurstKind = { stretch: 0.6, lastShare: 0.0237 }
const slowBurst: BurstKind = { stretch: 1.667, lastShare: 0.0592 }
const fastShare = 0.4

/**
 * Returns arrivals of editors that ask for code: 2.57 requests per second on average, in bursts of dozens with pauses of up to
 * minutes. Gaps within and between bursts are those of the Azure 2023 trace; two kinds of bursts, long fast ones and short
 * slow ones, such that counts of 1 s and 60 s vary as there.
 */
export function codeArrivals(random: Random): Arrivals {
  let burst = nextBurst(random)
  return () => {
    if (random() >= burst.lastShare) return quantileOf(codeGapsMs, random()) * burst.stretch
    burst = nextBurst(random)
    return quantileOf(codePausesMs, random())
  }
}

function nextBurst(random: Random): BurstKind {
  return random() < fastShare ? fastBurst : slowBurst
}
