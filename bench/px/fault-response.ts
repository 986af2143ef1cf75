// How a policy met a fault: by the first attempts of each request, in buckets over time.
import { bucketMs } from './run-log.ts'
import type { RunLog } from './run-log.ts'
import { faultWindow } from './testkit.ts'
import type { AttemptRecord } from './testkit.ts'

export interface FaultResponse {
  /** From the fault's beginning until under 10 % of the first attempts went to faulty providers, in ms; null: never, or no such fault. */
  readonly detectMs: number | null
  /**
   * From its end until they had half of their usual share again, or from a newcomer's beginning until it had half of its share at the
   * run's end, in ms; null: never, or the fault does not end.
   */
  readonly recoverMs: number | null
  /** Failed attempts at faulty providers until then. */
  readonly failedBeforeEjection: number | null
  /** Attempts at faulty providers during the fault, by the requests that would have gone there; null: nobody usually goes there. */
  readonly amplification: number | null
}

const usualMs = 600_000
const detectedShare = 0.1
const recoveredShare = 0.5

/** A bucket with fewer first attempts tells nothing of a share. */
const leastAttempts = 10

const nothing: FaultResponse = {
  detectMs: null,
  recoverMs: null,
  failedBeforeEjection: null,
  amplification: null,
}

/** Returns how the run met its scenario's fault, or newcomer. Faults of all providers at once have nowhere to move to. */
export function faultResponse(log: RunLog, first: readonly AttemptRecord[]): FaultResponse {
  const { newcomer } = log.scenario
  if (newcomer !== undefined) return { ...nothing, recoverMs: newcomerMs(first, newcomer) }
  const window = faultWindow(log.scenario)
  const faulty = new Set(log.scenario.faults?.flatMap((fault) => fault.providers))
  if (window === undefined || faulty.size === log.providers.length) return nothing
  const shares = sharesOverTime(first, faulty)
  const usual = usualShare(first, faulty, window)
  const detectMs =
    usual > detectedShare ? firstAfter(shares, window.fromMs, (share) => share < detectedShare) : null
  const recoverMs = Number.isFinite(window.untilMs)
    ? firstAfter(shares, window.untilMs, (share) => share >= recoveredShare * usual)
    : null
  const during = log.attempts.filter(
    (one) => faulty.has(one.provider) && one.startedAtMs >= window.fromMs && one.startedAtMs < window.untilMs,
  )
  const requests = log.requests.filter(
    (one) => one.arrivesAtMs >= window.fromMs && one.arrivesAtMs < window.untilMs,
  )
  return {
    detectMs,
    recoverMs,
    failedBeforeEjection:
      detectMs === null
        ? null
        : during.filter((one) => one.result !== 'answer' && one.startedAtMs < window.fromMs + detectMs)
            .length,
    amplification: usual > 0 ? during.length / (usual * requests.length) : null,
  }
}

/** How long after it was added a newcomer had half of the share that it has at the run's end. */
function newcomerMs(
  first: readonly AttemptRecord[],
  { provider, fromMs }: { readonly provider: string; readonly fromMs: number },
): number | null {
  const own = new Set([provider])
  const share = usualShare(first, own, { fromMs: 0, untilMs: fromMs })
  return firstAfter(sharesOverTime(first, own), fromMs, (now) => now >= recoveredShare * share)
}

/** Share of the first attempts at the given providers, by bucket; NaN where there were too few. */
export function sharesOverTime(
  first: readonly AttemptRecord[],
  providers: ReadonlySet<string>,
  widthMs = bucketMs,
): number[] {
  const all: (number | undefined)[] = []
  const there: number[] = []
  for (const { startedAtMs, provider } of first) {
    const bucket = Math.floor(startedAtMs / widthMs)
    all[bucket] = (all[bucket] ?? 0) + 1
    if (providers.has(provider)) there[bucket] = (there[bucket] ?? 0) + 1
  }
  return Array.from(all, (count = 0, bucket) =>
    count < leastAttempts ? Number.NaN : (there[bucket] ?? 0) / count,
  )
}

/** The share before the fault, or, of a fault from the start, at the run's end. */
function usualShare(
  first: readonly AttemptRecord[],
  faulty: ReadonlySet<string>,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): number {
  const lastMs = first.reduce((last, one) => Math.max(last, one.startedAtMs), 0)
  const endMs = fromMs > 0 ? fromMs : lastMs
  const beginMs = fromMs > 0 ? fromMs - usualMs : Math.max(untilMs, lastMs - usualMs)
  const usual = first.filter((one) => one.startedAtMs >= beginMs && one.startedAtMs <= endMs)
  return usual.filter((one) => faulty.has(one.provider)).length / Math.max(1, usual.length)
}

/** The end of the first bucket after an instant whose share is as wanted, in ms after it. */
function firstAfter(
  shares: readonly number[],
  fromMs: number,
  wanted: (share: number) => boolean,
): number | null {
  const from = Math.ceil(fromMs / bucketMs)
  const found = shares.findIndex((share, bucket) => bucket >= from && wanted(share))
  return found === -1 ? null : (found + 1) * bucketMs - fromMs
}
