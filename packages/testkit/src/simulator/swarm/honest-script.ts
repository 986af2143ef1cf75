import type { TokenUsage } from '@nextbest/core'
import { drawNormal } from '../world/draw.ts'
import type { ArrivingAttempt, AttemptScript, AttemptStep } from '../attempt-script.ts'
import type { ProviderTraits } from './fleet.ts'
import { isSteady, outputTokensOf } from './planned-call.ts'

export interface HonestAnswer {
  readonly attempt: ArrivingAttempt
  readonly traits: ProviderTraits
  readonly random: () => number
  /** Number of the attempt in its call; mostly, attempts of one call answer in words of their own, so that mixing them shows. */
  readonly ordinal: number
  /** Multiplies all times. */
  readonly slowness: number
  /** Whether bad luck is possible: one attempt in a hundred is six times slower. */
  readonly mayBeUnlucky: boolean
}

const mostPieces = 5
const tokensPerPiece = 40
const voices = 'abcdefghijklmnop'
/** All pieces of content, made once, by voice and place. */
const pieceTexts = Array.from(voices, (voice) =>
  Array.from({ length: mostPieces }, (_, i) => `${voice}${i} words `),
)

const ttftSpread = 0.35
const perTokenSpread = 0.15
const slowShare = 0.01
const slowFactor = 6

/**
 * Returns what a provider does that is well: times are lognormal around its own, and beyond its capacity all are longer. Spreads: hosted endpoints have a 95th percentile of TTFT of two to three medians.
 */
export function honestScript(answer: HonestAnswer): AttemptScript {
  const { attempt, traits, ordinal } = answer
  const promptTokens = promptTokensOf(attempt)
  const outputTokens = outputTokensIn(attempt, promptTokens)
  const { ttftMs, msPerToken } = drawTimes(answer, promptTokens)
  const count = 1 + Math.min(mostPieces - 1, Math.floor(outputTokens / tokensPerPiece))
  const texts = pieceTexts[isSteady(attempt.request) ? 0 : ordinal % voices.length] ?? []
  const steps: AttemptStep[] = []
  if (traits.tellsLimits) steps.push(limitsHead(Math.round(ttftMs / 2), attempt))
  if (traits.sendsRole && attempt.stream) steps.push({ type: 'liveness', afterMs: Math.round(ttftMs * 0.8) })
  for (let i = 0; i < count; i++) {
    const afterMs = Math.round(ttftMs + (i / count) * outputTokens * msPerToken)
    steps.push({ type: 'content', afterMs, text: texts[i] ?? '' })
  }
  const usage = traits.reportsUsage ? usageOf(promptTokens, outputTokens) : undefined
  steps.push({ type: 'end', afterMs: Math.round(ttftMs + outputTokens * msPerToken), usage })
  return steps
}

function drawTimes(
  { traits, attempt, slowness, mayBeUnlucky, random }: HonestAnswer,
  promptTokens: number,
): { readonly ttftMs: number; readonly msPerToken: number } {
  const congestion = slowness * (1 + 4 * Math.max(0, attempt.inFlight / traits.fullAt - 0.6))
  const unlucky = mayBeUnlucky && random() < slowShare ? slowFactor : 1
  const baseMs = traits.ttftMs * Math.exp(ttftSpread * drawNormal(random))
  return {
    ttftMs: (baseMs + promptTokens / traits.promptTokensPerMs) * congestion * unlucky,
    msPerToken:
      (1_000 / traits.outputTokensPerSecond) *
      Math.exp(perTokenSpread * drawNormal(random)) *
      Math.sqrt(congestion),
  }
}

/** The answer that the request asks for, as far as the endpoint's limits let it go. */
function outputTokensIn({ request, endpoint }: ArrivingAttempt, promptTokens: number): number {
  const { contextTokens, maxOutputTokens = Infinity } = endpoint.limits
  const most = Math.min(maxOutputTokens, Math.max(1, contextTokens - promptTokens))
  return Math.min(most, outputTokensOf(request))
}

/** The provider's own count, which is not ours. */
function promptTokensOf({ request }: ArrivingAttempt): number {
  const characters = request.messages.reduce(
    (sum, { content }) => sum + (typeof content === 'string' ? content.length : 0),
    0,
  )
  return 5 + Math.ceil(characters / 4)
}

function usageOf(promptTokens: number, completionTokens: number): TokenUsage {
  return {
    promptTokens,
    completionTokens,
    cachedPromptTokens: promptTokens > 256 ? 256 : 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'reported',
  }
}

function limitsHead(afterMs: number, { endpoint, inFlight }: ArrivingAttempt): AttemptStep {
  const limit = endpoint.limits.requestsPerMinute ?? 1_000
  return {
    type: 'head',
    afterMs,
    status: 200,
    headers: {
      'x-ratelimit-limit-requests': String(limit),
      'x-ratelimit-remaining-requests': String(Math.max(0, limit - inFlight)),
      'x-ratelimit-reset-requests': '1s',
    },
  }
}
