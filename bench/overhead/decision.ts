// What one decision costs: nanoseconds for 5, 30, 300 and 3,000 endpoints, beside a plain filter-map-sort over objects
// as the yardstick of the machine. Runs in a process of its own and answers `decisions`.
import { decide, defineEndpoint, EndpointSignals, rankingDefaults } from '@nextbest/core'
import type { Breaker, Demand, KnownEndpoint, Random } from '@nextbest/core'

import { model } from './conversation.ts'
import { answerQuestions } from './questions.ts'
import { spread, type Spread } from './statistics.ts'

/** What the runner asks. */
export interface DecisionQuestion {
  readonly id: number
  readonly kind: 'decisions'
  readonly endpoints: number
  /** Batches to take the median of. */
  readonly batches: number
}

/** What a decision costs, in nanoseconds. */
export interface DecisionCost {
  readonly decideNs: Spread
  readonly yardstickNs: Spread
  /** Bytes that one decision allocates on V8's heap. */
  readonly decideBytes: number
  readonly yardstickBytes: number
  /** What recording the outcome of one attempt costs, in nanoseconds; the same for any number of endpoints. */
  readonly recordNs: Spread
}

/** Makes one decision and returns something that depends on it. `turn` counts the decisions. */
type Decide = (turn: number) => number

const batchMs = 5
const warmUpMs = 1000

/** Results go here, so that no decision can be optimised away. */
let sink = 0

answerQuestions<DecisionQuestion>({
  decisions: ({ endpoints, batches }): DecisionCost => ({
    decideNs: measure(coreDecision(endpoints), batches),
    yardstickNs: measure(filterMapSort(endpoints), batches),
    decideBytes: heapBytes(coreDecision(endpoints)),
    yardstickBytes: heapBytes(filterMapSort(endpoints)),
    recordNs: measure(recordedOutcome(), batches),
  }),
})

/** Heap bytes per decision: the median of short runs, so that few of them meet a garbage collection. */
function heapBytes(decide: Decide): number {
  const runs = Array.from({ length: 101 }, (_, run) => {
    const before = process.memoryUsage().heapUsed
    for (let turn = 0; turn < 10; turn += 1) sink += decide(run * 10 + turn)
    return (process.memoryUsage().heapUsed - before) / 10
  })
  return spread(runs).median
}

/** A streamed answer and, now and then, a failure, told to the signals of one endpoint. */
function recordedOutcome(): Decide {
  const signals = new EndpointSignals({ limits: {} })
  return (turn) => {
    const ttftMs = 300 + (turn % 37) * 10
    const report = {
      weight: 1,
      promptTokens: 500 + (turn % 100),
      outputTokens: 200,
      durationMs: ttftMs + 4_000,
    }
    signals.attemptEnded({ ...report, outcome: turn % 50 === 0 ? 'early' : 'success', ttftMs }, turn * 3)
    return signals.expectedDetectMs
  }
}

/** Nanoseconds per decision: warm-up, then batches of at least 5 ms, median of them. */
function measure(decide: Decide, batches: number): Spread {
  const size = batchSize(decide)
  return spread(Array.from({ length: batches }, () => batchNs(decide, size)))
}

/** Warms up in batches that double until they are long enough to time; returns their size. */
function batchSize(decide: Decide): number {
  const startedAtMs = performance.now()
  let size = 1
  while (performance.now() - startedAtMs < warmUpMs) {
    if (batchNs(decide, size) * size < batchMs * 1e6) size *= 2
  }
  return size
}

function batchNs(decide: Decide, size: number): number {
  const startedAt = process.hrtime.bigint()
  for (let turn = 0; turn < size; turn += 1) sink += decide(turn)
  const elapsedNs = Number(process.hrtime.bigint() - startedAt)
  if (!Number.isFinite(sink)) throw new Error('a decision gave no number')
  return elapsedNs / size
}

/** The yardstick: what most routers do. */
function filterMapSort(count: number): Decide {
  const endpoints = Array.from({ length: count }, (_, index) => ({
    id: `provider-${index}`,
    contextTokens: 32_000 + (index % 7) * 16_000,
    price: 1 + (index % 11),
    success: 0.99 - (index % 5) * 0.01,
    ttftMs: 200 + (index % 13) * 40,
  }))
  return (turn) => {
    const promptTokens = 1000 + (turn % 100)
    const ranked = endpoints
      .filter((endpoint) => endpoint.contextTokens > promptTokens)
      .map((endpoint) => ({
        endpoint,
        score: (endpoint.price * promptTokens + endpoint.ttftMs) / endpoint.success,
      }))
      .sort((one, other) => one.score - other.score)
    return ranked[0]?.score ?? 0
  }
}

/** Core's own decision: eligibility, index, first pick, plan with its timeouts, over endpoints that have a history. */
function coreDecision(count: number): Decide {
  const endpoints = Array.from({ length: count }, (_, index) => knownEndpoint(index))
  const random = linearCongruential(count)
  return (turn) => {
    const question = {
      demand: { ...demand, promptTokens: 500 + (turn % 100), promptTokensMax: 900 + (turn % 100) },
      preferences: {},
      maxAttempts: 3,
      nowMs: historyMs + turn * 0.01,
      random,
      options: rankingDefaults,
    }
    return decide(endpoints, question).plan.length
  }
}

const demand: Demand = {
  model,
  promptTokens: 500,
  promptTokensMax: 900,
  expectedOutputTokens: 200,
  maxOutputTokens: 1_000,
  choices: 1,
  parameters: ['max_tokens', 'temperature'],
  inputModalities: ['text'],
  outputModalities: ['text'],
  images: 0,
  stream: true,
}

/** Every endpoint has answered 50 times, at its own speed. */
function knownEndpoint(index: number): KnownEndpoint {
  const endpoint = defineEndpoint({
    provider: `provider-${index}`,
    model,
    contextTokens: 128_000,
    price: { prompt: (5 + (index % 11)) / 10, completion: (10 + (index % 7)) / 10 },
  })
  const signals = new EndpointSignals({ limits: {} })
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const nowMs = (attempt * historyMs) / 50
    const ttftMs = 200 + (index % 13) * 40 + (attempt % 10) * 20
    signals.attemptStarted(nowMs)
    const outcome = attempt % (20 + (index % 5)) === 19 ? 'early' : 'success'
    signals.attemptEnded(
      { outcome, weight: 1, promptTokens: 500, outputTokens: 200, ttftMs, durationMs: ttftMs + 4000 },
      nowMs,
    )
  }
  return { endpoint, signals, breaker: closedBreaker }
}

const historyMs = 60_000

const closedBreaker: Breaker = {
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

/** The same numbers in every run. Source: Numerical Recipes' quick generator. */
function linearCongruential(seed: number): Random {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
