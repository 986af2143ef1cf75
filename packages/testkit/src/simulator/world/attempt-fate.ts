import type { Random } from '@nextbest/core'
import { hashedRandom } from '../../seeded-random.ts'
import { drawNormal } from './draw.ts'
import type { Condition, FailureMode } from './fault.ts'
import type { ProviderProfile } from './provider-profile.ts'
import type { WorldRequest } from './traffic.ts'

/** Luck of one attempt: drawn once, whatever the provider's state is when it arrives. */
export interface AttemptLuck {
  /** Uniform, 0..1: whether it fails by the provider's background rate, how, and whether a fault strikes it. */
  readonly background: number
  readonly mode: number
  readonly fault: number
  /** Share of the output after which a cut stream breaks off, 0.1..0.9. */
  readonly cutAt: number
  /** Multiplies the time to the first token without the prompt's: lognormal, median 1. */
  readonly ttft: number
  /** Multiplies all of the time to the first token: 6 for one attempt in a hundred. */
  readonly slow: number
  /** Multiplies the time per output token: lognormal, median 1. */
  readonly perToken: number
}

/** Which attempt it is. */
export interface AttemptKey {
  readonly seed: number
  /** Number of the request. */
  readonly request: number
  readonly provider: string
  /** Earlier attempts of this request on this provider. */
  readonly earlier: number
}

/** Spreads of times, as standard deviations of their logarithms, and how many attempts are how much slower than that. */
export const ttftSpread = 0.35
export const perTokenSpread = 0.15
export const slowShare = 0.01
export const slowFactor = 6

/**
 * Returns the luck of an attempt: a function of the key alone, so that every policy meets the same luck (common random numbers).
 * Spreads: hosted endpoints have a 95th percentile of TTFT of two to three medians.
 */
export function luckOf({ seed, request, provider, earlier }: AttemptKey): AttemptLuck {
  const random: Random = hashedRandom(seed, request, provider, earlier)
  return {
    background: random(),
    mode: random(),
    fault: random(),
    cutAt: 0.1 + 0.8 * random(),
    ttft: Math.exp(ttftSpread * drawNormal(random)),
    slow: random() < slowShare ? slowFactor : 1,
    perToken: Math.exp(perTokenSpread * drawNormal(random)),
  }
}

/** What becomes of an attempt that a provider has let in. */
export interface AttemptFate {
  readonly mode: FailureMode | 'answer'
  /** When the error or the first token comes, in ms after the arrival. */
  readonly firstMs: number
  readonly msPerToken: number
  /** Output tokens that come: all of the answer's unless it is cut. */
  readonly outputTokens: number
}

/** What decides the fate of an attempt beside its luck. */
export interface Meeting {
  readonly profile: ProviderProfile
  readonly condition: Condition
  readonly request: WorldRequest
  /** Prompt tokens that the provider has cached. */
  readonly cachedTokens: number
  /** Attempts under way at the provider, this one not included. */
  readonly inFlight: number
}

/** When an error answers, in ms. */
export const errorMs = 250

/** How background failures show. */
export const modeShares: Readonly<Record<FailureMode, number>> = { error: 0.6, hang: 0.2, cut: 0.2 }

/** Load from which a provider slows down, as a share of full, and how much. */
const congestedFrom = 0.6
const congestionSlope = 4

/**
 * Returns what becomes of an attempt: `TTFT = (base · luck + prompt / speed) · congestion · slow`, with
 * `congestion = 1 + 4 · max(0, in flight / full − 0.6)`; time per token grows by its square root.
 */
export function fateOf(luck: AttemptLuck, meeting: Meeting): AttemptFate {
  const { profile, condition, request } = meeting
  const congestion = congestionOf(meeting)
  const mode = modeOf(luck, profile, condition)
  const msPerToken =
    (1_000 / profile.outputTokensPerSecond) * luck.perToken * Math.sqrt(congestion) * condition.perTokenFactor
  const promptMs = promptMsOf(profile, request.promptTokens - meeting.cachedTokens)
  return {
    mode,
    firstMs:
      mode === 'error'
        ? errorMs
        : (profile.ttftMs * luck.ttft + promptMs) * congestion * luck.slow * condition.ttftFactor,
    msPerToken,
    outputTokens:
      mode === 'cut' ? Math.max(1, Math.floor(request.outputTokens * luck.cutAt)) : request.outputTokens,
  }
}

/** Returns when the last token of an attempt comes, in ms after the arrival. */
export function lastTokenMs({ firstMs, msPerToken, outputTokens }: AttemptFate): number {
  return firstMs + msPerToken * (outputTokens - 1)
}

function congestionOf({ profile, inFlight }: Meeting): number {
  return 1 + congestionSlope * Math.max(0, inFlight / profile.fullAt - congestedFrom)
}

function promptMsOf({ promptTokensPerMs, slowPrompts }: ProviderProfile, tokens: number): number {
  const factor = slowPrompts !== undefined && tokens > slowPrompts.aboveTokens ? slowPrompts.factor : 1
  return (tokens / promptTokensPerMs) * factor
}

function modeOf(luck: AttemptLuck, profile: ProviderProfile, condition: Condition): AttemptFate['mode'] {
  let below = 0
  for (const { share, mode } of condition.failing) {
    below += share
    if (luck.fault < below) return mode
  }
  if (luck.background >= profile.failureRate) return 'answer'
  if (luck.mode < modeShares.error) return 'error'
  return luck.mode < modeShares.error + modeShares.hang ? 'hang' : 'cut'
}
