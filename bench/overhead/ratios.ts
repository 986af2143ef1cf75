// The ratios that matter, each against a baseline of the same run and beside the bar it is to meet.
import type { DecisionCost } from './decision.ts'
import type { EmbeddedCost } from './embedded.ts'
import type { Round, Timing } from './rounds.ts'
import { spread, type Spread } from './statistics.ts'

/** Everything that one run measured. */
export interface Results {
  readonly machine: {
    readonly node: string
    readonly cpu: string
    readonly cores: number
    readonly pinned: boolean
  }
  /** Share of the machine that other processes used while the servers were measured, 0..1. */
  readonly othersBusy: number
  readonly timing: Timing
  /** Subjects that were left out, and why. */
  readonly missing: readonly string[]
  /** Rounds of each server under test, in the order in which they ran. */
  readonly servers: Readonly<Record<string, readonly Round[]>>
  /** Costs of `undici` and of the `router` in a process of one's own. */
  readonly embedded: Readonly<Record<string, readonly EmbeddedCost[]>>
  /** Cost of a decision by number of endpoints. */
  readonly decisions: Readonly<Record<string, DecisionCost>>
}

/** A ratio or cost with its bar. */
export interface RatioLine {
  readonly what: string
  readonly value: Spread
  readonly bar: string
  /** Whether the median meets the bar. */
  readonly ok: boolean
}

interface Bar {
  readonly what: string
  readonly of: string
  readonly over: string
  readonly value: (round: Round) => number
  readonly atLeast?: number
  readonly atMost?: number
}

/** Below this share of a core the process was waiting for the harness, and its requests per second say nothing. */
const saturatedBusy = 0.9

/** The ratios of a run; those whose subjects were left out are left out. */
export function ratioLines({ servers, embedded, decisions }: Results): RatioLine[] {
  return [
    ...barsOf(servers).flatMap((bar) => serverLine(servers, bar)),
    ...embeddedLine(embedded),
    ...decisionLines(decisions),
  ]
}

/** Whether the process under test was the slowest part in every round. */
export function isSaturated(rounds: readonly Round[]): boolean {
  return rounds.every((round) => round.busy >= saturatedBusy)
}

function barsOf(servers: Results['servers']): Bar[] {
  const ours = 'nextbest gateway'
  const bare = 'bare node:http + undici'
  const portkey = 'Portkey 1.15.2'
  return [
    { ...jsonRate(servers, ours, bare), atLeast: 0.55 },
    { ...jsonRate(servers, ours, portkey), atLeast: 6 },
    {
      what: 'added p50 at concurrency 1',
      of: ours,
      over: bare,
      value: (round) => round.addedP50Ms,
      atMost: 1.5,
    },
    { what: 'SSE CPU per chunk', of: ours, over: bare, value: (round) => round.cpuUsPerChunk, atMost: 1.4 },
    { what: 'SSE chunk delay p99', of: ours, over: bare, value: (round) => round.chunkDelayP99Ms, atMost: 2 },
    { what: 'SSE first chunk p50', of: ours, over: bare, value: (round) => round.firstChunkP50Ms, atMost: 2 },
  ]
}

/** Requests per second where both were saturated, else per second of processor time, which the harness cannot cap. */
function jsonRate(servers: Results['servers'], of: string, over: string): Bar {
  const both = [...(servers[of] ?? []), ...(servers[over] ?? [])]
  if (isSaturated(both))
    return { what: 'JSON requests/s', of, over, value: (round) => round.requestsPerSecond }
  return { what: 'JSON requests per CPU second', of, over, value: (round) => 1e6 / round.cpuUsPerRequest }
}

function serverLine(servers: Results['servers'], bar: Bar): RatioLine[] {
  const ours = servers[bar.of]
  const baseline = servers[bar.over]
  if (ours === undefined || baseline === undefined) return []
  const pairs = ours.map((round, index) => {
    const other = baseline[index]
    return other === undefined ? Number.NaN : bar.value(round) / bar.value(other)
  })
  return [judged(`${bar.what}: ${bar.of} / ${bar.over}`, spread(pairs), bar)]
}

function embeddedLine({ router, undici }: Results['embedded']): RatioLine[] {
  if (router === undefined || undici === undefined) return []
  const added = router.map((cost, index) => cost.cpuUsPerCall - (undici[index]?.cpuUsPerCall ?? Number.NaN))
  return [judged('embedded router, CPU µs per call above undici alone', spread(added), { atMost: 25 })]
}

function decisionLines(decisions: Results['decisions']): RatioLine[] {
  const barsNs: Readonly<Record<string, number>> = { 5: 3_000, 30: 12_000, 300: 100_000 }
  const times = Object.entries(decisions).flatMap(([endpoints, { decideNs }]) => {
    const atMost = barsNs[endpoints]
    if (atMost === undefined) return []
    return [judged(`decision, ns for ${endpoints} endpoints`, decideNs, { atMost })]
  })
  return [...times, ...recordLine(decisions), ...heapLine(decisions)]
}

function recordLine({ 5: cost }: Results['decisions']): RatioLine[] {
  return cost === undefined ? [] : [judged('recording one outcome, ns', cost.recordNs, { atMost: 300 })]
}

/** The yardstick makes one object for each endpoint. */
function heapLine({ 30: few, 300: many }: Results['decisions']): RatioLine[] {
  if (few === undefined || many === undefined) return []
  const ratio = (many.decideBytes - few.decideBytes) / (many.yardstickBytes - few.yardstickBytes)
  const value = { median: ratio, min: ratio, max: ratio }
  return [judged('decision, heap bytes per further endpoint / filter-map-sort', value, { atMost: 0.5 })]
}

function judged(
  what: string,
  value: Spread,
  { atLeast, atMost }: Pick<Bar, 'atLeast' | 'atMost'>,
): RatioLine {
  const ok = value.median >= (atLeast ?? -Infinity) && value.median <= (atMost ?? Infinity)
  return { what, value, bar: atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`, ok }
}
