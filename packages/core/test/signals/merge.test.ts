import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptReport } from '../../src/signals/attempt-report.ts'
import { DecayedSums } from '../../src/signals/decayed-sums.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { RateGate } from '../../src/signals/gate.ts'
import { Hold } from '../../src/signals/hold.ts'
import { LatencyModel } from '../../src/signals/latency-model.ts'
import { PrefillSlope } from '../../src/signals/prefill-slope.ts'
import { attemptReport, gapMs, latencyMs, share, timed } from './arbitraries.ts'

/** Two streams of events, told apart by `other`. */
const streams = <Event>(event: fc.Arbitrary<Event>) =>
  fc.array(fc.record({ gapMs, other: fc.boolean(), event }), { maxLength: 60 })

interface Mergeable {
  snapshot(nowMs: number): unknown
  merge(snapshot: unknown, nowMs: number): void
}

interface Told<Subject, Event> {
  readonly create: () => Subject
  readonly tell: (subject: Subject, event: Event, atMs: number) => void
  readonly events: readonly { readonly gapMs: number; readonly other: boolean; readonly event: Event }[]
  readonly afterMs: number
}

/** Returns the telemetry of the merged stream, and that of one stream to which that of the other was merged. */
function bothWays<Subject extends Mergeable, Event>({ create, tell, events, afterMs }: Told<Subject, Event>) {
  const [whole, merged, added] = [create(), create(), create()]
  const history = timed(events, 0)
  for (const { event, other, atMs } of history) {
    tell(whole, event, atMs)
    tell(other ? added : merged, event, atMs)
  }
  const nowMs = (history.at(-1)?.atMs ?? 0) + afterMs
  merged.merge(JSON.parse(JSON.stringify(added.snapshot(nowMs))), nowMs)
  return { whole, merged, nowMs }
}

/** The recent outcomes and the buckets of every histogram, by name. */
function countsOf(signals: EndpointSignals, nowMs: number): Map<string, number> {
  const { outcomes, ttft, perToken } = signals.snapshot(nowMs)
  const buckets = [ttft, perToken].flatMap((list, latency) =>
    list.flatMap(({ sizeClass, histogram }) =>
      histogram.buckets.map(([index, weight]) => [`${latency} ${sizeClass} ${index}`, weight] as const),
    ),
  )
  return new Map([...Object.entries(outcomes.fast), ...buckets])
}

/** Within a billionth of one, or of the value. */
function expectSame(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
}

const afterMs = fc.nat(1_000_000)
const promptTokens = fc.nat(200_000)

test('merged weighted averages are those of the merged stream', () => {
  fc.assert(
    fc.property(streams(latencyMs), afterMs, (events, afterMs) => {
      const { whole, merged, nowMs } = bothWays({
        create: () => new DecayedSums(60_000, 1),
        tell: (sums, valueMs, atMs) => sums.record([valueMs], atMs),
        events,
        afterMs,
      })

      expectSame(merged.mass, whole.mass)
      expectSame(merged.mean(0, 500, 2), whole.mean(0, 500, 2))
      expect(merged.lastMs).toBe(whole.lastMs)
      expect(merged.snapshot(nowMs).idleMs).toBe(whole.snapshot(nowMs).idleMs)
    }),
  )
})

test('a merged slope is that of the merged stream', () => {
  const sample = fc.record({ ttftMs: latencyMs, promptTokens })
  fc.assert(
    fc.property(streams(sample), afterMs, (events, afterMs) => {
      const { whole, merged } = bothWays({
        create: () => new PrefillSlope(),
        tell: (slope, { promptTokens, ttftMs }, atMs) => slope.record(promptTokens, ttftMs, atMs),
        events,
        afterMs,
      })

      expectSame(merged.msPerToken, whole.msPerToken)
    }),
  )
})

test('a merged latency model expects what that of the merged stream expects', () => {
  const sample = fc.record({ ttftMs: latencyMs, promptTokens, msPerToken: latencyMs })
  fc.assert(
    fc.property(streams(sample), afterMs, promptTokens, (events, afterMs, tokens) => {
      const { whole, merged, nowMs } = bothWays({
        create: () => new LatencyModel(),
        tell: (model, { ttftMs, promptTokens, msPerToken }, atMs) => {
          model.recordTtft(ttftMs, promptTokens, atMs)
          model.recordMsPerToken(msPerToken, atMs)
        },
        events,
        afterMs,
      })

      expectSame(merged.expectedTtftMs(tokens, nowMs), whole.expectedTtftMs(tokens, nowMs))
      expectSame(merged.expectedMsPerToken(nowMs), whole.expectedMsPerToken(nowMs))
    }),
  )
})

test('invariant 52: merging the telemetry of two instances gives the telemetry of the merged stream', () => {
  const report: fc.Arbitrary<AttemptReport> = fc.record({
    outcome: fc.constantFrom('success', 'early', 'late', 'neutral'),
    weight: share,
    promptTokens,
    outputTokens: fc.nat(2_000),
    ttftMs: latencyMs,
    durationMs: latencyMs,
  })
  fc.assert(
    fc.property(streams(report), afterMs, promptTokens, (events, afterMs, tokens) => {
      const { whole, merged, nowMs } = bothWays({
        create: () => new EndpointSignals({ limits: {} }),
        tell: (signals, report, atMs) => signals.attemptEnded(report, atMs),
        events,
        afterMs,
      })

      expectSame(merged.expectedTtftMs(tokens, nowMs), whole.expectedTtftMs(tokens, nowMs))
      expectSame(merged.expectedMsPerToken(nowMs), whole.expectedMsPerToken(nowMs))
      expectSame(merged.expectedDetectMs, whole.expectedDetectMs)
      const [mergedCounts, wholeCounts] = [countsOf(merged, nowMs), countsOf(whole, nowMs)]
      for (const count of new Set([...mergedCounts.keys(), ...wholeCounts.keys()])) {
        // A snapshot leaves out what weighs less than a billionth of one, and there are three of them.
        expect(mergedCounts.get(count) ?? 0, count).toBeCloseTo(wholeCounts.get(count) ?? 0, 8)
      }
    }),
  )
})

test('of two gates the one that opens later holds, whichever is merged to the other', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.nat(20_000), (one, other, nowMs) => {
      const [a, b] = [new RateGate(), new RateGate()]
      a.close(one, 0, () => 0)
      b.close(other, 0, () => 0)
      const [ofA, ofB] = [a.snapshot(nowMs), b.snapshot(nowMs)]
      a.merge(ofB, nowMs)
      b.merge(ofA, nowMs)

      const longestMs = Math.max(ofA.closedForMs, ofB.closedForMs)
      expect(a.snapshot(nowMs)).toEqual({ closedForMs: longestMs, closings: 1 })
      expect(b.snapshot(nowMs)).toEqual(a.snapshot(nowMs))
    }),
  )
})

test('of two gates the longer row of closings goes on, whichever is merged to the other', () => {
  const [a, b] = [new RateGate(), new RateGate()]
  for (let closings = 0; closings < 3; closings++) a.close(undefined, Math.max(0, a.opensAtMs), () => 0)
  b.close(undefined, 0, () => 0)
  const [ofA, ofB] = [a.snapshot(0), b.snapshot(0)]
  a.merge(ofB, 0)
  b.merge(ofA, 0)

  expect([a.closings, b.closings]).toEqual([3, 3])
})

test('of two holds that end at the same instant the own one keeps its reason', () => {
  const [hold, other] = [new Hold(), new Hold()]
  hold.place('no credit', 0)
  other.place('key rejected', 0)
  hold.merge(other.snapshot(0), 0)

  expect(hold.reason).toBe('no credit')
})

test('of two holds the one that ends later holds, with its reason, whichever is merged to the other', () => {
  const [a, b] = [new Hold(), new Hold()]
  a.place('no credit', 0)
  b.place('key rejected', 100_000)
  const [ofA, ofB] = [a.snapshot(150_000), b.snapshot(150_000)]
  a.merge(ofB, 150_000)
  b.merge(ofA, 150_000)

  expect(a.snapshot(150_000)).toEqual({ heldForMs: 250_000, placements: 1, reason: 'key rejected' })
  expect(b.snapshot(150_000)).toEqual(a.snapshot(150_000))
})

test('merging a hold or a gate that is not in force never ends one that is', () => {
  const [gate, hold] = [new RateGate(), new Hold()]
  gate.close(5_000, 0, () => 0)
  hold.place('no credit', 0)
  gate.merge(new RateGate().snapshot(0), 0)
  hold.merge(new Hold().snapshot(0), 0)

  expect(gate.opensAtMs).toBe(5_000)
  expect(hold.snapshot(0)).toEqual({ heldForMs: 300_000, placements: 1, reason: 'no credit' })
})

test('merging nothing changes nothing, and what is refused adds nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ gapMs, report: attemptReport }), { maxLength: 20 }), (list) => {
      const signals = new EndpointSignals({ limits: {} })
      const history = timed(list, 0)
      for (const { report, atMs } of history) signals.attemptEnded(report, atMs)
      const nowMs = history.at(-1)?.atMs ?? 0
      const before = signals.snapshot(nowMs)
      signals.merge(new EndpointSignals({ limits: {} }).snapshot(nowMs), nowMs)
      expect(signals.snapshot(nowMs)).toEqual(before)

      const hold = { ...before.hold, heldForMs: -1 }
      expect(() => signals.merge({ ...before, hold }, nowMs)).toThrow('heldForMs must be in')
      expect(signals.snapshot(nowMs)).toEqual(before)
    }),
  )
})

test('whatever is learned here, taken bit by bit and merged elsewhere, is there what it is here, and is taken once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gapMs, event: attemptReport, take: fc.boolean() }), { maxLength: 40 }),
      (events) => {
        const [here, there] = [new EndpointSignals({ limits: {} }), new EndpointSignals({ limits: {} })]
        const pass = (nowMs: number): void => {
          const delta = here.takeDelta(nowMs)
          if (delta !== undefined) there.merge(JSON.parse(JSON.stringify(delta)), nowMs)
        }
        pass(0)
        let nowMs = 0
        for (const { gapMs, event, take } of events) {
          nowMs += gapMs
          here.attemptStarted(nowMs)
          here.attemptEnded(event, nowMs)
          if (take) pass(nowMs)
        }
        pass(nowMs)

        const [own, told] = [countsOf(here, nowMs), countsOf(there, nowMs)]
        expect([...told.keys()].toSorted()).toEqual([...own.keys()].toSorted())
        for (const [name, value] of own) expectSame(told.get(name) ?? Number.NaN, value)
        expectSame(there.expectedDetectMs, here.expectedDetectMs)
        expect(here.takeDelta(nowMs)).toBeUndefined()
      },
    ),
  )
})

test('a delta carries a closed gate, a hold and a learned cap, but not what was merged', () => {
  const [one, two, three] = [0, 1, 2].map(() => new EndpointSignals({ limits: {} }))
  if (one === undefined || two === undefined || three === undefined) throw new Error('three are made')
  for (const signals of [one, two, three]) signals.takeDelta(0)
  for (let at = 0; at < 20; at++) one.attemptStarted(at * 100)
  one.refused({ retryAfterMs: 7_000, sentAtMs: 1_000 }, 2_000, () => 0)
  one.placeHold('key rejected', 2_000)
  one.answerChecked(false, 2_000)

  const delta = one.takeDelta(2_000)
  if (delta === undefined) throw new Error('there is something to tell')
  two.merge(delta, 2_000)

  expect(two.gate.opensAtMs).toBe(one.gate.opensAtMs)
  expect(two.hold.until(2_000)).toBe(one.hold.until(2_000))
  expect(two.hold.reason).toBe('key rejected')
  expect(two.cap.capPerSecond(2_000)).toBeCloseTo(one.cap.capPerSecond(2_000), 9)
  expect(two.cap.perSecond(2_000)).toBeCloseTo(one.cap.perSecond(2_000), 9)
  expect(two.quality.snapshot(2_000)).toEqual(one.quality.snapshot(2_000))
  expect(two.takeDelta(2_000)).toBeUndefined()
})

test('nothing is collected for others before somebody asks', () => {
  const signals = new EndpointSignals({ limits: {} })
  signals.placeHold('key rejected', 0)

  expect(signals.takeDelta(1)).toBeUndefined()
  signals.answerChecked(true, 2)
  expect(signals.takeDelta(3)).toMatchObject({ hold: { heldForMs: 0 } })
})

test('a delta carries the limits that its provider stated', () => {
  const [one, two] = [new EndpointSignals({ limits: {} }), new EndpointSignals({ limits: {} })]
  one.takeDelta(0)
  one.observeLimits({ requests: { limit: 100, remaining: 40 } }, undefined, 0)
  const delta = one.takeDelta(0)
  if (delta === undefined) throw new Error('there is something to tell')
  two.merge(delta, 0)

  expect(two.snapshot(0).headroom?.requests?.remaining).toBe(40)
})

test('that an attempt ended without saying anything is nothing to tell others', () => {
  const signals = new EndpointSignals({ limits: {} })
  signals.attemptStarted(0)
  signals.takeDelta(0)
  signals.attemptEnded({ outcome: 'neutral', weight: 1, promptTokens: 10, outputTokens: 0, durationMs: 5 }, 5)

  expect(signals.takeDelta(5)).toBeUndefined()
})
