import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Roster } from '../../src/runtime/roster.ts'

test('holds what a set would hold, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 20 }))), (steps) => {
      const roster = new Roster<string>()
      const model = new Map<number, string>()
      for (const [comes, number] of steps) {
        if (comes) model.set(roster.add(`item ${number}`), `item ${number}`)
        else {
          const place = [...model.keys()][number] ?? number
          roster.remove(place)
          model.delete(place)
        }
        expect(roster.size).toBe(model.size)
        expect(roster.list().toSorted()).toEqual([...model.values()].toSorted())
      }
    }),
  )
})

test('uses a place again once it is free, so that it never grows beyond the most at one time', () => {
  const roster = new Roster<string>()
  const places = new Set<number>()
  for (let i = 0; i < 1_000; i += 1) {
    const place = roster.add(`item ${i}`)
    places.add(place)
    roster.remove(place)
  }

  expect(places).toEqual(new Set([0]))
})
