// The figures of one run.
import { faultResponse, sharesOverTime } from './fault-response.ts'
import type { FaultResponse } from './fault-response.ts'
import type { Objective } from './objective.ts'
import type { RunLog } from './run-log.ts'
import { percentilesOf } from './statistics.ts'
import type { Percentiles } from './statistics.ts'
import type { AttemptRecord } from './testkit.ts'

/** What one run showed. Shares are 0..1. */
export interface RunResult extends FaultResponse {
  readonly scenario: string
  readonly policy: string
  readonly objective: Objective['name']
  readonly seed: number
  readonly requests: number
  /** Mean loss of a request, in US dollars: money + v · seconds + penalty of a failure. */
  readonly lossUsd: number
  readonly success: number
  readonly firstAttemptSuccess: number
  /** Requests whose answer began and broke off. */
  readonly broken: number
  readonly ttftMs: Percentiles
  readonly completionMs: Percentiles
  /** Of requests that took more than one attempt. */
  readonly failedOverTtftMs: Percentiles
  readonly failedOverCompletionMs: Percentiles
  readonly meanSeconds: number
  /** First token within 2 s and answer within 2 · (0.5 + tokens / 50) s. */
  readonly goodput: number
  readonly usdPer1000: number
  /** Share of the money that went to attempts without a whole answer. */
  readonly wasted: number
  readonly attemptsPerRequest: number
  /** Attempts that were refused with a 429. */
  readonly refused: number
  /** Share of the first attempts, by provider. */
  readonly shares: Readonly<Record<string, number>>
  readonly mostInFlight: Readonly<Record<string, number>>
  /** From the request to its first attempt, checks and decision included, in µs. */
  readonly decisionUs: { readonly p50: number; readonly p99: number }
  /** Share of the first attempts in each minute, by provider; null where there were too few. */
  readonly timeline: Readonly<Record<string, readonly (number | null)[]>>
}

const goodTtftMs = 2_000
const timelineMs = 60_000

export function metricsOf(log: RunLog): RunResult {
  const { requests } = log
  const count = requests.length
  const first = firstAttempts(log)
  const numbers = requests.map((_, number) => number)
  const answered = numbers.filter((number) => log.answered[number] === 1)
  const failedOver = answered.filter((number) => (log.attemptCount[number] ?? 0) > 1)
  const paidUsd = sum(log.attempts.map((one) => one.billedUsd))
  const wastedUsd = sum(log.attempts.filter((one) => one.result !== 'answer').map((one) => one.billedUsd))
  const decision = percentilesOf(log.decisionMs)
  const names = log.providers.map(({ profile }) => profile.name)
  return {
    scenario: log.scenario.name,
    policy: log.contender.name,
    objective: log.objective.name,
    seed: log.seed,
    requests: count,
    lossUsd: sum(numbers.map((number) => log.lossUsdOf(number))) / count,
    success: answered.length / count,
    firstAttemptSuccess: first.filter((one) => one.result === 'answer').length / count,
    broken:
      numbers.filter((number) => log.answered[number] === 0 && !Number.isNaN(log.firstTokenMs[number]))
        .length / count,
    ttftMs: percentilesOf(log.firstTokenMs),
    completionMs: percentilesOf(at(log.durationMs, answered)),
    failedOverTtftMs: percentilesOf(at(log.firstTokenMs, failedOver)),
    failedOverCompletionMs: percentilesOf(at(log.durationMs, failedOver)),
    meanSeconds: sum([...log.durationMs]) / count / 1_000,
    goodput: answered.filter((number) => isGood(log, number)).length / count,
    usdPer1000: (paidUsd / count) * 1_000,
    wasted: wastedUsd / paidUsd,
    attemptsPerRequest: log.attempts.length / count,
    refused: log.attempts.filter((one) => one.result === 'refused').length,
    shares: byName(names, (name) => first.filter((one) => one.provider === name).length / first.length),
    mostInFlight: Object.fromEntries(log.providers.map((one) => [one.profile.name, one.mostInFlight])),
    decisionUs: { p50: decision.p50 * 1_000, p99: decision.p99 * 1_000 },
    timeline: byName(names, (name) =>
      sharesOverTime(first, new Set([name]), timelineMs).map((share) => (Number.isNaN(share) ? null : share)),
    ),
    ...faultResponse(log, first),
  }
}

/** The earliest attempt of each request that had one. */
function firstAttempts({ attempts }: RunLog): readonly AttemptRecord[] {
  const first: AttemptRecord[] = []
  for (const attempt of attempts) {
    const known = first[attempt.request]
    if (known === undefined || attempt.startedAtMs < known.startedAtMs) first[attempt.request] = attempt
  }
  return first.filter((one) => one !== undefined)
}

function isGood(log: RunLog, number: number): boolean {
  const ttftMs = log.firstTokenMs[number] ?? Infinity
  const durationMs = log.durationMs[number] ?? Infinity
  const tokens = log.requests[number]?.outputTokens ?? 0
  return ttftMs <= goodTtftMs && durationMs <= 2_000 * (0.5 + tokens / 50)
}

function byName<Value>(names: readonly string[], valueOf: (name: string) => Value): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]))
}

function at(values: Float64Array, places: readonly number[]): number[] {
  return places.map((place) => values[place] ?? Number.NaN)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
