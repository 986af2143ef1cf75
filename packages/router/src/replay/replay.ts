import { rankingDefaults } from '@nextbest/core'
import type { Endpoint, RankingOptions } from '@nextbest/core'
import { outcomePriorDefaults } from './draw-outcome.ts'
import type { OutcomePrior } from './draw-outcome.ts'
import { OutcomeModels } from './outcome-models.ts'
import { Play } from './play.ts'
import { CallOrder, irrelevance } from './replay-call.ts'
import type { ReplayCall, ReplayRecord } from './replay-call.ts'
import type { ReplayPolicy } from './replay-policy.ts'
import type { ReplayReport } from './replay-report.ts'

/** Endpoints that a trace may have: what is known of each takes some KB under each policy. */
const mostEndpoints = 4_096

export interface ReplayOptions {
  /** Reads the trace from its beginning, some records at a time. Asked twice: first to learn from it, then to play it. */
  readonly source: () => AsyncIterable<readonly ReplayRecord[]>
  readonly policies: readonly ReplayPolicy[]
  /** Everything random follows from it. Any safe integer. Default: 1. */
  readonly seed?: number
  /** Endpoints beside those that the trace describes; of two with one id these count, with their prices and limits. Default: none. */
  readonly endpoints?: readonly Endpoint[]
  /** Returns what is believed of an endpoint where the trace shows nothing. Default: `outcomePriorDefaults`. */
  readonly priorOf?: (endpoint: Endpoint) => OutcomePrior
}

/**
 * Judges policies by a trace, in memory that does not grow with it: from the calls whose pick they would have made, and by
 * playing all calls again in a model of each endpoint. See docs/traces.md.
 *
 * @throws RangeError when an option is out of range, an endpoint is not described, or there are too many.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { policies, source, seed = 1, priorOf = () => outcomePriorDefaults } = options
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a safe integer, got ${seed}`)
  const survey = await surveyOf(options)
  const play = new Play({ ...survey, policies, seed, priorOf })
  const late = await forEachCall(source(), { call: (call) => play.add(call) })
  return play.report(late)
}

/** What the first reading shows. */
interface Survey {
  /** By id. */
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly models: OutcomeModels
  readonly ranking: RankingOptions
}

async function surveyOf({ source, endpoints = [] }: ReplayOptions): Promise<Survey> {
  const described = new Map<string, Endpoint>()
  const models = new OutcomeModels()
  let ranking = rankingDefaults
  await forEachCall(source(), {
    call: (call) => (irrelevance(call) === undefined ? models.learn(call) : undefined),
    other: (record) => {
      if (record.type === 'header') ranking = { ...rankingDefaults, ...record.options }
      if (record.type === 'endpoint') described.set(record.endpoint.id, record.endpoint)
      if (described.size > mostEndpoints) {
        throw new RangeError(`a trace must have at most ${mostEndpoints} endpoints`)
      }
    },
  })
  for (const endpoint of endpoints) described.set(endpoint.id, endpoint)
  return { endpoints: described, models, ranking }
}

interface RecordEars {
  /** Hears of calls in the order of their starts. */
  call(call: ReplayCall): void
  /** Hears of the other records as they come. */
  other?(record: ReplayRecord): void
}

/** Returns how many calls could not be told in their order. */
async function forEachCall(
  records: AsyncIterable<readonly ReplayRecord[]>,
  ears: RecordEars,
): Promise<number> {
  const order = new CallOrder()
  for await (const batch of records) {
    for (const record of batch) {
      if (record.type === 'header') order.beginSegment()
      const call = record.type === 'call' || record.type === 'demand' ? order.add(record) : undefined
      if (call !== undefined) ears.call(call)
      ears.other?.(record)
    }
  }
  for (const call of order.rest()) ears.call(call)
  return order.late
}
