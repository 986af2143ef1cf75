import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyModel } from '../../src/signals/latency-model.ts'
import { anyNumber, gapMs, timed } from './arbitraries.ts'

const events = fc.array(
  fc.record({ gapMs, ttftMs: anyNumber, promptTokens: anyNumber, msPerToken: anyNumber }),
  { maxLength: 40 },
)

function learned(
  list: ReturnType<typeof timed<{ gapMs: number; ttftMs: number; promptTokens: number; msPerToken: number }>>,
): LatencyModel {
  const model = new LatencyModel()
  for (const event of list) {
    model.recordTtft(event.ttftMs, event.promptTokens, event.atMs)
    model.recordMsPerToken(event.msPerToken, event.atMs)
  }
  return model
}

/** Draws of a lognormal of median 1 by Box and Muller, from a multiplicative generator with a fixed seed. */
function noise(deviation: number): () => number {
  let state = 12_345
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return () => Math.exp(deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))
}

test('an endpoint of which nothing is known has the prior, for every prompt', () => {
  const model = new LatencyModel({ priorTtftMs: 800, priorMsPerToken: 9 })

  expect(model.expectedTtftMs(0, 0)).toBeCloseTo(800, 9)
  expect(model.expectedTtftMs(100_000, 1e9)).toBeCloseTo(800, 9)
  expect(model.expectedMsPerToken(1e9)).toBe(9)
})

test('the defaults are 1 s and 20 ms per token', () => {
  expect(new LatencyModel().expectedTtftMs(100, 0)).toBeCloseTo(1_000, 9)
  expect(new LatencyModel().expectedMsPerToken(0)).toBe(20)
})

test('it finds the mean TTFT of a steady endpoint within a fifth', () => {
  const draw = noise(0.35)
  const model = new LatencyModel()
  for (let i = 0; i < 2_000; i++) model.recordTtft(400 * draw(), 1_000, i * 100)

  const mean = 400 * Math.exp(0.35 ** 2 / 2)
  expect(model.expectedTtftMs(1_000, 200_000)).toBeGreaterThan(mean * 0.8)
  expect(model.expectedTtftMs(1_000, 200_000)).toBeLessThan(mean * 1.25)
})

test('it finds what each prompt token adds', () => {
  const draw = noise(0.2)
  const model = new LatencyModel()
  for (let i = 0; i < 1_000; i++) {
    const promptTokens = (i % 10) * 1_000
    model.recordTtft((300 + promptTokens * 0.2) * draw(), promptTokens, i * 100)
  }

  const slope = (model.expectedTtftMs(10_000, 100_000) - model.expectedTtftMs(0, 100_000)) / 10_000
  expect(slope).toBeGreaterThan(0.16)
  expect(slope).toBeLessThan(0.24)
})

test('it expects of a prompt what prompts of its size took', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 200; i++) {
    model.recordTtft(300, 0, 0)
    model.recordTtft(2_300, 10_000, 0)
  }

  expect(model.expectedTtftMs(0, 0) / 300).toBeCloseTo(1, 1)
  expect(model.expectedTtftMs(10_000, 0) / 2_300).toBeCloseTo(1, 1)
})

test('prompts of nearly one size do not stretch their noise to long prompts', () => {
  const draw = noise(0.5)
  const model = new LatencyModel()
  for (let i = 0; i < 300; i++) model.recordTtft(500 * draw(), 1_000 + (i % 20), i * 100)

  expect(model.expectedTtftMs(100_000, 30_000)).toBeLessThan(3_000)
})

test('the slope is never negative, and no longer prompt is expected sooner', () => {
  fc.assert(
    fc.property(events, fc.nat(200_000), fc.nat(200_000), (list, one, other) => {
      const model = learned(timed(list, 0))
      const nowMs = 1e9

      expect(model.expectedTtftMs(Math.max(one, other), nowMs)).toBeGreaterThanOrEqual(
        model.expectedTtftMs(Math.min(one, other), nowMs),
      )
    }),
  )
})

test('it rises faster than it falls', () => {
  const up = new LatencyModel()
  const down = new LatencyModel()
  for (let i = 0; i < 100; i++) {
    up.recordTtft(500, 100, i * 1_000)
    down.recordTtft(500, 100, i * 1_000)
  }
  for (let i = 0; i < 3; i++) {
    up.recordTtft(4_000, 100, 100_000)
    down.recordTtft(62.5, 100, 100_000)
  }

  const rise = Math.log(up.expectedTtftMs(0, 100_000) / 500)
  const fall = Math.log(500 / down.expectedTtftMs(0, 100_000))
  expect(rise).toBeGreaterThan(0.9)
  expect(fall).toBeLessThan(rise / 5)
})

test('the mean of the last seconds lies above the recent one by its excess, drawn towards none by two samples', () => {
  const model = new LatencyModel({ priorTtftMs: 1_000 })
  for (const ttftMs of [4_000, 4_000, 4_000]) model.recordTtft(ttftMs, 0, 0)
  const usualMs = (3 * 4_000 + 2 * 1_000) / 5
  const recentMs = (3 * 4_000 + 2 * usualMs) / 5
  const excessMs = 3 * (4_000 - recentMs)

  expect(model.expectedTtftMs(0, 0)).toBeCloseTo(recentMs + excessMs / (3 + 2), 9)
  expect(model.expectedTtftMs(0, 5_000)).toBeCloseTo(recentMs + excessMs / 2 / (3 / 2 + 2), 9)
})

test('what the last seconds raised is forgotten within seconds, as far as it did not last', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 300; i++) model.recordTtft(500, 100, i * 1_000)
  for (let i = 0; i < 3; i++) model.recordTtft(4_000, 100, 300_000)

  const usual = (43.3 * 500 + 3 * 4_000) / 46.3
  expect(model.expectedTtftMs(100, 300_000)).toBeGreaterThan(1.8 * usual)
  expect(model.expectedTtftMs(100, 320_000)).toBeLessThan(1.3 * usual)
})

test('the mean of the last half minute is drawn towards that of the last hour by two samples, and that towards the prior', () => {
  const model = new LatencyModel({ priorMsPerToken: 20 })
  model.recordMsPerToken(100, 0)
  const usualMs = (100 + 2 * 20) / 3

  expect(model.expectedMsPerToken(0)).toBeCloseTo((100 + 2 * usualMs) / 3, 9)

  model.recordMsPerToken(40, 3_600_000)
  const usualLater = (100 / 2 + 40 + 2 * 20) / 3.5
  expect(model.expectedMsPerToken(3_600_000)).toBeCloseTo((40 + 2 * usualLater) / 3, 9)
})

test('an endpoint with a sample a minute is judged by its hour, not by the prior', () => {
  const model = new LatencyModel({ priorTtftMs: 1_000 })
  for (let i = 0; i < 120; i++) model.recordTtft(200, 100, i * 60_000)

  expect(model.expectedTtftMs(100, 119 * 60_000) / 200).toBeCloseTo(1.05, 1)
})

test('after days of silence the first sample is the first', () => {
  const model = new LatencyModel()
  const fresh = new LatencyModel()
  for (let i = 0; i < 100; i++) {
    model.recordMsPerToken(100, i)
    model.recordTtft(9_000, 0, i)
  }
  for (const one of [model, fresh]) {
    one.recordMsPerToken(40, 1e9)
    one.recordTtft(2_000, 0, 1e9)
  }

  expect(model.expectedMsPerToken(1e9)).toBeCloseTo(fresh.expectedMsPerToken(1e9), 9)
  expect(model.expectedTtftMs(0, 1e9)).toBeCloseTo(fresh.expectedTtftMs(0, 1e9), 9)
})

test('beliefs hold for 20 s without samples, then half of them is left after each 300 s', () => {
  const model = new LatencyModel({ priorMsPerToken: 20 })
  for (let i = 0; i < 500; i++) model.recordMsPerToken(100, 0)
  for (let i = 0; i < 500; i++) model.recordTtft(4_000, 0, 0)

  expect(model.expectedMsPerToken(20_000)).toBeCloseTo(100, 2)
  expect(model.expectedMsPerToken(320_000)).toBeCloseTo(60, 2)
  expect(model.expectedMsPerToken(620_000)).toBeCloseTo(40, 2)
  expect(model.expectedTtftMs(0, 20_000) / 4_000).toBeCloseTo(1, 3)
  expect(model.expectedTtftMs(0, 320_000) / Math.sqrt(4_000 * 1_000)).toBeCloseTo(1, 3)
  expect(model.expectedTtftMs(0, 1e12)).toBeCloseTo(1_000, 6)
})

test('a slope never makes a prompt without tokens take less than a tenth of the mean', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 200; i++)
    model.recordTtft(i % 2 === 0 ? 300 : 60_000, i % 2 === 0 ? 90_000 : 100_000, i)

  expect(model.expectedTtftMs(0, 200)).toBeGreaterThan(2_900)
})

test('reading never changes what is read later', () => {
  fc.assert(
    fc.property(events, fc.array(fc.nat(10_000_000)), (list, readings) => {
      const history = timed(list, 0)
      const undisturbed = learned(history)
      const read = learned(history)
      for (const atMs of readings) {
        read.expectedTtftMs(100, atMs)
        read.expectedMsPerToken(atMs)
        read.snapshot(atMs)
      }

      expect(read.snapshot(1e8)).toEqual(undisturbed.snapshot(1e8))
    }),
  )
})

test('what is expected is finite and positive whatever is recorded', () => {
  fc.assert(
    fc.property(events, anyNumber, fc.integer({ min: 0, max: 1e12 }), (list, promptTokens, nowMs) => {
      const model = learned(timed(list, 0))

      expect(model.expectedTtftMs(promptTokens, nowMs)).toBeGreaterThan(0)
      expect(model.expectedTtftMs(promptTokens, nowMs)).toBeLessThan(Infinity)
      expect(model.expectedMsPerToken(nowMs)).toBeGreaterThan(0)
      expect(model.expectedMsPerToken(nowMs)).toBeLessThanOrEqual(60_000)
    }),
  )
})

test('a snapshot that went through JSON restores the same beliefs, its age included', () => {
  fc.assert(
    fc.property(events, fc.nat(1_000_000), (list, ageMs) => {
      const history = timed(list, 0)
      const nowMs = (history.at(-1)?.atMs ?? 0) + 5
      const model = learned(history)
      const restored = new LatencyModel()
      restored.recordTtft(9, 9, 9)
      restored.recordMsPerToken(9, 9)
      restored.restore(JSON.parse(JSON.stringify(model.snapshot(nowMs))), -ageMs)

      expect(restored.expectedTtftMs(500, 0)).toBe(model.expectedTtftMs(500, nowMs + ageMs))
      expect(restored.expectedMsPerToken(0)).toBe(model.expectedMsPerToken(nowMs + ageMs))
    }),
  )
})

test('a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: -1e9, max: 1e9 }), (list, shiftMs) => {
      const end = (timed(list, 0).at(-1)?.atMs ?? 0) + 40_000

      expect(learned(timed(list, shiftMs)).snapshot(end + shiftMs)).toEqual(
        learned(timed(list, 0)).snapshot(end),
      )
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const model = new LatencyModel()
  const steady = new LatencyModel()
  for (const [one, secondMs] of [
    [model, 0],
    [steady, 1_000_000],
  ] as const) {
    one.recordMsPerToken(60, 1_000_000)
    one.recordMsPerToken(30, secondMs)
    one.recordTtft(4_000, 0, 1_000_000)
    one.recordTtft(1, 500, secondMs)
  }

  expect(model.snapshot(1_000_000)).toEqual(steady.snapshot(1_000_000))
  expect(model.expectedTtftMs(0, 0)).toBe(model.expectedTtftMs(0, 1_000_000))
  expect(model.expectedMsPerToken(0)).toBe(model.expectedMsPerToken(1_000_000))
})

test('impossible priors and snapshots are refused by name', () => {
  const model = new LatencyModel()
  model.recordTtft(100, 100, 0)
  const snapshot = model.snapshot(0)
  const { slope, recent } = snapshot

  expect(() => new LatencyModel({ priorTtftMs: 0 })).toThrow('priorTtftMs must be in 1..600000, got 0')
  expect(() => new LatencyModel({ priorMsPerToken: Number.NaN })).toThrow('priorMsPerToken must be in')
  expect(() => model.restore({ ...snapshot, recent: { ...recent, mass: Number.NaN } }, 0)).toThrow(
    'mass must be in',
  )
  expect(() => model.restore({ ...snapshot, recent: { ...recent, sums: [1] } }, 0)).toThrow('number of sums')
  expect(() => model.merge({ ...snapshot, recent: { ...recent, idleMs: -1 } }, 0)).toThrow(
    'idleMs must be in',
  )
  expect(() => model.merge({ ...snapshot, slope: { ...slope, tokensMs: Infinity } }, 0)).toThrow('tokensMs')
})
