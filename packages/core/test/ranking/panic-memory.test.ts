import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import { PanicMemory } from '../../src/ranking/panic-memory.ts'
import { fleetOf, question, steady } from './fleet.ts'

const open = { ...steady, breaker: 'open' } as const

describe('panic', () => {
  test('ignores breakers while all of them are open, with two attempts at most, and excluded endpoints stay excluded', () => {
    const fleet = fleetOf([open, open, open])
    const decision = decide(fleet, {
      ...question(),
      preferences: { ignore: ['provider-1'] },
      panic: new PanicMemory(),
    })

    expect(decision).toMatchObject({ panic: true, maxAttempts: 2, unavailable: [] })
    expect(decision.plan.map((one) => one.endpoint.provider).toSorted()).toEqual(['provider-0', 'provider-2'])
  })

  test('never begins while an endpoint is left, nor at all where the caller would rather fail', () => {
    expect(decide(fleetOf([steady, open]), { ...question(), panic: new PanicMemory() }).panic).toBe(false)
    const refusing = decide(fleetOf([open, open]), { ...question(), panic: 'never' })
    expect(refusing).toMatchObject({ panic: false, plan: [] })
    expect(refusing.unavailable).toHaveLength(2)
  })

  test('invariant 32: begins only when no breaker admits, and never ends within 5 s of its beginning', () => {
    const step = fc.record({ admitted: fc.nat(2), thenMs: fc.nat(3_000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const memory = new PanicMemory()
        const endpoints = fleetOf([open, open])
        let nowMs = 0
        let begunAtMs = -Infinity
        let was = false
        for (const { admitted, thenMs } of steps) {
          const is = memory.isOn(endpoints, { admitted, open: 2 - admitted, nowMs })
          if (is && !was) expect(admitted).toBe(0)
          if (is && !was) begunAtMs = nowMs
          if (!is && was && admitted < 2) expect(nowMs - begunAtMs).toBeGreaterThanOrEqual(5_000)
          was = is
          nowMs += thenMs
        }
      }),
    )
  })
})
