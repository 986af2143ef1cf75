import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demotionsOf } from '../../src/ranking/demotion.ts'
import type { TrackRecord } from '../../src/ranking/demotion.ts'
import type { PreferredSpeed } from '../../src/ranking/preferred-speed.ts'
import { robustCut } from '../../src/ranking/robust-cut.ts'
import { QualityCounts } from '../../src/signals/quality-counts.ts'

const nothing: PreferredSpeed = {}

/** Nothing to say against it: 400 ms, 50 tokens per second, 98 % valid. */
const good: TrackRecord = {
  validRate: 0.98,
  validSamples: 400,
  ttftMs: { p50: 400, p75: 500, p90: 700, p99: 1_500, samples: 100 },
  tokensPerSecond: { p50: 50, p75: 45, p90: 40, p99: 30, samples: 100 },
}
const unknown: TrackRecord = {
  validRate: 1,
  validSamples: 0,
}

/** Whole thousandths: drawn as a double, it would be next to nothing nearly always. */
const shares = fc.integer({ min: 0, max: 1_000 }).map((drawn) => drawn / 1_000)
const positive = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0.1, max: 5_000, noNaN: true }))
const samples = fc.constantFrom(0, 4, 5, 19, 20, 99, 100, 1_000)
const percentiles = fc.record({ p50: positive, p75: positive, p90: positive, p99: positive })
const measured = fc.record({ p50: positive, p75: positive, p90: positive, p99: positive, samples })
const records: fc.Arbitrary<TrackRecord[]> = fc.array(
  fc.record(
    {
      validRate: fc.oneof(fc.constantFrom(0, 0.9, 0.95, 1), shares),
      validSamples: samples,
      ttftMs: measured,
      tokensPerSecond: measured,
    },
    {
      requiredKeys: ['validRate', 'validSamples'],
    },
  ),
  { maxLength: 8 },
)
const questions: fc.Arbitrary<PreferredSpeed> = fc.record(
  {
    preferredMaxLatency: fc.oneof(positive, percentiles),
    preferredMinThroughput: fc.oneof(positive, percentiles),
  },
  { requiredKeys: [] },
)
const factors = fc.integer({ min: 10, max: 1_000 }).map((drawn) => drawn / 1_000)

function tiersOf(list: readonly TrackRecord[], question: PreferredSpeed = nothing): number[] {
  return demotionsOf(list, question).map((demotion) => demotion.tier)
}

function reasonOf(record: TrackRecord, question: PreferredSpeed = nothing): string | undefined {
  return demotionsOf([record, good, good, good, good], question)[0]?.reason
}

function scaled<Measured extends object>(values: Measured, by: number): Measured {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, name === 'samples' ? value : Number(value) * by]),
  ) as Measured
}

describe('demotions', () => {
  test('never exclude: every endpoint has a tier, and a reason unless it is the first', () => {
    fc.assert(
      fc.property(records, questions, (list, question) => {
        const demotions = demotionsOf(list, question)

        expect(demotions).toHaveLength(list.length)
        for (const { tier, reason } of demotions) {
          expect([0, 1, 2]).toContain(tier)
          expect(reason === undefined).toBe(tier === 0)
        }
      }),
    )
  })

  test('never put an endpoint that has become faster into a worse tier', () => {
    fc.assert(
      fc.property(records, questions, fc.nat(), factors, (list, question, pick, by) => {
        fc.pre(list.length > 0)
        const at = pick % list.length
        const faster = list.map((one, i): TrackRecord =>
          i === at
            ? {
                ...one,
                ...(one.ttftMs !== undefined && { ttftMs: scaled(one.ttftMs, by) }),
                ...(one.tokensPerSecond !== undefined && {
                  tokensPerSecond: scaled(one.tokensPerSecond, 1 / by),
                }),
              }
            : one,
        )

        expect(tiersOf(faster, question)[at]).toBeLessThanOrEqual(tiersOf(list, question)[at] ?? Number.NaN)
      }),
      { numRuns: 2_000 },
    )
  })

  test('never put an endpoint whose answers are valid more often into a worse tier', () => {
    fc.assert(
      fc.property(records, questions, fc.nat(), factors, (list, question, pick, by) => {
        fc.pre(list.length > 0)
        const at = pick % list.length
        const better = list.map((one, i) =>
          i === at ? { ...one, validRate: 1 - (1 - one.validRate) * by } : one,
        )

        expect(tiersOf(better, question)[at]).toBeLessThanOrEqual(tiersOf(list, question)[at] ?? Number.NaN)
      }),
      { numRuns: 2_000 },
    )
  })

  test('are permuted when the endpoints are', () => {
    fc.assert(
      fc.property(records, questions, fc.nat(), (list, question, turn) => {
        const by = list.length === 0 ? 0 : turn % list.length
        const turned = <Item>(items: readonly Item[]): Item[] => [...items.slice(by), ...items.slice(0, by)]

        expect(demotionsOf(turned(list), question)).toEqual(turned(demotionsOf(list, question)))
        expect(demotionsOf(list.toReversed(), question)).toEqual(demotionsOf(list, question).toReversed())
      }),
    )
  })

  test('never depend on speed where the caller prefers none: the index has it as money already', () => {
    fc.assert(
      fc.property(records, (list) => {
        const silent = list.map(({ validRate, validSamples }) => ({ validRate, validSamples }))

        expect(tiersOf(silent)).toEqual(tiersOf(list))
      }),
    )
  })

  test('leave peers alone that are all alike, and endpoints of which nothing is known', () => {
    expect(tiersOf([good, good, good, good, good])).toEqual([0, 0, 0, 0, 0])
    expect(tiersOf([unknown, good, good, good, good])).toEqual([0, 0, 0, 0, 0])
    expect(tiersOf([])).toEqual([])
  })
})

describe('an endpoint is demoted', () => {
  test('when it gives far more invalid answers than its peers', () => {
    expect(reasonOf({ ...good, validRate: 0.945 })).toBeUndefined()
    expect(reasonOf({ ...good, validRate: 0.9 })).toBe(
      "only 90.0 % of its tool calls and JSON answers are valid, its peers' cut-off is 94.1 %",
    )
    expect(reasonOf({ ...good, validRate: 0.9, validSamples: 99 })).toBeUndefined()
  })

  test('not by its peers when fewer than four have enough samples', () => {
    const bad = { ...good, validRate: 0.1 }

    expect(tiersOf([bad, good, good])).toEqual([0, 0, 0])
    expect(tiersOf([bad, good, good, { ...good, validSamples: 99 }])).toEqual([0, 0, 0, 0])
    expect(tiersOf([bad, good, good, good])).toEqual([2, 0, 0, 0])
  })

  test('from a hundred answers on, its own and its peers’, and not at the cut-off itself', () => {
    const peer = { ...good, validRate: 1, validSamples: 100 }

    expect(tiersOf([{ ...peer, validRate: 0.95 }, peer, peer, peer, peer])).toEqual([2, 0, 0, 0, 0])
    expect(tiersOf([{ ...peer, validRate: 0.96 }, peer, peer, peer, peer])).toEqual([0, 0, 0, 0, 0])
  })

  test('only until the evidence has faded', () => {
    const quality = new QualityCounts()
    for (let i = 0; i < 1_000; i++) quality.record(i % 2 === 0, i * 100)
    const tierAt = (nowMs: number): number | undefined => {
      const record = { ...good, validRate: quality.validRate, validSamples: quality.samples(nowMs) }
      return tiersOf([record, good, good, good, good])[0]
    }

    expect(tierAt(100_000)).toBe(2)
    expect(tierAt(4 * 3_600_000)).toBe(0)
  })
})

describe('a caller’s preferences', () => {
  const fast: TrackRecord = { ...good, ttftMs: { p50: 200, p75: 250, p90: 300, p99: 500, samples: 100 } }

  test('put known-good before unknown before known-bad', () => {
    const question = { preferredMaxLatency: { p90: 0.5 } }

    expect(demotionsOf([good, unknown, fast], question)).toEqual([
      { tier: 2, reason: 'its p90 latency of 0.700 s is above the preferred 0.5 s' },
      { tier: 1, reason: 'too few recent answers to know its latency' },
      { tier: 0 },
    ])
  })

  test('for throughput are fewest tokens per second, at the percentile that so many answers reach', () => {
    const question = { preferredMinThroughput: { p50: 50, p90: 41 } }

    expect(demotionsOf([good, unknown], question)).toEqual([
      { tier: 2, reason: 'its p90 throughput of 40.0 tokens per second is below the preferred 41' },
      { tier: 1, reason: 'too few recent answers to know its throughput' },
    ])
    expect(tiersOf([good], { preferredMinThroughput: { p50: 50, p90: 40 } })).toEqual([0])
  })

  test('given as a bare number are for the median, and a limit that is just met is met', () => {
    const tierFor = (preferred: PreferredSpeed) => tiersOf([good], preferred)

    expect(tierFor({ preferredMaxLatency: 0.4 })).toEqual([0])
    expect(tierFor({ preferredMaxLatency: 0.399 })).toEqual([2])
    expect(tierFor({ preferredMinThroughput: 50 })).toEqual([0])
    expect(tierFor({ preferredMinThroughput: 50.1 })).toEqual([2])
  })

  test('that are all to be met demote for what is known to be missed, whatever else is unknown', () => {
    const { tokensPerSecond: _, ...silent } = good
    const question = { preferredMaxLatency: 0.1, preferredMinThroughput: 1 }

    expect(tiersOf([silent], question)).toEqual([2])
    expect(tiersOf([silent], { ...question, preferredMaxLatency: 1 })).toEqual([1])
  })

  test('without a cut-off are none', () => {
    expect(tiersOf([unknown], { preferredMaxLatency: {}, preferredMinThroughput: {} })).toEqual([0])
  })

  test('say nothing of an endpoint with fewer than five recent answers', () => {
    const tierWith = (samples: number): number | undefined => {
      const ttftMs = { ...(good.ttftMs ?? { p50: 1, p75: 1, p90: 1, p99: 1 }), samples }
      return tiersOf([{ ...good, ttftMs }], { preferredMaxLatency: 0.1 })[0]
    }

    expect([tierWith(4.9), tierWith(5)]).toEqual([1, 2])
  })
})

describe('a robust cut', () => {
  const at = { deviations: 2, leastDeviation: 0 }

  test('is the median and a multiple of the scaled median absolute deviation', () => {
    expect(robustCut([1, 2, 3, 4, 100], at)).toBeCloseTo(3 + 2 * 1.4826, 12)
    expect(robustCut([1, 2, 4, 9], at)).toBeCloseTo(3 + 2 * 1.4826 * 1.5, 12)
    expect(robustCut([1, 2, 3], at)).toBeUndefined()
  })

  test('is no nearer to the median than the least deviation', () => {
    expect(robustCut([10, 10, 10, 10], { deviations: 2, leastDeviation: 0.1 })).toBe(12)
    expect(robustCut([10, 10, 10, 10], { deviations: -2, leastDeviation: 0.1 })).toBe(8)
  })

  test('never cuts a value off because it has moved towards the median or across it', () => {
    const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 4, maxLength: 7 })
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(0.5, 1, 1.5, 2),
        (list, moved, deviations) => {
          const cut = { deviations, leastDeviation: 0 }
          const [first = 0, ...others] = list
          fc.pre(moved < first && first <= (robustCut(list, cut) ?? Infinity))

          expect(moved).toBeLessThanOrEqual(robustCut([moved, ...others], cut) ?? Infinity)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('is not moved by one value, however far off it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 30, max: 1e9, noNaN: true }), (outlier) => {
        expect(robustCut([18, 19, 20, 21, 22, outlier], at)).toBe(robustCut([18, 19, 20, 21, 22, 30], at))
      }),
    )
  })
})
