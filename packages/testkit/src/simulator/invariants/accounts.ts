import type { Pricing, TokenUsage } from '@nextbest/core'
import type { RouteAttempt, RouterEvent } from 'nextbest'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenAttempt, SeenCall } from '../seen-call.ts'
import { meaningOf } from './evidence.ts'

const costsAddUp: Rule = {
  number: 53,
  sentence:
    'A call costs what its attempts cost, and each is billed as reported, assumed by what came, or free',
}
const recordedOnce: Rule = {
  number: 58,
  sentence: 'Every attempt is recorded once, in order, and every call ends with one record',
}

const recordedTruly: Rule = {
  number: 63,
  sentence:
    'An attempt is recorded with the outcome that its upstream saw, or as cut off by a timer or the caller',
}

/** Records and money. */
export const accounts: RuleFamily = {
  rules: [costsAddUp, recordedOnce, recordedTruly],
  watch: (scene) => ({
    event(event, call) {
      const attempt = event.type === 'attempt-end' ? call?.attempts[event.attempt - 1] : undefined
      if (attempt === undefined || event.type !== 'attempt-end') return
      const { ending } = attempt.ledger
      if (isTrue(event, attempt)) return
      const told = `${event.outcome} ${event.failure?.kind ?? ''}`.trimEnd()
      scene.violated(recordedTruly, `attempt ${event.attempt} was ${ending} and is recorded as ${told}`, call)
    },
    terminal(call) {
      const gap = gapOf(call)
      if (gap !== undefined) return scene.violated(recordedOnce, gap, call)
      const fault = faultOf(call)
      if (fault !== undefined) scene.violated(costsAddUp, fault, call)
    },
  }),
}

/** Failures that only the router's own timers show. */
const silences: ReadonlySet<string> = new Set(['first-token-timeout', 'stalled', 'deadline-exceeded'])

function isTrue({ outcome, failure }: AttemptEnd, { ledger, call }: SeenAttempt): boolean {
  const silent = failure !== undefined && silences.has(failure.kind)
  // What comes at the deadline itself comes too late to be looked at.
  if (ledger.endedAtMs === call.deadlineAtMs && failure?.kind === 'deadline-exceeded') return true
  if (ledger.ending === 'cancelled') return outcome === 'cancelled' || (outcome === 'failed' && silent)
  return outcome === ledger.ending && !silent
}

function gapOf(call: SeenCall): string | undefined {
  const { route, attempts } = call
  if (route === undefined) return 'the caller was given no route'
  const recorded = route.attempts.map(({ endpoint }) => endpoint).join(', ')
  const seen = attempts.map(({ ledger }) => ledger.endpoint.id).join(', ')
  if (recorded !== seen)
    return `the route has ${recorded || 'nothing'}, the upstreams saw ${seen || 'nothing'}`
  const { attemptStarts, attemptEnds, callEnds } = call
  if (attemptStarts === attempts.length && attemptEnds === attempts.length && callEnds === 1) return undefined
  return `${attempts.length} attempts, ${attemptStarts} starts, ${attemptEnds} ends and ${callEnds} ends of the call`
}

function faultOf({ route, attempts, promptTokens = 0 }: SeenCall): string | undefined {
  let sum = 0
  for (const [i, recorded] of (route?.attempts ?? []).entries()) {
    const attempt = attempts[i]
    if (attempt === undefined) return undefined
    const expected = chargeOf(attempt, promptTokens)
    if (recorded.billing !== expected.billing || recorded.costNanoUsd !== expected.costNanoUsd) {
      return `attempt ${i + 1} is ${wordsOf(recorded)} instead of ${wordsOf(expected)}`
    }
    sum += expected.costNanoUsd
  }
  return route?.costNanoUsd === sum ? undefined : `it costs ${route?.costNanoUsd} instead of ${sum}`
}

type AttemptEnd = Extract<RouterEvent, { readonly type: 'attempt-end' }>

type Charge = Pick<RouteAttempt, 'billing' | 'costNanoUsd'>

function wordsOf({ billing, costNanoUsd }: Charge): string {
  return `${billing} ${costNanoUsd}`
}

function chargeOf({ ledger, call }: SeenAttempt, promptTokens: number): Charge {
  const { pricing } = ledger.endpoint
  if (ledger.usage !== undefined) return { billing: 'billed', costNanoUsd: costOf(pricing, ledger.usage) }
  const told = ledger.stream || ledger.ending === 'answered' ? ledger.pieces.join('').length : 0
  // What comes at the deadline itself comes too late to be looked at.
  const evidence = ledger.endedAtMs === call.deadlineAtMs ? undefined : ledger.evidence
  if (told === 0 && evidence !== undefined && meaningOf(evidence).free)
    return { billing: 'free', costNanoUsd: 0 }
  const usage = { promptTokens, completionTokens: Math.ceil(told / 4), cachedPromptTokens: 0 }
  return { billing: 'assumed', costNanoUsd: costOf(pricing, usage) }
}

/** In whole nano-dollars, rounded half up once. */
function costOf(
  pricing: Pricing,
  usage: Pick<TokenUsage, 'promptTokens' | 'completionTokens' | 'cachedPromptTokens'>,
): number {
  const { promptTokens, completionTokens, cachedPromptTokens } = usage
  const picoUsd =
    (promptTokens - cachedPromptTokens) * pricing.promptPicoUsd +
    cachedPromptTokens * (pricing.cacheReadPicoUsd ?? pricing.promptPicoUsd) +
    completionTokens * pricing.completionPicoUsd
  return Math.floor((picoUsd + 500) / 1_000) + (pricing.requestNanoUsd ?? 0)
}
