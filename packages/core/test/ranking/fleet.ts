import fc from 'fast-check'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { Demand } from '../../src/demand/demand.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import type { DecisionQuestion } from '../../src/ranking/decide.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import type { Breaker, BreakerState } from '../../src/signals/breaker.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'

/** An endpoint and the past that its signals are made of. */
export interface Past {
  readonly promptUsd: number
  readonly completionUsd: number
  readonly ttftMs: number
  readonly msPerToken: number
  readonly outcomes: readonly ('success' | 'early' | 'late')[]
  readonly breaker: BreakerState
}

export const steady: Past = {
  promptUsd: 0.5,
  completionUsd: 1.5,
  ttftMs: 400,
  msPerToken: 12,
  outcomes: ['success', 'success', 'success'],
  breaker: 'closed',
}

export const pasts: fc.Arbitrary<Past> = fc.record({
  promptUsd: fc.integer({ min: 1, max: 400 }).map((cents) => cents / 100),
  completionUsd: fc.integer({ min: 1, max: 1_200 }).map((cents) => cents / 100),
  ttftMs: fc.integer({ min: 50, max: 5_000 }),
  msPerToken: fc.integer({ min: 2, max: 80 }),
  outcomes: fc.array(fc.constantFrom('success', 'success', 'success', 'early', 'late'), { maxLength: 12 }),
  breaker: fc.constant('closed'),
})

/** Instant at which decisions are asked for; the pasts lie before it. */
export const nowMs = 100_000

export function knownEndpoint(id: string, past: Past): KnownEndpoint {
  const endpoint: Endpoint = {
    id: `${id}:author/model`,
    provider: id,
    tag: id,
    model: 'author/model',
    upstreamModel: 'model',
    limits: { contextTokens: 128_000 },
    capabilities: {
      parameters: new Set(['temperature']),
      inputModalities: new Set(['text']),
      outputModalities: new Set(['text']),
    },
    pricing: {
      promptPicoUsd: Math.round(past.promptUsd * 1e6),
      completionPicoUsd: Math.round(past.completionUsd * 1e6),
    },
    dataPolicy: { collectsData: false, zeroDataRetention: false },
  }
  const signals = new EndpointSignals({ limits: endpoint.limits })
  for (const [i, outcome] of past.outcomes.entries()) {
    const startedAtMs = nowMs - 50_000 + i * 1_000
    signals.attemptStarted(startedAtMs)
    const durationMs = past.ttftMs + 100 * past.msPerToken
    signals.attemptEnded(
      {
        outcome,
        weight: 1,
        promptTokens: 1_000,
        outputTokens: 101,
        durationMs,
        ...(outcome === 'early' ? {} : { ttftMs: past.ttftMs }),
      },
      // Not when it really ended: a slower past is to differ in its latencies only, not in the age of its outcomes.
      startedAtMs + 500,
    )
  }
  return { endpoint, signals, breaker: breakerIn(past.breaker) }
}

export function fleetOf(list: readonly Past[]): readonly KnownEndpoint[] {
  return list.map((past, i) => knownEndpoint(`provider-${i}`, past))
}

/** A breaker that stays as it is. */
function breakerIn(state: BreakerState): Breaker {
  const admits = state !== 'open'
  return {
    state,
    admits,
    openings: state === 'closed' ? 0 : 1,
    opensUntilMs: undefined,
    admitShare: () => 1,
    tryAcquire: () => (admits ? { generation: 0, probe: state === 'half-open' } : undefined),
    report: () => undefined,
    reportLateFailure: () => undefined,
    openedElsewhere: () => undefined,
    dispose: () => undefined,
  }
}

const demand: Demand = {
  model: 'author/model',
  promptTokens: 1_000,
  promptTokensMax: 1_300,
  expectedOutputTokens: 200,
  maxOutputTokens: undefined,
  choices: 1,
  parameters: [],
  inputModalities: ['text'],
  outputModalities: ['text'],
  images: 0,
  stream: true,
}

export function question(overrides: Partial<DecisionQuestion> = {}): DecisionQuestion {
  return {
    demand,
    preferences: {},
    maxAttempts: 3,
    nowMs,
    random: () => 0.5,
    options: rankingDefaults,
    ...overrides,
  }
}
