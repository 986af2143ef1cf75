import { costNanoUsd, defineEndpoint, expectedCostUsd, indexUsd, rankingDefaults } from '@nextbest/core'
import type { Demand, Endpoint, Random } from '@nextbest/core'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import type { ReplayRecord } from '../../src/replay/index.ts'
import { endpointRecordOf } from '../../src/trace/call-record.ts'
import type { TraceAttempt, TraceCall, TraceCandidate } from '../../src/trace/index.ts'

export const model = 'author/model'
const usdPerSecond = 1e-3
const { failureUsd } = rankingDefaults

/** An endpoint of the known world. */
export interface KnownProvider {
  readonly endpoint: Endpoint
  readonly success: number
  readonly late: number
  readonly ttftMs: number
  readonly msPerToken: number
}

function provider(name: string, usd: number, traits: Omit<KnownProvider, 'endpoint'>): KnownProvider {
  const price = { prompt: usd, completion: 3 * usd }
  return { ...traits, endpoint: defineEndpoint({ provider: name, model, contextTokens: 128_000, price }) }
}

/** The cheapest one is slow and fails often; the fastest one is dear. */
export const providers: readonly KnownProvider[] = [
  provider('cheap', 0.5, { success: 0.85, late: 0.05, ttftMs: 900, msPerToken: 40 }),
  provider('middling', 1, { success: 0.98, late: 0.01, ttftMs: 500, msPerToken: 20 }),
  provider('fast', 4, { success: 0.99, late: 0.005, ttftMs: 200, msPerToken: 8 }),
]

/** What a call needs. */
interface Need {
  readonly promptTokens: number
  readonly outputTokens: number
}

function drawNeed(random: Random): Need {
  return { promptTokens: Math.round(100 + 3_000 * random()), outputTokens: Math.round(20 + 300 * random()) }
}

function demandOf({ promptTokens }: Need): Demand {
  return {
    model,
    promptTokens,
    promptTokensMax: promptTokens,
    expectedOutputTokens: 170,
    maxOutputTokens: undefined,
    choices: 1,
    parameters: [],
    inputModalities: ['text'],
    outputModalities: ['text'],
    images: 0,
    stream: true,
  }
}

/** One attempt on a provider. */
function attempt(
  one: KnownProvider,
  need: Need,
  { random, afterMs }: { random: Random; afterMs: number },
): TraceAttempt {
  const drawn = random()
  const ttftMs = one.ttftMs * (0.5 + random())
  const msPerToken = one.msPerToken * (0.8 + 0.4 * random())
  const end = drawn < one.success ? 'answered' : drawn < one.success + one.late ? 'late' : 'early'
  const tokens = end === 'answered' ? need.outputTokens : Math.ceil(need.outputTokens / 2)
  const usage = {
    promptTokens: need.promptTokens,
    completionTokens: end === 'early' ? 0 : tokens,
    cachedPromptTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'reported',
  } as const
  return {
    endpoint: one.endpoint.id,
    kind: 'plain',
    startedAfterMs: afterMs,
    durationMs: end === 'early' ? 400 : ttftMs + (tokens - 1) * msPerToken,
    firstTokenMs: end === 'early' ? undefined : ttftMs,
    outcome: end === 'answered' ? 'answered' : 'failed',
    failure: end === 'answered' ? undefined : end === 'early' ? 'server-error' : 'incomplete-answer',
    status: undefined,
    retryAfterMs: undefined,
    usage: end === 'answered' ? usage : undefined,
    billing: 'billed',
    costNanoUsd: costNanoUsd(one.endpoint.pricing, usage),
  }
}

/** What a router that knows the world sees of a provider; `belief` multiplies what it believes of the costs. */
function candidateOf(
  one: KnownProvider,
  demand: Demand,
  { probability, belief }: { probability: number; belief: number },
): TraceCandidate {
  const { promptTokens, expectedOutputTokens } = demand
  const priceUsd = expectedCostUsd(one.endpoint.pricing, {
    promptTokens,
    outputTokens: expectedOutputTokens,
    images: 0,
  })
  const promptUsd = expectedCostUsd(one.endpoint.pricing, { promptTokens, outputTokens: 0, images: 0 })
  const ttftMs = one.ttftMs * belief
  const msPerToken = one.msPerToken * belief
  const answerUsd = priceUsd + (usdPerSecond * (ttftMs + expectedOutputTokens * msPerToken)) / 1_000
  return {
    endpoint: one.endpoint.id,
    probability,
    success: one.success,
    early: 1 - one.success - one.late,
    late: one.late,
    answerUsd,
    earlyFailureUsd: (usdPerSecond * 400) / 1_000 + promptUsd,
    lateFailureUsd: answerUsd + failureUsd,
    priceUsd,
    cacheSavingUsd: 0,
    ttftMs,
    msPerToken,
    tier: 0,
    share: 1,
  }
}

export interface WorldOptions {
  readonly calls: number
  readonly seed: number
  /** Probability of each provider to be tried first. */
  readonly picks: readonly number[]
  /** What a router believes of the times is so many times the truth. Default: 1. */
  readonly belief?: number
}

/** Returns calls of the known world, as a router would have written them. After a failure the other providers are tried in turn. */
export function* worldCalls({ calls, seed, picks, belief = 1 }: WorldOptions): Generator<TraceCall> {
  const random = seededRandom(seed)
  for (let number = 0; number < calls; number += 1) {
    const need = drawNeed(random)
    const demand = demandOf(need)
    const first = pickOf(picks, random())
    const order = [first, ...providers.filter((one) => one !== first)]
    const attempts: TraceAttempt[] = []
    for (const one of order) {
      const last = attempts.at(-1)
      if (last !== undefined && (last.outcome === 'answered' || last.firstTokenMs !== undefined)) break
      const afterMs = last === undefined ? 0 : last.startedAfterMs + last.durationMs
      attempts.push(attempt(one, need, { random, afterMs }))
    }
    yield callOf({ atMs: number * 500, demand, attempts, order, picks, belief })
  }
}

function pickOf(picks: readonly number[], u: number): KnownProvider {
  let rest = u
  for (const [i, one] of providers.entries()) {
    rest -= picks[i] ?? 0
    if (rest < 0) return one
  }
  throw new Error('probabilities must add up to 1')
}

interface CallDraft {
  readonly atMs: number
  readonly demand: Demand
  readonly attempts: readonly TraceAttempt[]
  readonly order: readonly KnownProvider[]
  readonly picks: readonly number[]
  readonly belief: number
}

function callOf({ atMs, demand, attempts, order, picks, belief }: CallDraft): TraceCall {
  const last = attempts.at(-1)
  if (last === undefined) throw new Error('a call has an attempt')
  const candidates = providers.map((one, i) =>
    candidateOf(one, demand, { probability: picks[i] ?? 0, belief }),
  )
  const outcome =
    last.outcome === 'answered' ? 'answered' : last.firstTokenMs === undefined ? 'failed' : 'broken'
  return {
    type: 'call',
    atMs,
    demand,
    usdPerSecond,
    prescribed: false,
    timeoutMs: 600_000,
    maxAttempts: 3,
    panic: false,
    candidates: candidates.toSorted((one, other) => indexUsd(one) - indexUsd(other)),
    moreCandidates: 0,
    unavailable: [],
    exclusions: [],
    plan: order.map((one) => one.endpoint.id),
    attempts,
    outcome,
    reason: outcome === 'failed' ? 'all-failed' : undefined,
    durationMs: last.startedAfterMs + last.durationMs,
    firstTokenMs: last.firstTokenMs === undefined ? undefined : last.startedAfterMs + last.firstTokenMs,
    usage: last.usage,
    costNanoUsd: attempts.reduce((sum, one) => sum + one.costNanoUsd, 0),
  }
}

/** The trace of the known world, some records at a time. */
export async function* worldTrace(options: WorldOptions): AsyncGenerator<readonly ReplayRecord[]> {
  const { sharpness, explorationRate } = rankingDefaults
  yield [
    { type: 'header', major: 1, minor: 0, options: { failureUsd, sharpness, explorationRate } },
    ...providers.map((one) => endpointRecordOf(one.endpoint)),
  ]
  for (const call of worldCalls(options)) yield [call]
}

/** Means over calls of which each costs what it came to. */
export interface Truth {
  readonly lossUsd: number
  readonly costUsd: number
  readonly success: number
  readonly attempts: number
}

/** What calls come to in the known world, by many of them. */
export function truthOf(picks: readonly number[], seed: number): Truth {
  const calls = 100_000
  const sum = { lossUsd: 0, costUsd: 0, success: 0, attempts: 0 }
  for (const call of worldCalls({ calls, seed, picks })) {
    const costUsd = call.costNanoUsd / 1e9
    const answered = call.outcome === 'answered'
    sum.costUsd += costUsd
    sum.lossUsd += costUsd + (usdPerSecond * call.durationMs) / 1_000 + (answered ? 0 : failureUsd)
    sum.success += answered ? 1 : 0
    sum.attempts += call.attempts.length
  }
  return {
    lossUsd: sum.lossUsd / calls,
    costUsd: sum.costUsd / calls,
    success: sum.success / calls,
    attempts: sum.attempts / calls,
  }
}
