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
    up.recordTtft(500, 100, i)
    down.recordTtft(500, 100, i)
  }
  for (let i = 0; i < 3; i++) {
    up.recordTtft(4_000, 100, 100 + i)
    down.recordTtft(62.5, 100, 100 + i)
  }

  const rise = Math.log(up.expectedTtftMs(0, 103) / 500)
  const fall = Math.log(500 / down.expectedTtftMs(0, 103))
  expect(rise).toBeGreaterThan(1)
  expect(fall).toBeLessThan(rise / 2)
})

test('a rise moves the mean of the logarithm by 0.3 of the smaller of itself and 1, a fall by 0.08 of it', () => {
  const logMeans = [0.5, 2, -0.5].map((delta) => {
    const model = new LatencyModel()
    for (let i = 0; i < 1_000; i++) model.recordTtft(500, 0, i)
    const before = model.snapshot(1_000).ttft?.logMean ?? Number.NaN
    model.recordTtft(Math.exp(before + delta), 0, 1_000)
    return (model.snapshot(1_000).ttft?.logMean ?? Number.NaN) - before
  })

  expect(logMeans[0]).toBeCloseTo(0.3 * 0.5 * 0.5, 9)
  expect(logMeans[1]).toBeCloseTo(0.3 * 2, 9)
  expect(logMeans[2]).toBeCloseTo(-0.08 * 0.5, 9)
})

test('a wild spread raises the expectation by at most the square root of e', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 100; i++) model.recordTtft(i % 2 === 0 ? 5 : 500_000, 0, i)
  const { logMean, logVariance } = model.snapshot(100).ttft ?? {
    logMean: Number.NaN,
    logVariance: Number.NaN,
  }

  expect(logVariance).toBeGreaterThan(2)
  expect(model.expectedTtftMs(0, 100)).toBeCloseTo(Math.exp(logMean + 0.5), 6)
})

test('after a long silence the first sample counts as much as the prior again', () => {
  const model = new LatencyModel()
  for (let i = 0; i < 100; i++) {
    model.recordMsPerToken(100, i)
    model.recordTtft(9_000, 0, i)
  }
  model.recordMsPerToken(40, 1e8)
  model.recordTtft(1_000, 0, 1e8)

  expect(model.expectedMsPerToken(1e8)).toBeCloseTo(30, 6)
  expect(model.snapshot(1e8).ttft?.samples).toBeCloseTo(1, 6)
})

test('the first sample counts as much as the prior', () => {
  const model = new LatencyModel()
  model.recordMsPerToken(100, 0)

  expect(model.expectedMsPerToken(0)).toBe(60)
})

test('beliefs hold for 20 s without samples, then half of them is left after each 300 s', () => {
  const model = new LatencyModel({ priorMsPerToken: 20 })
  for (let i = 0; i < 500; i++) model.recordMsPerToken(100, 0)
  for (let i = 0; i < 500; i++) model.recordTtft(4_000, 0, 0)
  const known = model.expectedTtftMs(0, 0)

  expect(model.expectedMsPerToken(20_000)).toBeCloseTo(100, 6)
  expect(model.expectedMsPerToken(320_000)).toBeCloseTo(60, 6)
  expect(model.expectedMsPerToken(620_000)).toBeCloseTo(40, 6)
  expect(model.expectedTtftMs(0, 20_000)).toBeCloseTo(known, 9)
  expect(model.expectedTtftMs(0, 320_000)).toBeCloseTo(Math.sqrt(known * 1_000), 6)
  expect(model.expectedTtftMs(0, 1e12)).toBeCloseTo(1_000, 6)
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
  model.recordMsPerToken(60, 1_000_000)
  const before = model.expectedMsPerToken(1_000_000)
  model.recordMsPerToken(before, 0)
  model.recordTtft(4_000, 0, 1_000_000)
  const ttftMs = model.expectedTtftMs(0, 1_000_000)
  model.recordTtft(1, 0, 0)

  expect(model.expectedTtftMs(0, 1_020_000)).toBe(model.expectedTtftMs(0, 0))
  expect(model.expectedTtftMs(0, 0)).toBeLessThan(ttftMs)
  expect(model.expectedMsPerToken(0)).toBeCloseTo(before, 9)
  expect(model.expectedMsPerToken(1_010_000)).toBeCloseTo(before, 9)
})

test('impossible priors and snapshots are refused by name', () => {
  const model = new LatencyModel()
  model.recordTtft(100, 100, 0)
  model.recordMsPerToken(10, 0)
  const { slope, ttft, perToken } = model.snapshot(0)
  if (ttft === undefined || perToken === undefined) throw new Error('both were sampled')

  expect(() => new LatencyModel({ priorTtftMs: 0 })).toThrow('priorTtftMs must be in 1..600000, got 0')
  expect(() => new LatencyModel({ priorMsPerToken: Number.NaN })).toThrow('priorMsPerToken must be in')
  expect(() => model.restore({ slope, ttft: { ...ttft, logMean: Number.NaN } }, 0)).toThrow('ttft.logMean')
  expect(() => model.restore({ slope, perToken: { ...perToken, idleMs: -1 } }, 0)).toThrow('perToken.idleMs')
  expect(() => model.restore({ slope: { ...slope, tokensMs: Infinity } }, 0)).toThrow('tokensMs')
})
