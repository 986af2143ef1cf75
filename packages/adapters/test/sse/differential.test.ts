import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { createServerSentEventDecoder, type ServerSentEventDecoder } from '../../src/sse/decoder.ts'
import { fuzz } from './fuzz.ts'
import { randomStream } from './random-stream.ts'
import { decodedAtOnce } from './reference-decoder.ts'
import { written } from './smallest-difference.ts'

describe('random streams in random chunks', () => {
  test.each([1, 1_000_003, 271_828_182, 4_294_967_291, 9_007_199_254_000_000])(
    'are never decoded otherwise than by the reference, with seed %i',
    (seed) => {
      const { first, ...report } = fuzz({ cases: 3_000, seed })

      expect(first === undefined ? '' : written(first.smallest)).toBe('')
      expect(report).toMatchObject({ cases: 3_000, streams: 750, differences: 0 })
      // What the cases are to show is in them.
      expect(report.events).toBeGreaterThan(3_000)
      expect(report.chunks).toBeGreaterThan(30_000)
      expect(report.unclosed).toBeGreaterThan(75)
      expect(report.overflows).toBeGreaterThan(75)
    },
  )

  test('tell an event as soon as it is closed, byte by byte', () => {
    let closed = 0
    for (let seed = 0; seed < 100; seed++) {
      const { bytes, maxEventBytes } = randomStream(seededRandom(seed))
      const decoder = createServerSentEventDecoder({ maxEventBytes })
      let told = 0
      for (let length = 1; length <= bytes.length; length++) {
        decoder.push(bytes.subarray(length - 1, length), () => told++)
        const { events } = decodedAtOnce(bytes.subarray(0, length), maxEventBytes)
        expect(told).toBe(events.filter(({ unclosed }) => unclosed === undefined).length)
      }
      closed += told
    }
    expect(closed).toBeGreaterThan(100)
  })
})

describe('a planted fault is found, and what is left of its case is small:', () => {
  type Push = ServerSentEventDecoder['push']

  /** A decoder that is ours but for how it takes bytes. */
  const faulty =
    (pushOf: (decoder: ServerSentEventDecoder) => Push) =>
    (options: { readonly maxEventBytes: number }): ServerSentEventDecoder => {
      const decoder = createServerSentEventDecoder(options)
      return { push: pushOf(decoder), end: (onEvent) => decoder.end(onEvent) }
    }
  const lineFeed = Uint8Array.of(0x0a)

  test.each<[string, (decoder: ServerSentEventDecoder) => Push]>([
    [
      'a line ends with its chunk',
      (decoder) => (bytes, onEvent) => {
        decoder.push(bytes, onEvent)
        return decoder.push(lineFeed, onEvent)
      },
    ],
    [
      'a character is decoded within its chunk',
      (decoder) => (bytes, onEvent) => decoder.push(Buffer.from(Buffer.from(bytes).toString()), onEvent),
    ],
    [
      'CR and LF in two chunks are two line ends',
      (decoder) => {
        let last: number | undefined
        return (bytes, onEvent) => {
          const split = last === 0x0d && bytes[0] === 0x0a
          last = bytes.at(-1) ?? last
          if (split) decoder.push(lineFeed, onEvent)
          return decoder.push(bytes, onEvent)
        }
      },
    ],
    [
      'the memory of a chunk is kept',
      (decoder) => {
        let kept: Uint8Array = new Uint8Array()
        return (bytes, onEvent) => {
          const before = kept
          kept = bytes
          return decoder.push(before, onEvent)
        }
      },
    ],
  ])('%s', (_name, pushOf) => {
    const { first, differences } = fuzz({ cases: 2_000, seed: 1, createDecoder: faulty(pushOf) })

    expect(differences).toBeGreaterThan(0)
    expect(first?.smallest.bytes.length).toBeLessThanOrEqual(8)
    expect(first?.smallest.cuts.length).toBeLessThanOrEqual(1)
  })
})
