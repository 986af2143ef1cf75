import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { differenceIn, type Comparison, type Difference } from './differential.ts'
import { randomCuts, randomStream } from './random-stream.ts'
import { decodedAtOnce } from './reference-decoder.ts'
import { smallestDifference } from './smallest-difference.ts'

/** Chunkings of one stream. */
const chunkingsPerStream = 4

export interface FuzzOptions extends Comparison {
  /** Chunkings to try. 1 or more. */
  readonly cases: number
  /** The n-th stream and its chunkings are those of seed + n, from 0. */
  readonly seed: number
}

/** What was tried, and what was found. */
export interface FuzzReport {
  readonly cases: number
  readonly streams: number
  readonly bytes: number
  readonly chunks: number
  readonly events: number
  /** Streams whose last event no blank line closed. */
  readonly unclosed: number
  /** Streams with an event above the bound. */
  readonly overflows: number
  readonly differences: number
  /** The first difference: the seed with which it comes first, and what is left of it when everything that can is left out. */
  readonly first: { readonly seed: number; readonly smallest: Difference } | undefined
}

/** Compares a decoder with the reference on random streams in random chunks. */
export function fuzz({ cases, seed, ...comparison }: FuzzOptions): FuzzReport {
  const counts = { streams: 0, bytes: 0, chunks: 0, events: 0, unclosed: 0, overflows: 0, differences: 0 }
  let first: FuzzReport['first']
  for (let done = 0; done < cases; counts.streams++) {
    const streamSeed = seed + counts.streams
    const random = seededRandom(streamSeed)
    const stream = randomStream(random)
    const expected = decodedAtOnce(stream.bytes, stream.maxEventBytes)
    counts.unclosed += expected.events.at(-1)?.unclosed === true ? 1 : 0
    counts.overflows += expected.overflow === undefined ? 0 : 1
    for (let chunking = 0; chunking < chunkingsPerStream && done < cases; chunking++, done++) {
      const cuts = randomCuts(random, stream.bytes.length)
      counts.bytes += stream.bytes.length
      counts.chunks += cuts.length + 1
      counts.events += expected.events.length
      const difference = differenceIn({ ...stream, cuts }, comparison, expected)
      if (difference === undefined) continue
      counts.differences++
      first ??= { seed: streamSeed, smallest: smallestDifference(difference, comparison) }
    }
  }
  return { cases, ...counts, first }
}
