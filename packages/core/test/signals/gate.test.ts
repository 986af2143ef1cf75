import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateGate } from '../../src/signals/gate.ts'
import { gapMs, share, timed } from './arbitraries.ts'

const lowest = (): number => 0
const highest = (): number => 1 - Number.EPSILON

test('a gate that was never closed is open', () => {
  expect(new RateGate().isClosed(0)).toBe(false)
  expect(new RateGate().opensAtMs).toBe(-Infinity)
})

test('it stays closed for as long as the provider says, and up to a fifth longer', () => {
  const soonest = new RateGate()
  const latest = new RateGate()
  soonest.close(10_000, 5_000, lowest)
  latest.close(10_000, 5_000, highest)

  expect(soonest.opensAtMs).toBe(15_000)
  expect(soonest.isClosed(14_999)).toBe(true)
  expect(soonest.isClosed(15_000)).toBe(false)
  expect(latest.opensAtMs).toBeCloseTo(17_000, 6)
})

test('without a time from the provider it closes for 1 s, 2 s, 4 s and then 8 s, each once the last has passed', () => {
  const gate = new RateGate()
  const waits = Array.from({ length: 9 }, () => {
    const nowMs = Math.max(0, gate.opensAtMs)
    gate.close(undefined, nowMs, lowest)
    return gate.opensAtMs - nowMs
  })

  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000])
})

test('refusals of attempts that were under way are one closing', () => {
  const gate = new RateGate()
  for (let i = 0; i < 20; i++) gate.close(undefined, i, lowest)

  expect(gate.closings).toBe(1)
  expect(gate.opensAtMs).toBe(1_019)
})

test('a success ends the row of closings and leaves a closed gate closed', () => {
  const gate = new RateGate()
  gate.close(undefined, 0, lowest)
  gate.close(undefined, 1_000, lowest)
  gate.succeeded()

  expect(gate.isClosed(2_999)).toBe(true)
  gate.close(undefined, 3_000, lowest)
  expect(gate.opensAtMs).toBe(4_000)
})

test('a provider that asks for no wait gets the gate’s own, and one that asks for a week gets an hour', () => {
  const none = new RateGate()
  const week = new RateGate()
  none.close(0, 0, lowest)
  week.close(604_800_000, 0, lowest)

  expect(none.opensAtMs).toBe(1_000)
  expect(week.opensAtMs).toBe(3_600_000)
})

test('it never opens earlier than it once said, and never before the time that the provider named', () => {
  const closings = fc.record({
    gapMs,
    retryAfterMs: fc.option(fc.nat(3_600_000), { nil: undefined }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    until: fc.option(fc.nat(1e8), { nil: undefined }),
    succeeds: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(closings), (list) => {
      const gate = new RateGate()
      for (const { atMs, retryAfterMs, random, until, succeeds } of timed(list, 0)) {
        const before = gate.opensAtMs
        if (until === undefined) gate.close(retryAfterMs, atMs, () => random)
        else gate.closeUntil(until)
        if (succeeds) gate.succeeded()

        expect(gate.opensAtMs).toBeGreaterThanOrEqual(before)
        expect(gate.opensAtMs).toBeGreaterThanOrEqual(until ?? atMs + (retryAfterMs ?? 0))
      }
    }),
  )
})

test('a shift of all instants shifts the opening, and a snapshot carries what is left of it', () => {
  fc.assert(
    fc.property(
      fc.nat(100_000),
      share,
      fc.integer({ min: -1e9, max: 1e9 }),
      (retryAfterMs, random, shiftMs) => {
        const gate = new RateGate()
        gate.close(retryAfterMs, 0, () => random)
        const restored = new RateGate()
        restored.restore(JSON.parse(JSON.stringify(gate.snapshot(500))), 500 + shiftMs)

        expect(restored.isClosed(600 + shiftMs)).toBe(gate.isClosed(600))
        expect(restored.closings).toBe(1)
      },
    ),
  )
})

test('restored from one that is open, it is as if it had never been closed', () => {
  const gate = new RateGate()
  gate.close(5_000, 0, lowest)
  const snapshot = gate.snapshot(5_000)
  gate.restore(snapshot, 9_000)

  expect(gate.opensAtMs).toBe(-Infinity)
})

test('a snapshot with a number that cannot be is refused', () => {
  expect(() => new RateGate().restore({ closedForMs: Infinity, closings: 0 }, 0)).toThrow(
    'closedForMs must be in',
  )
  expect(() => new RateGate().restore({ closedForMs: 0, closings: -1 }, 0)).toThrow('closings must be in')
})
