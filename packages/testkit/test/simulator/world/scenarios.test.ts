import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionAt, isOn } from '../../../src/simulator/world/fault.ts'
import type { Fault } from '../../../src/simulator/world/fault.ts'
import { drawIncidents } from '../../../src/simulator/world/incidents.ts'
import { baseProviders } from '../../../src/simulator/world/provider-profile.ts'
import { faultWindow } from '../../../src/simulator/world/scenario.ts'
import { scenarios } from '../../../src/simulator/world/scenarios.ts'

const dayMs = 86_400_000

describe('the scenarios', () => {
  test('are numbered 1 to 21, each with a name of its own and providers that exist', () => {
    expect([...new Set(scenarios.map(({ number }) => number))]).toEqual(
      Array.from({ length: 21 }, (_, i) => i + 1),
    )
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
    for (const { faults = [], providers = baseProviders } of scenarios) {
      const names = providers.map(({ name }) => name)
      for (const fault of faults) expect(names).toEqual(expect.arrayContaining([...fault.providers]))
    }
  })

  test('span their faults', () => {
    const herd = scenarios.find(({ name }) => name === 'herd-recovery')
    expect(herd && faultWindow(herd)).toEqual({ fromMs: 900_000, untilMs: 1_620_000 })
    expect(faultWindow({ number: 0, name: '', about: '', lookAt: '' })).toBeUndefined()
  })
})

describe('a fault', () => {
  test('is on from its beginning until just before its end, and in its cycle’s first part', () => {
    const fault = { providers: ['p0'], fromMs: 100, untilMs: 200, cycle: { onMs: 20, offMs: 20 } }
    const on = [99, 100, 119, 120, 139, 140, 179, 180, 199, 200].filter((atMs) => isOn(fault, atMs))
    expect(on).toEqual([100, 119, 140, 180, 199])
  })

  test('grows in a straight line where it is said to', () => {
    const failing = { share: 0.4, mode: 'cut' } as const
    const fault: Fault = { providers: ['p0'], fromMs: 0, untilMs: 100, growing: true, failing }
    expect([0, 25, 50].map((atMs) => conditionAt([fault], atMs).failing[0]?.share)).toEqual([0, 0.1, 0.2])
  })

  test('multiplies with others that are on', () => {
    const factor = fc.double({ min: 0.1, max: 8, noNaN: true })
    fc.assert(
      fc.property(factor, factor, (one, other) => {
        const fault = { providers: ['p0'], fromMs: 0, untilMs: 10 }
        const faults = [
          { ...fault, ttftFactor: one, capacityFactor: other },
          { ...fault, ttftFactor: other, priceFactor: one },
          { ...fault, fromMs: 10, untilMs: 20, ttftFactor: 100 },
        ]
        const { ttftFactor, capacityFactor, priceFactor, perTokenFactor } = conditionAt(faults, 5)
        expect(ttftFactor).toBeCloseTo(one * other)
        expect([capacityFactor, priceFactor, perTokenFactor]).toEqual([other, one, 1])
      }),
    )
  })
})

describe('drawn incidents', () => {
  const durationMs = 4_000 * dayMs
  const incidents = drawIncidents({
    seed: 1,
    providers: ['a', 'b'],
    durationMs,
    speedUp: 1,
    vendor: ['a', 'b'],
  })
  const ownOf = (name: string): readonly Fault[] => incidents.filter(({ providers }) => providers[0] === name)

  test('begin every four days or so, and take about an hour to repair', () => {
    const own = ownOf('a')
    const minutes = own.map(({ fromMs, untilMs }) => (untilMs - fromMs) / 60_000).toSorted((x, y) => x - y)
    expect(durationMs / own.length / dayMs).toBeGreaterThan(3.6)
    expect(durationMs / own.length / dayMs).toBeLessThan(4.6)
    expect(minutes[minutes.length >> 1]).toBeGreaterThan(55)
    expect(minutes[minutes.length >> 1]).toBeLessThan(80)
  })

  test('of one vendor strike the other provider too in half of the cases', () => {
    const shared = ownOf('a').filter(({ providers }) => providers.includes('b'))
    expect(shared.length / ownOf('a').length).toBeCloseTo(0.5, 1)
    expect(ownOf('b').every(({ providers }) => providers.length === 1)).toBe(true)
  })

  test('come and go so many times faster as asked', () => {
    const options = { seed: 5, providers: ['a'], durationMs: 100 * dayMs }
    const slow = drawIncidents({ ...options, speedUp: 1 })
    const fast = drawIncidents({ ...options, durationMs: dayMs, speedUp: 100 })
    expect(fast.map(({ fromMs }) => fromMs)).toEqual(
      slow.map(({ fromMs }) => expect.closeTo(fromMs / 100, 3)),
    )
  })
})
