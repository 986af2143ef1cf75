import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InFlight } from '../../src/signals/in-flight.ts'
import { gapMs, timed } from './arbitraries.ts'

const steps = fc.array(fc.record({ gapMs, starts: fc.boolean() }), { maxLength: 60 })

function replayed(list: ReturnType<typeof timed<{ gapMs: number; starts: boolean }>>): InFlight {
  const inFlight = new InFlight()
  for (const { starts, atMs } of list) {
    if (starts) inFlight.started(atMs)
    else inFlight.ended(atMs)
  }
  return inFlight
}

test('the count is never negative, and is 0 again once every started attempt has ended', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const inFlight = new InFlight()
      let model = 0
      for (const { starts, atMs } of timed(list, 0)) {
        if (starts) inFlight.started(atMs)
        else inFlight.ended(atMs)
        model = starts ? model + 1 : Math.max(0, model - 1)
        expect(inFlight.count).toBe(model)
      }
      while (model-- > 0) inFlight.ended(0)

      expect(inFlight.count).toBe(0)
    }),
  )
})

test('the average is the integral of the count, older time fading with the time constant', () => {
  const inFlight = new InFlight({ windowMs: 10_000 })
  inFlight.started(0)
  inFlight.started(0)
  inFlight.ended(10_000)

  expect(inFlight.average(10_000)).toBeCloseTo(2 * (1 - Math.exp(-1)), 12)
  expect(inFlight.average(20_000)).toBeCloseTo(2 * (1 - Math.exp(-1)) * Math.exp(-1) + (1 - Math.exp(-1)), 12)
  expect(inFlight.average(1e9)).toBe(1)
})

test('one attempt on an idle endpoint is not hot, and a herd is', () => {
  const inFlight = new InFlight()
  expect(inFlight.hotFactor(0)).toBe(1)
  inFlight.started(0)
  expect(inFlight.hotFactor(0)).toBe(1)
  for (let i = 0; i < 8; i++) inFlight.started(0)

  expect(inFlight.hotFactor(0)).toBeCloseTo((10 / 2) ** 2, 12)
})

test('what is hot depends on what is usual', () => {
  const inFlight = new InFlight()
  inFlight.started(0)
  inFlight.started(0)
  for (let i = 0; i < 8; i++) inFlight.started(1e9)

  expect(inFlight.hotFactor(1e9)).toBeCloseTo((11 / (1.5 * 2 + 2)) ** 2, 12)
})

test('a load that lasts becomes usual', () => {
  const inFlight = new InFlight()
  for (let i = 0; i < 50; i++) inFlight.started(0)

  expect(inFlight.hotFactor(1_000)).toBeGreaterThan(100)
  expect(inFlight.hotFactor(300_000)).toBe(1)
})

test('the hot factor is finite and at least 1, and reading changes nothing', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(1e9)), (list, readings) => {
      const history = timed(list, 0)
      const read = replayed(history)
      for (const atMs of readings) {
        expect(read.hotFactor(atMs)).toBeGreaterThanOrEqual(1)
        expect(read.hotFactor(atMs)).toBeLessThan(Infinity)
      }

      expect(read.average(1e9)).toBe(replayed(history).average(1e9))
    }),
  )
})

test('a shift of all instants changes nothing, bit for bit', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: -1e9, max: 1e9 }), (list, shiftMs) => {
      const end = (timed(list, 0).at(-1)?.atMs ?? 0) + 100

      expect(replayed(timed(list, shiftMs)).average(end + shiftMs)).toBe(
        replayed(timed(list, 0)).average(end),
      )
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const inFlight = new InFlight()
  inFlight.started(50_000)
  inFlight.started(0)

  expect(inFlight.average(0)).toBe(0)
  expect(inFlight.average(50_000)).toBe(0)
})

test('an impossible window is refused by name, bound and value', () => {
  expect(() => new InFlight({ windowMs: 1 })).toThrow('windowMs must be in 1000..600000, got 1')
})
