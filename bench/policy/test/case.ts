// Hand-made cases: candidates with what a policy may look at, and a question.
import { defineEndpoint, EndpointSignals, rankingDefaults } from '@nextbest/core'
import type { Failure, PolicyEvent, PolicyQuestion, RoutingPolicy, ScoredEndpoint } from '@nextbest/core'

import type { Contender, Setting } from '../contender.ts'
import { objectives } from '../objective.ts'
import { createWorld, seededRandom } from '../testkit.ts'

const setting: Setting = {
  world: createWorld({ seed: 1, durationMs: 60_000 }),
  objective: objectives[0] ?? fail(),
  instances: 4,
  currentRequest: () => 0,
  requestsPerMinute: new Map([
    ['a', 600],
    ['b', 300],
    ['c', 100],
  ]),
}

function fail(): never {
  throw new Error('there is no objective')
}

/** Returns one instance of a contender's policy. */
export function policyOf(contender: Contender, over: Partial<Setting> = {}): RoutingPolicy {
  const policy = contender.create({ ...setting, ...over })
  if (policy === undefined) throw new Error(`${contender.name} has no policy of its own`)
  return policy
}

export interface CandidateOptions {
  readonly priceUsd?: number
  readonly ttftMs?: number
  readonly msPerToken?: number
  /** Attempts under way. */
  readonly inFlight?: number
}

/** Returns a candidate of which nothing is known but what is given. */
export function candidate(provider: string, options: CandidateOptions = {}): ScoredEndpoint {
  const { priceUsd = 1, ttftMs = 100, msPerToken = 10, inFlight = 0 } = options
  const price = { prompt: 1, completion: 1 }
  const endpoint = defineEndpoint({ provider, model: 'm/m', contextTokens: 1_000, price })
  const signals = new EndpointSignals({ limits: {} })
  for (let attempt = 0; attempt < inFlight; attempt += 1) signals.attemptStarted(0)
  return {
    known: { endpoint, signals, breaker: admittingBreaker },
    parts: { success: 1, early: 0, late: 0, answerUsd: 1, earlyFailureUsd: 1, lateFailureUsd: 1 },
    early: 0,
    attemptUsd: priceUsd,
    indexUsd: priceUsd,
    ttftMs,
    msPerToken,
    priceUsd,
    cacheSavingUsd: 0,
    share: 1,
    tier: 0,
  }
}

const admittingBreaker: ScoredEndpoint['known']['breaker'] = {
  state: 'closed',
  admits: true,
  openings: 0,
  opensUntilMs: undefined,
  admitShare: () => 1,
  tryAcquire: () => ({ generation: 0, probe: false }),
  report: () => undefined,
  reportLateFailure: () => undefined,
  openedElsewhere: () => undefined,
  dispose: () => undefined,
}

/** Returns a question at an instant, with randomness of its own. */
function question(nowMs = 0, random = seededRandom(1)): PolicyQuestion {
  return {
    demand: {
      model: 'm/m',
      promptTokens: 100,
      promptTokensMax: 200,
      expectedOutputTokens: 100,
      maxOutputTokens: undefined,
      choices: 1,
      parameters: [],
      inputModalities: ['text'],
      outputModalities: ['text'],
      images: 0,
      stream: true,
    },
    preferences: {},
    maxAttempts: 3,
    nowMs,
    random,
    options: rankingDefaults,
  }
}

/** Names of the providers in the order in which the policy would try them. */
export function orderOf(policy: RoutingPolicy, candidates: readonly ScoredEndpoint[], nowMs = 0): string[] {
  return policy.order(candidates, question(nowMs)).endpoints.map((one) => one.known.endpoint.provider)
}

/** How often each provider goes first in so many draws, as a share. */
export function firstShares(
  policy: RoutingPolicy,
  candidates: readonly ScoredEndpoint[],
  nowMs = 0,
): Readonly<Record<string, number>> {
  const draws = 20_000
  const random = seededRandom(2)
  const shares: Record<string, number> = {}
  for (let draw = 0; draw < draws; draw += 1) {
    const first = policy.order(candidates, question(nowMs, random)).endpoints[0]?.known.endpoint.provider
    if (first !== undefined) shares[first] = (shares[first] ?? 0) + 1 / draws
  }
  return shares
}

/** Tells a policy of an attempt that is over. */
export function tell(
  policy: RoutingPolicy,
  { known }: ScoredEndpoint,
  over: Partial<Extract<PolicyEvent, { readonly type: 'attempt-ended' }>> = {},
): void {
  policy.observe?.({
    type: 'attempt-ended',
    endpoint: known.endpoint,
    nowMs: 0,
    outcome: over.failure === undefined ? 'success' : 'early',
    failure: undefined,
    promptTokens: 100,
    outputTokens: 100,
    ttftMs: 500,
    durationMs: 2_000,
    ...over,
  })
}

export const serverError: Failure = { kind: 'server-error', status: 500, message: 'status 500' }

export function rateLimited(retryAfterMs?: number): Failure {
  return {
    kind: 'rate-limited',
    status: 429,
    message: 'status 429',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
