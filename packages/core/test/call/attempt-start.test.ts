import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import { follow, named, started } from './follow.ts'
import { planned, timeouts } from './run-script.ts'

const budget = callBudget({ deadlineAtMs: 4_000 })
const first = planned('first')

/** When the first token of the first attempt is overdue. */
function overdueAtMs(setup: CallSetup, event: CallEvent): number | undefined {
  return follow(setup, [event]).state.attempts[0]?.firstTokenByMs
}

describe('the time for a first token', () => {
  test('is half of what is left from when the attempt is sent, not from when the call began', () => {
    expect(overdueAtMs({ budget, plan: [first, planned('second')], standby: [] }, started(1, 2_000))).toBe(
      3_000,
    )
  })

  test('leaves a half for another endpoint if only one of them can use it', () => {
    const plan = [first, planned('slow', { usefulMs: 3_000 }), planned('quick', { usefulMs: 200 })]

    expect(overdueAtMs({ budget, plan, standby: [] }, started(1))).toBe(2_000)
  })

  test.each([
    [2_000, 2_000],
    [2_001, 3_000],
  ])('where the next endpoint needs %i ms of 4,000, ends after %i ms', (usefulMs, byMs) => {
    const plan = [first, planned('second', { usefulMs })]

    expect(overdueAtMs({ budget, plan, standby: [] }, started(1))).toBe(byMs)
  })

  test('is that of an attempt that is not the last, where one more is planned and one on standby', () => {
    const setup = {
      budget: callBudget({ deadlineAtMs: 60_000 }),
      plan: [first, planned('second')],
      standby: [{ ...planned('busy'), retryAtMs: 500 }],
    }
    const patient = { ...timeouts, lastFirstTokenTimeoutMs: 20_000 }

    expect(overdueAtMs(setup, { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts: patient })).toBe(
      3_000,
    )
  })
})

describe('an endpoint that does not admit an attempt', () => {
  const refused = {
    type: 'attempt-refused',
    attempt: 1,
    nowMs: 100,
    reason: 'rate-gate',
    retryAtMs: 900,
  } as const

  test('is waited for when there is no other, until when it says that it may admit', () => {
    const { state, effects } = follow({ budget, plan: [first], standby: [] }, [refused])

    expect(state.attempts).toEqual([])
    expect(effects).toEqual([
      { type: 'wait', standby: { ...first, retryAtMs: 900 }, kind: 'plain', untilMs: 4_000 },
    ])
  })

  test('is passed over for the next one of the plan', () => {
    const { state, effects } = follow({ budget, plan: [first, planned('second')], standby: [] }, [refused])

    expect(named(effects)).toEqual(['start 1 as plain'])
    expect(state.attempts[0]?.planned.endpoint.provider).toBe('second')
  })

  test('is waited for after those that are free before it', () => {
    const soon = { ...planned('soon'), retryAtMs: 300 }
    const { effects } = follow({ budget, plan: [first], standby: [soon] }, [refused])

    expect(effects).toMatchObject([{ type: 'wait', standby: soon }])
  })
})
