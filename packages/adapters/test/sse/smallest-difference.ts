import { differenceIn, type ChunkedCase, type Comparison, type Difference } from './differential.ts'

/**
 * Returns the smallest case on which the decoders still differ that is found by leaving out bytes and cuts, one after another
 * and in runs, until none can be left out.
 */
export function smallestDifference(found: Difference, comparison: Comparison = {}): Difference {
  let smallest = found
  for (let before = Infinity; sizeOf(smallest) < before;) {
    before = sizeOf(smallest)
    for (let run = smallest.bytes.length; run >= 1; run = Math.floor(run / 2)) {
      smallest = withoutRuns(smallest, run, comparison)
    }
    for (let index = smallest.cuts.length - 1; index >= 0; index--) {
      const cuts = smallest.cuts.toSpliced(index, 1)
      smallest = differenceIn({ ...smallest, cuts }, comparison) ?? smallest
    }
  }
  return smallest
}

function withoutRuns(found: Difference, run: number, comparison: Comparison): Difference {
  let smallest = found
  for (let start = smallest.bytes.length - run; start >= 0; start--) {
    if (start + run > smallest.bytes.length) continue
    smallest = differenceIn(withoutBytes(smallest, start, start + run), comparison) ?? smallest
  }
  return smallest
}

function withoutBytes({ bytes, cuts, maxEventBytes }: ChunkedCase, start: number, end: number): ChunkedCase {
  return {
    bytes: Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]),
    cuts: cuts.map((cut) => (cut <= start ? cut : Math.max(start, cut - (end - start)))),
    maxEventBytes,
  }
}

function sizeOf({ bytes, cuts }: ChunkedCase): number {
  return bytes.length + cuts.length
}

/** Writes a case down so that it can be pasted into a test. */
export function written({ bytes, cuts, maxEventBytes, expected, got }: Difference): string {
  return [
    `bytes      ${JSON.stringify(Buffer.from(bytes).toString('latin1'))} (latin1)`,
    `cuts       ${JSON.stringify(cuts)}, bound ${maxEventBytes}`,
    `expected   ${JSON.stringify(expected)}`,
    `got        ${JSON.stringify(got)}`,
  ].join('\n')
}
