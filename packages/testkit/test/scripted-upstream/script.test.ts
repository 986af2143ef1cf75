import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openCall } from '../../src/scripted-upstream/arrival.ts'
import { behaviourFor, failsDuring } from '../../src/scripted-upstream/script.ts'

const call = openCall({ index: 3, atMs: 0, path: '/', headers: {}, body: '{}' })

describe('failsDuring', () => {
  test('fails whenever the instant is within forMs of the start of a fault, and never else', () => {
    const milliseconds = fc.integer({ min: 1, max: 1_000 })
    fc.assert(
      fc.property(milliseconds, milliseconds, fc.nat(500), fc.nat(5_000), (one, other, offsetMs, nowMs) => {
        const schedule = {
          everyMs: Math.max(one, other),
          forMs: Math.min(one, other),
          offsetMs,
          nowMs: () => nowMs,
        }
        const script = failsDuring(schedule, { status: 500 })

        let fails = false
        for (let startMs = offsetMs; startMs <= nowMs; startMs += schedule.everyMs) {
          if (nowMs < startMs + schedule.forMs) fails = true
        }
        expect(behaviourFor(script, call)).toEqual(fails ? { status: 500 } : {})
      }),
    )
  })

  test('happens once when everyMs is infinite', () => {
    let nowMs = 0
    const script = failsDuring({ everyMs: Infinity, forMs: 100, nowMs: () => nowMs }, { status: 500 })

    expect(behaviourFor(script, call)).toEqual({ status: 500 })
    nowMs = 100
    expect(behaviourFor(script, call)).toEqual({})
  })

  test('follows scripts inside it', () => {
    let nowMs = 0
    const inner = failsDuring(
      { everyMs: 10, forMs: 5, nowMs: () => nowMs },
      { status: 503 },
      ({ index }) => ({
        outputTokens: index,
      }),
    )
    const script = failsDuring(
      { everyMs: 100, forMs: 10, offsetMs: 50, nowMs: () => nowMs },
      { hang: 'before-headers' },
      inner,
    )
    const at = (instantMs: number): unknown => {
      nowMs = instantMs
      return behaviourFor(script, call)
    }

    expect([at(0), at(7), at(55)]).toEqual([{ status: 503 }, { outputTokens: 3 }, { hang: 'before-headers' }])
  })

  test.for([
    [{ everyMs: 0, forMs: 0 }, 'everyMs must be above 0, got 0'],
    [{ everyMs: 10, forMs: 11 }, 'forMs must be in 0..10, got 11'],
    [{ everyMs: 10, forMs: NaN }, 'forMs must be in 0..10, got NaN'],
  ] as const)('refuses %j', ([schedule, message]) => {
    expect(() => failsDuring({ ...schedule, nowMs: () => 0 }, {})).toThrow(new RangeError(message))
  })
})
