/** A number for each of some percentiles: what so many of a hundred answers reach, or do better than. */
export interface Percentiles {
  readonly p50?: number
  readonly p75?: number
  readonly p90?: number
  readonly p99?: number
}

/** The speed that a caller would like. All cut-offs given count; a bare number is one for `p50`. */
export interface PreferredSpeed {
  /** Longest time to the first token, in seconds, inclusive. Default: none. */
  readonly preferredMaxLatency?: number | Percentiles
  /** Fewest output tokens per second once the first has come, inclusive. Default: none. */
  readonly preferredMinThroughput?: number | Percentiles
}

/** What was measured in the last minutes at each percentile. */
export interface MeasuredPercentiles extends Required<Percentiles> {
  /** Decayed number of values behind it, at least 0. */
  readonly samples: number
}

/** The recent speed of an endpoint for such a prompt. What is absent is unknown. */
export interface MeasuredSpeed {
  /** Times to the first token, in ms. */
  readonly ttftMs?: MeasuredPercentiles
  /** Output tokens per second once the first has come; the higher the percentile, the fewer. */
  readonly tokensPerSecond?: MeasuredPercentiles
}

const percentiles = ['p50', 'p75', 'p90', 'p99'] as const

/** With fewer values, speed is unknown. An answer a minute is enough at a half-life of 5 min. Source: choice. */
const minSamples = 5

/** Returns which cut-off an endpoint whose speed is known misses, in words, or nothing. */
export function missedSpeed(speed: MeasuredSpeed, preferred: PreferredSpeed): string | undefined {
  return missedLatency(speed, preferred) ?? missedThroughput(speed, preferred)
}

/** Returns what is unknown of an endpoint that the caller has a preference for, in words, or nothing. */
export function unknownSpeed(
  { ttftMs, tokensPerSecond }: MeasuredSpeed,
  { preferredMaxLatency, preferredMinThroughput }: PreferredSpeed,
): string | undefined {
  if (hasCutoff(preferredMaxLatency) && !isKnown(ttftMs)) return 'too few recent answers to know its latency'
  if (hasCutoff(preferredMinThroughput) && !isKnown(tokensPerSecond)) {
    return 'too few recent answers to know its throughput'
  }
  return undefined
}

function missedLatency(
  { ttftMs }: MeasuredSpeed,
  { preferredMaxLatency }: PreferredSpeed,
): string | undefined {
  if (preferredMaxLatency === undefined || !isKnown(ttftMs)) return undefined
  const cutoffs = percentilesOf(preferredMaxLatency)
  const missed = percentiles.find((at) => ttftMs[at] / 1_000 > (cutoffs[at] ?? Infinity))
  if (missed === undefined) return undefined
  const seconds = (ttftMs[missed] / 1_000).toPrecision(3)
  return `its ${missed} latency of ${seconds} s is above the preferred ${cutoffs[missed]} s`
}

function missedThroughput(
  { tokensPerSecond }: MeasuredSpeed,
  { preferredMinThroughput }: PreferredSpeed,
): string | undefined {
  if (preferredMinThroughput === undefined || !isKnown(tokensPerSecond)) return undefined
  const cutoffs = percentilesOf(preferredMinThroughput)
  const missed = percentiles.find((at) => tokensPerSecond[at] < (cutoffs[at] ?? 0))
  if (missed === undefined) return undefined
  const reached = tokensPerSecond[missed].toPrecision(3)
  return `its ${missed} throughput of ${reached} tokens per second is below the preferred ${cutoffs[missed]}`
}

function isKnown(measured: MeasuredPercentiles | undefined): measured is MeasuredPercentiles {
  return measured !== undefined && measured.samples >= minSamples
}

function hasCutoff(preferred: number | Percentiles | undefined): boolean {
  return preferred !== undefined && percentiles.some((at) => percentilesOf(preferred)[at] !== undefined)
}

function percentilesOf(preferred: number | Percentiles): Percentiles {
  return typeof preferred === 'number' ? { p50: preferred } : preferred
}
