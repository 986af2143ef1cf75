import { describe, expect, test } from 'vitest'
import { decide } from '../../src/ranking/decide.ts'
import { fleetOf, question, steady } from './fleet.ts'

const open = { ...steady, breaker: 'open' } as const

describe('panic', () => {
  test('ignores breakers while all of them are open, with two attempts at most, and excluded endpoints stay excluded', () => {
    const fleet = fleetOf([open, open, open])
    const decision = decide(fleet, {
      ...question(),
      preferences: { ignore: ['provider-1'] },
    })

    expect(decision).toMatchObject({ panic: true, maxAttempts: 2, unavailable: [] })
    expect(decision.plan.map((one) => one.endpoint.provider).toSorted()).toEqual(['provider-0', 'provider-2'])
  })

  test('never begins while an endpoint is left, nor at all where the caller would rather fail', () => {
    expect(decide(fleetOf([steady, open]), question()).panic).toBe(false)
    const refusing = decide(fleetOf([open, open]), { ...question(), panic: 'never' })
    expect(refusing).toMatchObject({ panic: false, plan: [] })
    expect(refusing.unavailable).toHaveLength(2)
  })
})
