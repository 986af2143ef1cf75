import type { Demand } from '../demand/demand.ts'
import type { KnownEndpoint } from './candidate.ts'
import type { TrackRecord } from './demotion.ts'
import type { MeasuredPercentiles, MeasuredSpeed, PreferredSpeed } from './preferred-speed.ts'

/** What is asked of the past of endpoints. */
export interface TrackRecordQuestion {
  readonly demand: Pick<Demand, 'promptTokens' | 'parameters'>
  readonly preferences: PreferredSpeed
  readonly nowMs: number
}

/** Requests whose answers can be valid or not. */
const checkedParameters: readonly string[] = ['tools', 'response_format', 'structured_outputs']

/** Whether the answer to a demand can be valid or not: it asks for tool calls or JSON. */
export function isChecked({ parameters }: Pick<Demand, 'parameters'>): boolean {
  return parameters.some((parameter) => checkedParameters.includes(parameter))
}

/** Returns what an endpoint may be demoted by. */
export function trackRecordOf({ signals }: KnownEndpoint, question: TrackRecordQuestion): TrackRecord {
  const { demand, nowMs } = question
  const { quality } = signals
  const samples = signals.latencySamples(demand.promptTokens, nowMs)
  return {
    validRate: quality.validRate,
    validSamples: isChecked(demand) ? quality.samples(nowMs) : 0,
    ...measuredSpeed(signals, question, samples),
  }
}

/** Quantiles cost more than all else here, so they are read only where the caller has a preference. */
function measuredSpeed(
  signals: KnownEndpoint['signals'],
  { demand, preferences, nowMs }: TrackRecordQuestion,
  samples: { readonly ttft: number; readonly perToken: number },
): MeasuredSpeed {
  const { promptTokens } = demand
  const ttftMs = (q: number): number => signals.ttftQuantileMs(q, promptTokens, nowMs)
  const tokensPerSecond = (q: number): number => 1_000 / signals.msPerTokenQuantile(q, promptTokens, nowMs)
  return {
    ...(preferences.preferredMaxLatency !== undefined && { ttftMs: measured(ttftMs, samples.ttft) }),
    ...(preferences.preferredMinThroughput !== undefined && {
      tokensPerSecond: measured(tokensPerSecond, samples.perToken),
    }),
  }
}

function measured(quantile: (q: number) => number, samples: number): MeasuredPercentiles {
  return { p50: quantile(0.5), p75: quantile(0.75), p90: quantile(0.9), p99: quantile(0.99), samples }
}
