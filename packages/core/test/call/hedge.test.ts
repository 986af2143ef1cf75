import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { advanceCall } from '../../src/call/call-machine.ts'
import { callRules } from '../../src/call/call-rules.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { content, cut, failed, firstToken, follow, named, serverError, started } from './follow.ts'
import { planned } from './run-script.ts'

const hedge = { afterMs: 400 }
const setup = {
  budget: callBudget({ deadlineAtMs: 60_000, maxHedges: 1 }),
  plan: [planned('first', { hedge }), planned('second', { hedge }), planned('third')],
  standby: [],
}
const hedgeTimer = { type: 'timer', timer: 'hedge', nowMs: 400 } as const
const hedged = [started(1), hedgeTimer, started(2, 410)]

describe('a hedge', () => {
  test('starts the next endpoint of the plan when the delay has passed without content', () => {
    expect(follow(setup, [started(1)]).effects).toContainEqual({
      type: 'set-timer',
      timer: 'hedge',
      atMs: 400,
    })
    expect(named(follow(setup, [started(1), hedgeTimer]).effects)).toEqual(['start 2 as hedge'])
  })

  test('does not start once content has come, or where the budget has none', () => {
    const none = { ...setup, budget: callBudget({ deadlineAtMs: 60_000 }) }

    expect(follow(setup, [started(1), firstToken(1, 300), hedgeTimer]).effects).toEqual([])
    expect(named(follow(none, [started(1)]).effects)).toEqual(['set-timer first-token'])
    expect(follow(none, [started(1), hedgeTimer]).effects).toEqual([])
  })

  test('is not waited for any longer once content is held back', () => {
    const { effects } = follow({ ...setup, rules: callRules({ holdBackMs: 900 }) }, [
      started(1),
      firstToken(1, 100),
    ])

    expect(named(effects)).toContain('clear-timer hedge')
  })

  test('does not start before its delay, should its timer fire early', () => {
    const early = { ...hedgeTimer, nowMs: 399 }

    expect(follow(setup, [started(1), early]).effects).toEqual([
      { type: 'set-timer', timer: 'hedge', atMs: 400 },
    ])
  })

  test('is never made of an attempt that goes on with a broken answer', () => {
    const budget = callBudget({ deadlineAtMs: 60_000, maxHedges: 1, maxContinuations: 1 })
    const { effects } = follow({ ...setup, budget }, [
      started(1),
      firstToken(1, 100),
      failed(1, 200, cut),
      started(2, 200),
    ])

    expect(named(effects)).toEqual(['set-timer first-token'])
  })

  test('wins with the first content token, and the other attempt is cancelled at once and blamed for nothing', () => {
    const { effects } = follow(setup, [
      ...hedged,
      firstToken(2, 500),
      { type: 'timer', timer: 'hold-back', nowMs: 500 },
    ])

    expect(named(effects)).toEqual([
      'cancel-attempt 1',
      'record 1 cancelled',
      'clear-timer first-token',
      'clear-timer hold-back',
      'clear-timer hold-back',
      'commit 2',
    ])
  })

  test('is cancelled when the first attempt has content before it', () => {
    expect(named(follow(setup, [...hedged, firstToken(1, 500)]).effects)).toEqual([
      'cancel-attempt 2',
      'record 2 cancelled',
      'clear-timer first-token',
      'clear-timer hold-back',
      'clear-timer first-token',
      'set-timer idle',
      'commit 1',
      'emit 1',
      'clear-timer hedge',
    ])
  })

  test('goes on when the first attempt fails fatally, and its answer counts', () => {
    const refusal = { kind: 'invalid-request', message: 'no' } as const
    const { state } = follow(setup, [
      ...hedged,
      failed(1, 500, refusal),
      { type: 'attempt-completed', attempt: 2, nowMs: 900 },
    ])

    expect(state.outcome).toEqual({ type: 'answered', attempt: 2 })
  })

  test('does not make a fatal failure of the other one mendable', () => {
    const { state } = follow(setup, [
      ...hedged,
      failed(1, 500, { kind: 'invalid-request', message: 'no' }),
      failed(2, 600, serverError),
    ])

    expect(state.outcome).toMatchObject({ type: 'failed', reason: 'refused' })
    expect(state.attempts).toHaveLength(2)
  })

  test('is followed by a failover only when both attempts have failed', () => {
    const one = follow(setup, [...hedged, failed(2, 500, serverError)])
    const both = follow(setup, [...hedged, failed(2, 500, serverError), failed(1, 600, serverError)])

    expect(named(one.effects)).toEqual(['record 2 failed', 'set-timer first-token', 'clear-timer hedge'])
    expect(named(both.effects)).toContain('start 3 as plain')
  })

  test('leaves its endpoint to a failover when no extra attempt is left for it', () => {
    const refused: CallEvent = {
      type: 'attempt-refused',
      attempt: 2,
      nowMs: 400,
      reason: 'no-extra-attempt',
      retryAtMs: undefined,
    }
    const { state } = follow(setup, [started(1), hedgeTimer, refused, failed(1, 500, serverError)])

    expect(state.attempts.map((attempt) => attempt.planned.endpoint.provider)).toEqual(['first', 'second'])
  })

  test('is not started again: the one after a failover finds the budget spent', () => {
    const { effects } = follow(setup, [
      ...hedged,
      failed(2, 500, serverError),
      failed(1, 600, serverError),
      started(3, 600),
    ])

    expect(named(effects)).toEqual(['set-timer first-token'])
  })

  test('times out for itself: each attempt has its own time for a first token', () => {
    expect(follow(setup, hedged).effects).toEqual([{ type: 'set-timer', timer: 'first-token', atMs: 3_000 }])
    const first = follow(setup, [...hedged, { type: 'timer', timer: 'first-token', nowMs: 3_000 }])

    expect(named(first.effects)).toEqual([
      'cancel-attempt 1',
      'record 1 failed',
      'set-timer first-token',
      'clear-timer hedge',
    ])
    expect(first.effects[2]).toMatchObject({ atMs: 3_410 })
  })
})

describe('invariant 40: exactly one attempt wins', () => {
  test('whenever both have content, the earlier one wins, and at one instant the one that started first', () => {
    const instants = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))
    const rules = fc.constantFrom(
      callRules({}),
      callRules({ holdBackMs: 50 }),
      callRules({ holdBackTokens: 3 }),
    )
    fc.assert(
      fc.property(instants, fc.boolean(), rules, ([first, second], swapped, chosen) => {
        const tokens = [firstToken(1, 500 + first), firstToken(2, 500 + second)].toSorted(
          (one, other) => one.nowMs - other.nowMs || (swapped ? -1 : 1),
        )
        let step = follow({ ...setup, rules: chosen }, hedged)
        for (const [i, token] of tokens.entries()) {
          step = advanceCall(step.state, token)
          const nextMs = tokens[i + 1]?.nowMs ?? Infinity
          if (nextMs > token.nowMs)
            step = advanceCall(step.state, { type: 'timer', timer: 'hold-back', nowMs: token.nowMs })
        }
        const winner = second < first ? 2 : 1
        expect(step.state.attempts.map((attempt) => attempt.status === 'cancelled')).toEqual([
          winner === 2,
          winner === 1,
        ])
      }),
    )
  })

  test('nothing is delivered before the instant of the first token is over, however much has come', () => {
    const { effects } = follow(setup, [...hedged, firstToken(2, 500), content(2, 500), content(2, 500)])

    expect(named(effects)).toEqual(['hold 2'])
  })

  test('content that comes later loses, even when the timer of the earlier one has not fired yet', () => {
    const { state } = follow(setup, [...hedged, firstToken(2, 500), firstToken(1, 501)])

    expect(state.attempts.map((attempt) => attempt.status)).toEqual(['cancelled', 'committed'])
  })
})
