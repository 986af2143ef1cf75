import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecayedSums } from '../../src/signals/decayed-sums.ts'
import { gapMs, share, timed } from './arbitraries.ts'

const halfLifeMs = 60_000
const events = fc.array(fc.record({ gapMs, value: share }), { maxLength: 40 })

type Event = { readonly atMs: number; readonly value: number }

function summed(list: readonly Event[]): DecayedSums {
  const sums = new DecayedSums(halfLifeMs, 2)
  for (const { value, atMs } of list) sums.record([value, 1 - value], atMs)
  return sums
}

test('a record weighs 2^(-age / half-life) at the instant of the last one', () => {
  fc.assert(
    fc.property(events, (list) => {
      const history = timed(list, 0)
      const lastMs = history.at(-1)?.atMs ?? 0
      const weights = history.map(({ atMs }) => 2 ** ((atMs - lastMs) / halfLifeMs))
      const sums = summed(history)

      expect(sums.mass).toBeCloseTo(
        weights.reduce((sum, weight) => sum + weight, 0),
        9,
      )
      expect(sums.sum(0)).toBeCloseTo(
        history.reduce((sum, { value }, i) => sum + value * (weights[i] ?? 0), 0),
        9,
      )
    }),
  )
})

test('the prior of a mean counts as so many records', () => {
  const sums = summed([
    { atMs: 0, value: 1 },
    { atMs: 0, value: 0.5 },
  ])

  expect(sums.mean(0, 0.1, 2)).toBeCloseTo((1 + 0.5 + 0.2) / 4, 12)
  expect(new DecayedSums(halfLifeMs, 1).mean(0, 0.1, 2)).toBeCloseTo(0.1, 12)
})

test('what is taken back leaves what would be there had it never been recorded', () => {
  fc.assert(
    fc.property(events, events, share, (before, after, value) => {
      const first = timed(before, 0)
      const atMs = first.at(-1)?.atMs ?? 0
      const rest = timed([{ gapMs: 0, value: 0.5 }, ...after], atMs)
      const sums = summed([...first, { atMs, value }, ...rest])
      sums.retract([value, 1 - value], atMs)

      expect(sums.mass).toBeCloseTo(summed([...first, ...rest]).mass, 9)
      expect(sums.sum(0)).toBeCloseTo(summed([...first, ...rest]).sum(0), 9)
    }),
  )
})

test('with all taken back that was recorded, the mass is never negative', () => {
  for (let atMs = 0; atMs < 100_000; atMs += 777) {
    const sums = summed([
      { atMs: 0, value: 0 },
      { atMs, value: 0 },
    ])
    for (const recordedAtMs of [atMs, 0]) sums.retract([0, 1], recordedAtMs)

    expect(sums.mass).toBeGreaterThanOrEqual(0)
  }
})

test('merging nothing changes nothing, and an empty snapshot empties', () => {
  const sums = summed([{ atMs: 5, value: 1 }])
  const before = sums.snapshot(9)
  sums.merge(new DecayedSums(halfLifeMs, 2).snapshot(1e9), 1e9)
  expect(sums.snapshot(9)).toEqual(before)

  sums.restore(new DecayedSums(halfLifeMs, 2).snapshot(0), 0)
  expect(sums.snapshot(7)).toEqual({ idleMs: 0, mass: 0, sums: [0, 0] })
  expect(sums.lastMs).toBe(-Infinity)
})

test('a snapshot with a number that cannot be is refused and changes nothing', () => {
  const sums = summed([{ atMs: 5, value: 1 }])
  const before = sums.snapshot(9)

  expect(() => sums.merge({ ...before, sums: [1, Number.NaN] }, 9)).toThrow('sum must be in')
  expect(() => sums.restore({ ...before, mass: -1 }, 9)).toThrow('mass must be in')
  expect(sums.snapshot(9)).toEqual(before)
})
