import { missedSpeed, unknownSpeed } from './preferred-speed.ts'
import type { MeasuredSpeed, PreferredSpeed } from './preferred-speed.ts'
import { robustCut } from './robust-cut.ts'

/**
 * What an endpoint is demoted by. Samples are decayed numbers of recent values, at least 0; where there are too few, the
 * number beside them does not count.
 */
export interface TrackRecord extends MeasuredSpeed {
  /** Share of the tool calls and JSON answers that were valid, 0..1. */
  readonly validRate: number
  /** 0 for a request that asks for neither: then it does not matter. */
  readonly validSamples: number
}

/** 0: nothing is known against it. 1: too little is known for the caller's preferences. 2: demoted. */
export type Tier = 0 | 1 | 2

/** An endpoint's tier, and what put it there, in words. */
export interface Demotion {
  readonly tier: Tier
  /** Absent in tier 0. */
  readonly reason?: string
}

/**
 * Numbers of a demotion: choice, but for the standard deviations and the 100 answers, which are those of OpenRouter's Auto
 * Exacto. The least deviation, 0.02 of the valid share, is what chance does to 100 answers of which 96 are valid.
 */
const minValidSamples = 100
const validCut = { deviations: -2, leastDeviation: 0.02 }

const undemoted: Demotion = Object.freeze({ tier: 0 })

/**
 * Returns the tier of each endpoint, in the order given. A tier only says who is tried later: nothing is excluded.
 *
 * Demoted is who gives invalid tool calls or JSON far more often than its peers (2 robust standard deviations below the
 * median of at least four), or who misses a cut-off of the caller's. Who is slow, or slower than it was, is not: the index has
 * that as money already, and to count it twice cost more than half of what routing loses (measured). The evidence fades when
 * there are no new answers, so a demotion ends by itself.
 */
export function demotionsOf(records: readonly TrackRecord[], preferred: PreferredSpeed): readonly Demotion[] {
  const validCutOff = validCutOffOf(records)
  return records.map((record) => {
    const demoted = invalidAnswers(record, validCutOff) ?? missedSpeed(record, preferred)
    if (demoted !== undefined) return { tier: 2, reason: demoted }
    const unknown = unknownSpeed(record, preferred)
    return unknown === undefined ? undemoted : { tier: 1, reason: unknown }
  })
}

function validCutOffOf(records: readonly TrackRecord[]): number {
  const known = records.filter((one) => one.validSamples >= minValidSamples)
  return (
    robustCut(
      known.map((one) => one.validRate),
      validCut,
    ) ?? 0
  )
}

function invalidAnswers({ validRate, validSamples }: TrackRecord, cut: number): string | undefined {
  if (validSamples < minValidSamples || validRate >= cut) return undefined
  return `only ${percent(validRate)} of its tool calls and JSON answers are valid, its peers' cut-off is ${percent(cut)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
