import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptReport } from '../../src/signals/attempt-report.ts'
import { ColdStart } from '../../src/signals/cold-start.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { anyNumber, attemptReport, gapMs, share, timed } from './arbitraries.ts'

const streamed: AttemptReport = {
  outcome: 'success',
  weight: 1,
  promptTokens: 500,
  outputTokens: 101,
  ttftMs: 400,
  durationMs: 1_400,
}
const whole: AttemptReport = {
  outcome: 'success',
  weight: 1,
  promptTokens: 500,
  outputTokens: 200,
  durationMs: 5_000,
}

const history = fc.array(fc.record({ gapMs, report: attemptReport }), { maxLength: 40 })

function repeated(report: AttemptReport, times: number): EndpointSignals {
  const signals = new EndpointSignals({ limits: {} })
  for (let i = 0; i < times; i++) {
    signals.attemptStarted(i)
    signals.attemptEnded(report, i)
  }
  return signals
}

function replayed(list: ReturnType<typeof timed<{ gapMs: number; report: AttemptReport }>>): EndpointSignals {
  const signals = new EndpointSignals({ limits: {} })
  for (const { report, atMs } of list) {
    signals.attemptStarted(atMs)
    signals.attemptEnded(report, atMs)
  }
  return signals
}

test('an endpoint of which nothing is known has the prior in every respect', () => {
  const signals = new EndpointSignals({ limits: {}, prior: { ttftMs: 500, msPerToken: 10 } })

  const view = signals.describe(0)
  expect(view).toMatchObject({ samples: 0, detectMs: 1_000, inFlight: 0, gatedForMs: 0, heldForMs: 0 })
  expect(view.successRate).toBeCloseTo(0.97, 9)
  expect(view.ttftP50Ms).toBeCloseTo(500 * Math.exp(-0.18), 6)
  expect(view.ttftP99Ms / view.ttftP50Ms).toBeGreaterThan(4)
  expect(view.tokensPerSecondP50).toBeGreaterThan(100)
  expect(view.tokensPerSecondP50).toBeLessThan(110)
  expect(view).not.toHaveProperty('holdReason')
})

test('a prior of rates is that of a new endpoint', () => {
  const signals = new EndpointSignals({
    limits: {},
    prior: { rates: { success: 0.5, early: 0.3, late: 0.2 } },
  })

  expect(signals.rates(0).success).toBeCloseTo(0.5, 12)
})

test('streamed answers teach the time to the first token and the time per token after it', () => {
  const signals = repeated(streamed, 1_000)

  expect(signals.expectedTtftMs(500, 1_000) / 400).toBeCloseTo(1, 1)
  expect(signals.expectedMsPerToken(1_000)).toBeCloseTo(10, 3)
  expect(signals.ttftQuantileMs(0.5, 500, 1_000) / 400).toBeCloseTo(1, 1)
  expect(signals.msPerTokenQuantile(0.9, 500, 1_000) / 10).toBeCloseTo(1, 1)
  expect(signals.describe(1_000).tokensPerSecondP50 / 100).toBeCloseTo(1, 1)
})

test('latencies of one size of prompts are not those of another', () => {
  const signals = repeated(streamed, 1_000)
  for (let i = 0; i < 1_000; i++) {
    signals.attemptEnded({ ...streamed, promptTokens: 100_000, ttftMs: 20_000, durationMs: 30_000 }, 1_000)
  }

  expect(signals.ttftQuantileMs(0.9, 100, 1_000)).toBeLessThan(600)
  expect(signals.ttftQuantileMs(0.9, 100_000, 1_000)).toBeGreaterThan(18_000)
})

test('an answer of one token says nothing of the time per token', () => {
  expect(repeated({ ...streamed, outputTokens: 1, durationMs: 90_000 }, 50).expectedMsPerToken(50)).toBe(20)
})

test('an answer of two tokens says how long the second took', () => {
  const signals = repeated({ ...streamed, outputTokens: 2, durationMs: 460 }, 500)

  expect(signals.expectedMsPerToken(500) / 60).toBeCloseTo(1, 1)
})

test('times per token below a millisecond are told apart', () => {
  const signals = repeated({ ...streamed, outputTokens: 1_001, durationMs: 600 }, 1_000)

  expect(signals.msPerTokenQuantile(0.5, 500, 1_000) / 0.2).toBeCloseTo(1, 1)
})

test('of a size of prompts that was never sent no latency is known', () => {
  expect(repeated(streamed, 5).latencySamples(100_000, 5)).toEqual({ ttft: 0, perToken: 0 })
})

test('a late failure teaches the time to the first token, and not that its stall was slowness', () => {
  const signals = repeated({ ...streamed, outcome: 'late', durationMs: 30_000 }, 200)

  expect(signals.expectedMsPerToken(200)).toBe(20)
  expect(signals.expectedTtftMs(500, 200) / 400).toBeCloseTo(1, 1)
  expect(signals.rates(200).late).toBeGreaterThan(0.9)
})

test('early failures teach how soon a failure shows, and no latency', () => {
  const failed = {
    outcome: 'early',
    weight: 1,
    promptTokens: 500,
    outputTokens: 0,
    durationMs: 10_000,
  } as const
  const signals = repeated(failed, 40)

  expect(signals.expectedDetectMs).toBeCloseTo((40 * 10_000 + 2 * 1_000) / 42, 0)
  expect(signals.expectedTtftMs(500, 40)).toBeCloseTo(1_000, 6)
  expect(signals.rates(40).early).toBeGreaterThan(0.7)
  expect(repeated(streamed, 40).expectedDetectMs).toBe(1_000)
})

test('long answers that come whole teach the time per token; the expected sum nears the duration', () => {
  const signals = repeated({ ...whole, durationMs: 9_000 }, 500)

  expect(signals.expectedTtftMs(500, 500)).toBeCloseTo(1_000, 6)
  expect(signals.expectedMsPerToken(500) / 40).toBeCloseTo(1, 2)
})

test('short answers that come whole teach the time to the first token', () => {
  const signals = repeated({ ...whole, outputTokens: 5, durationMs: 300 }, 500)

  expect(signals.expectedMsPerToken(500)).toBe(20)
  expect(signals.expectedTtftMs(500, 500) / 200).toBeCloseTo(1, 1)
})

test('an answer that comes whole enters no histogram, and a failed one without a token teaches no latency', () => {
  const answered = repeated(whole, 100)
  const failed = repeated({ ...whole, outcome: 'late' }, 100)

  expect(answered.snapshot(100)).toMatchObject({ ttft: [], perToken: [] })
  expect(failed.expectedMsPerToken(100)).toBe(20)
})

test('invariant 26: a neutral outcome changes nothing but the attempts in flight; that one was sent is counted as it starts', () => {
  fc.assert(
    fc.property(history, attemptReport, (list, report) => {
      const signals = replayed(timed(list, 0))
      signals.attemptStarted(1e9)
      expect(signals.inFlight).toBe(1)
      const before = signals.snapshot(1e9)
      signals.attemptEnded({ ...report, outcome: 'neutral' }, 1e9)

      expect(signals.inFlight).toBe(0)
      expect(signals.snapshot(1e9)).toEqual(before)
    }),
  )
})

test('attempts in flight are counted up to 0, whatever their outcomes', () => {
  fc.assert(
    fc.property(fc.array(attemptReport), (reports) => {
      const signals = new EndpointSignals({ limits: {} })
      for (const _ of reports) signals.attemptStarted(0)
      expect(signals.inFlight).toBe(reports.length)
      for (const report of reports) signals.attemptEnded(report, 10)

      expect(signals.inFlight).toBe(0)
    }),
  )
})

test('a herd is hot', () => {
  const signals = new EndpointSignals({ limits: {} })
  for (let i = 0; i < 9; i++) signals.attemptStarted(0)

  expect(signals.hotFactor(0)).toBe(25)
})

test('everything is finite, whatever is reported and asked', () => {
  fc.assert(
    fc.property(
      history,
      share,
      anyNumber,
      fc.integer({ min: 0, max: 1e12 }),
      (list, q, promptTokens, nowMs) => {
        const signals = replayed(timed(list, 0))
        const { success, early, late } = signals.rates(nowMs)
        const numbers = [
          ...Object.values(signals.describe(nowMs, promptTokens)).filter(
            (value) => typeof value === 'number',
          ),
          signals.expectedTtftMs(promptTokens, nowMs),
          signals.expectedMsPerToken(nowMs),
          signals.expectedDetectMs,
          signals.effectiveSamples(nowMs),
          signals.hotFactor(nowMs),
          signals.ttftQuantileMs(q, promptTokens, nowMs),
          signals.msPerTokenQuantile(q, promptTokens, nowMs),
        ]

        for (const number of numbers)
          expect(number).toSatisfy((value: number) => value >= 0 && value < Infinity)
        expect(Math.abs(success + early + late - 1)).toBeLessThan(1e-12)
      },
    ),
  )
})

test('a snapshot that went through JSON restores what is known, whenever it is taken', () => {
  fc.assert(
    fc.property(history, fc.nat(1_000_000), (list, gap) => {
      const nowMs = (timed(list, 0).at(-1)?.atMs ?? 0) + gap
      const signals = replayed(timed(list, 0))
      signals.gate.close(5_000, nowMs - 1_000, () => 0.5)
      signals.hold.place('key rejected', nowMs - 2_000)
      const snapshot = signals.snapshot(nowMs)
      const restored = repeated({ ...streamed, promptTokens: 5_000 }, 3)
      restored.restore(JSON.parse(JSON.stringify(snapshot)), 77)

      // A rate is a count for a time, so that one of 10^-20 loses its last bit on the way there and back.
      const { cap, ...rest } = restored.snapshot(77)
      expect({ ...rest, cap: snapshot.cap }).toEqual(snapshot)
      expect(cap.capPerSecond).toBe(snapshot.cap.capPerSecond)
      expect(Math.abs(cap.perSecond - snapshot.cap.perSecond)).toBeLessThanOrEqual(
        1e-12 * snapshot.cap.perSecond,
      )
      const { gatedForMs, heldForMs, holdReason } = signals.describe(nowMs)
      expect(restored.describe(77)).toMatchObject({ gatedForMs, heldForMs, holdReason })
      expect(restored.rates(5_077).success).toBeCloseTo(signals.rates(nowMs + 5_000).success, 9)
      expect(restored.expectedTtftMs(9, 77) / signals.expectedTtftMs(9, nowMs)).toBeCloseTo(1, 9)
    }),
  )
})

test('a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: -1e9, max: 1e9 }), (list, shiftMs) => {
      const end = (timed(list, 0).at(-1)?.atMs ?? 0) + 12_345

      expect(replayed(timed(list, shiftMs)).snapshot(end + shiftMs)).toEqual(
        replayed(timed(list, 0)).snapshot(end),
      )
    }),
  )
})

test('a success ends a row of rate-limit closings and lifts a hold that has passed', () => {
  const signals = new EndpointSignals({ limits: {} })
  signals.gate.close(undefined, 0, () => 0)
  signals.hold.place('no credit', 0)
  signals.attemptEnded(streamed, 400_000)

  expect(signals.gate.closings).toBe(0)
  expect(signals.hold.reason).toBeUndefined()
})

test('a success of an attempt that is older than a closing or a hold leaves both as they are', () => {
  const signals = new EndpointSignals({ limits: {} })
  signals.gate.close(60_000, 0, () => 0)
  signals.hold.place('no credit', 0)
  signals.attemptEnded(streamed, 10)

  expect(signals.gate.closings).toBe(1)
  expect(signals.describe(10)).toMatchObject({
    gatedForMs: 59_990,
    heldForMs: 299_990,
    holdReason: 'no credit',
  })
})

test('the permits are those of the endpoint’s limits', () => {
  const signals = new EndpointSignals({ limits: { maxConcurrent: 1 } })

  expect(signals.permits.tryReserve(5, 0)).toBeDefined()
  expect(signals.permits.tryReserve(5, 0)).toBeUndefined()
})

test('a snapshot with a number that cannot be is refused', () => {
  const signals = repeated(streamed, 3)
  const snapshot = signals.snapshot(3)

  const detect = { ...snapshot.detect, mass: Number.NaN }
  expect(() => signals.restore({ ...snapshot, detect }, 3)).toThrow('mass must be in')
})

const few = { promptTokens: 300, outputTokens: 200 }

/** Signals of an endpoint whose provider has stated its limits. */
function limited(limits: Parameters<EndpointSignals['observeLimits']>[0]): EndpointSignals {
  const signals = new EndpointSignals({ limits: {} })
  signals.observeLimits(limits, undefined, 0)
  return signals
}

test('nothing is debited while no limit is known, and so nothing corrected once one is', () => {
  const signals = new EndpointSignals({ limits: {} })
  const receipt = signals.debit(few, 0)
  expect(receipt).toBeUndefined()
  expect(signals.snapshot(0)).not.toHaveProperty('headroom')
  signals.observeLimits({ tokens: { limit: 1_000, remaining: 900 } }, receipt, 0)
  signals.settleDebit(receipt, few, 0)

  expect(signals.snapshot(0).headroom?.tokens?.remaining).toBe(900)
})

test('the first header tells what is left of each limit that it names', () => {
  const signals = limited({ requests: { limit: 100, remaining: 4 }, tokens: { limit: 9_000, remaining: 70 } })

  expect(signals.snapshot(0).headroom).toMatchObject({
    requests: { remaining: 4 },
    tokens: { remaining: 70 },
  })
})

test('a header says what was left before the attempts that were sent after its own', () => {
  const signals = limited({ requests: { limit: 100, remaining: 100 } })
  const receipt = signals.debit(few, 10_000)
  for (let attempts = 0; attempts < 50; attempts++) signals.debit(few, 10_000)
  signals.observeLimits({ requests: { limit: 100, remaining: 60 } }, receipt, 10_000)

  expect(signals.snapshot(10_000).headroom?.requests?.remaining).toBe(10)
})

test('an attempt that used fewer tokens than were debited gives the rest back', () => {
  const signals = limited({ tokens: { limit: 1_000, remaining: 1_000 } })
  const receipt = signals.debit(few, 0)
  expect(signals.snapshot(0).headroom?.tokens?.remaining).toBe(500)
  signals.settleDebit(receipt, { promptTokens: 100, outputTokens: 50 }, 0)

  expect(signals.snapshot(0).headroom?.tokens?.remaining).toBe(850)
})

test('its share falls with the limits of its provider, with the learned cap and while it is new, by each of them', () => {
  const signals = new EndpointSignals({ limits: {}, coldStart: new ColdStart() })
  expect(signals.share(0)).toBe(0.1)
  signals.cap.restore({ perSecond: 9.5, capPerSecond: 10 }, 0)
  expect(signals.share(0)).toBeCloseTo(0.1 * 0.5, 9)
  signals.observeLimits({ requests: { limit: 1_000, remaining: 125 } }, undefined, 0)

  expect(signals.share(0)).toBeCloseTo(0.1 * 0.5 * 0.5, 9)
})

test('what spoke against it in an outage of all can be forgotten', () => {
  const signals = repeated({ ...streamed, outcome: 'early' }, 10)
  expect(signals.effectiveSamples(9)).toBeGreaterThan(9)
  signals.forgetOutage(9)

  expect(signals.effectiveSamples(9)).toBeCloseTo(0, 9)
  expect(signals.rates(9).early).toBeCloseTo(0.02, 3)
})

test('what was forgotten of an outage is not told to others, and what came after it is', () => {
  const [signals, other] = [new EndpointSignals({ limits: {} }), new EndpointSignals({ limits: {} })]
  const fail = () => {
    signals.attemptStarted(0)
    signals.attemptEnded({ ...streamed, outcome: 'early' }, 0)
  }
  signals.takeDelta(0)
  for (let i = 0; i < 10; i++) fail()
  signals.forgetOutage(0)
  fail()
  other.merge(signals.takeDelta(0) ?? expect.unreachable(), 0)

  expect(other.effectiveSamples(0)).toBeCloseTo(1, 9)
})

test('a refusal for load closes the gate and sets a cap', () => {
  const signals = new EndpointSignals({ limits: {} })
  signals.attemptStarted(0)
  signals.refused({ retryAfterMs: 7_000, sentAtMs: 0 }, 100, () => 0)

  expect(signals.gate.opensAtMs).toBe(7_100)
  expect(signals.cap.capPerSecond(100)).toBe(0.1)
})

test('a snapshot that went through JSON restores how times are spread', () => {
  const [signals, restored] = [repeated(streamed, 1_000), repeated({ ...streamed, ttftMs: 90 }, 9)]
  restored.restore(JSON.parse(JSON.stringify(signals.snapshot(1_000))), 1_000)

  expect(restored.ttftQuantileMs(0.9, 500, 1_000)).toBeCloseTo(signals.ttftQuantileMs(0.9, 500, 1_000), 6)
  expect(restored.msPerTokenQuantile(0.9, 500, 1_000)).toBeCloseTo(
    signals.msPerTokenQuantile(0.9, 500, 1_000),
    6,
  )
})

test('a snapshot that went through JSON restores how valid its answers were', () => {
  const [signals, restored] = [repeated(streamed, 1), repeated(streamed, 1)]
  for (const valid of [true, false, false, false]) signals.answerChecked(valid, 0)
  restored.restore(JSON.parse(JSON.stringify(signals.snapshot(0))), 0)

  expect(restored.quality.validRate).toBe(0.25)
})

test.each(['restore', 'merge'] as const)(
  'a %s takes what another instance knew of the limits, and keeps those that it knew nothing of',
  (way) => {
    const snapshot = limited({ requests: { limit: 100, remaining: 40 } }).snapshot(0)
    const [fresh, other] = [repeated(streamed, 1), limited({ tokens: { limit: 9_000, remaining: 70 } })]
    for (const signals of [fresh, other]) signals[way](JSON.parse(JSON.stringify(snapshot)), 0)

    expect(fresh.snapshot(0).headroom).toEqual(snapshot.headroom)
    expect(other.snapshot(0).headroom).toMatchObject({
      requests: { remaining: 40 },
      tokens: { remaining: 70 },
    })
  },
)
