import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { advanceCall } from '../../src/call/call-machine.ts'
import { callRules } from '../../src/call/call-rules.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { content, cut, ended, failed, firstToken, follow, named, serverError, started } from './follow.ts'
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

  test('does not start while the caller reads nothing, and counts the silence from when it reads again', () => {
    const paused = [started(1), { type: 'caller-paused', nowMs: 300 }, hedgeTimer] as const
    expect(follow(setup, paused).effects).toEqual([])

    const resumed = [...paused, { type: 'caller-resumed', nowMs: 5_300 }] as const
    expect(follow(setup, resumed).effects).toContainEqual({ type: 'set-timer', timer: 'hedge', atMs: 5_400 })
    expect(named(follow(setup, [...resumed, { ...hedgeTimer, nowMs: 5_400 }]).effects)).toEqual([
      'start 2 as hedge',
    ])
  })

  test('has no timer again when the caller reads again but content is held back, or nothing is to be hedged', () => {
    const pause = [{ type: 'caller-paused', nowMs: 300 }, { type: 'caller-resumed', nowMs: 400 }] as const // prettier-ignore
    const held = { ...setup, rules: callRules({ holdBackMs: 900 }) }
    const plain = { ...setup, plan: [planned('first'), planned('second')] }

    expect(named(follow(held, [started(1), firstToken(1, 100), ...pause]).effects)).toEqual([
      'set-timer idle',
    ])
    expect(named(follow(plain, [started(1), ...pause]).effects)).toEqual(['set-timer first-token'])
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

  test('is not timed while its plan names no delay', () => {
    const plain = { ...setup, plan: [planned('first'), planned('second')] }

    expect(named(follow(plain, [started(1)]).effects)).toEqual(['set-timer first-token'])
    expect(follow(plain, [started(1), hedgeTimer]).effects).toEqual([])
  })

  test('holds its first content for the instant, in which the first attempt may still have some', () => {
    expect(follow(setup, [...hedged, firstToken(2, 500)]).effects).toEqual([
      { type: 'set-timer', timer: 'first-token', atMs: 3_000 },
      { type: 'set-timer', timer: 'idle', atMs: 5_500 },
      { type: 'hold', attempt: 2 },
      { type: 'set-timer', timer: 'hold-back', atMs: 500 },
      { type: 'clear-timer', timer: 'hedge' },
    ])
  })

  test.each([
    ['time', callRules({ holdBackMs: 300 }), [{ type: 'set-timer', timer: 'hold-back', atMs: 800 }]],
    ['number of tokens', callRules({ holdBackTokens: 3 }), []],
  ])('wins, and is held back for the %s that the caller wants', (_, rules, more) => {
    const { effects } = follow({ ...setup, rules }, [
      ...hedged,
      firstToken(2, 500),
      { type: 'timer', timer: 'hold-back', nowMs: 500 },
    ])

    expect(named(effects).slice(0, 2)).toEqual(['cancel-attempt 1', 'record 1 cancelled'])
    expect(effects.slice(4)).toEqual(more)
  })

  test('wins with a whole answer that did not stream, and the other attempt is cancelled', () => {
    const { effects } = follow(setup, [...hedged, { type: 'attempt-completed', attempt: 2, nowMs: 900 }])

    expect(named(effects)).toEqual([
      'cancel-attempt 1',
      'record 1 cancelled',
      'commit 2',
      'emit 2',
      'record 2 answered',
      ...ended,
    ])
  })

  test.each([
    ['on to the next endpoint while there is one', setup.plan, 'start 3 as plain'],
    ['nowhere when there is none', setup.plan.slice(0, 2), 'settle'],
  ])('that has won and breaks off while it is held back leads %s', (_, plan, effect) => {
    const { state, effects } = follow({ ...setup, plan, rules: callRules({ holdBackMs: 300 }) }, [
      ...hedged,
      firstToken(2, 500),
      { type: 'timer', timer: 'hold-back', nowMs: 500 },
      failed(2, 600, cut),
    ])

    expect(named(effects)).toContain(effect)
    expect(state.outcome).toEqual(
      effect === 'settle' ? { type: 'failed', reason: 'all-failed', retryAtMs: undefined } : undefined,
    )
  })

  test('that is not admitted leaves the first attempt as it is', () => {
    const { state, effects } = follow(setup, [
      started(1),
      hedgeTimer,
      { type: 'attempt-refused', attempt: 2, nowMs: 400, reason: 'rate-gate', retryAtMs: 900 },
    ])

    expect(effects).toEqual([])
    expect(state.attempts.map(({ status }) => status)).toEqual(['running'])
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
