/** Ten buckets, as opossum counts: the window then covers between 0.9 and 1 times its length. */
const bucketCount = 10

/** Outcomes of the last while. */
export interface OutcomeWindow {
  record(atMs: number, failed: boolean): void
  /** Outcomes in the window as of the last record. */
  readonly outcomes: number
  /** Failures among them. */
  readonly failures: number
  clear(): void
}

/** Returns a window whose buckets are counted from `startAtMs`. */
export function createOutcomeWindow(startAtMs: number, windowMs: number): OutcomeWindow {
  const outcomes = new Uint32Array(bucketCount)
  const failures = new Uint32Array(bucketCount)
  const bucketMs = windowMs / bucketCount
  let newest = 0

  const advanceTo = (bucket: number): void => {
    for (let fresh = Math.max(newest + 1, bucket - bucketCount + 1); fresh <= bucket; fresh++) {
      outcomes[fresh % bucketCount] = 0
      failures[fresh % bucketCount] = 0
    }
    newest = Math.max(newest, bucket)
  }

  return {
    record(atMs: number, failed: boolean): void {
      advanceTo(Math.floor((atMs - startAtMs) / bucketMs))
      const bucket = newest % bucketCount
      outcomes[bucket] = (outcomes[bucket] ?? 0) + 1
      if (failed) failures[bucket] = (failures[bucket] ?? 0) + 1
    },
    get outcomes() {
      return sum(outcomes)
    },
    get failures() {
      return sum(failures)
    },
    clear(): void {
      outcomes.fill(0)
      failures.fill(0)
    },
  }
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
