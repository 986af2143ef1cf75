import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { callRules } from '../../src/call/call-rules.ts'
import { content, cut, failed, firstToken, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const budget = callBudget({ deadlineAtMs: 60_000, maxContinuations: 1 })
const setup = { budget, plan: [planned('first'), planned('second'), planned('third')], standby: [] }
const native = {
  ...setup,
  plan: [planned('first'), planned('second'), planned('third', { continuesNatively: true })],
}
const broken = [started(1), firstToken(1, 100), failed(1, 200, cut)]
const restarted = [...broken, started(2, 200), firstToken(2, 300)]
const caughtUp: CallEvent = { type: 'caught-up', attempt: 2, nowMs: 400 }

describe('an answer that broke off', () => {
  test('ends the call unless the caller wants it gone on with', () => {
    const plain = { ...setup, budget: callBudget({ deadlineAtMs: 60_000 }) }

    expect(follow(plain, broken).state.outcome).toEqual({ type: 'broken', attempt: 1, failure: cut })
  })

  test('begins anew on the next endpoint, of which nothing is delivered before it has caught up', () => {
    expect(named(follow(setup, broken).effects)).toContain('start 2 as restart')
    expect(named(follow(setup, restarted).effects)).toEqual(['clear-timer first-token', 'set-timer idle'])
    expect(follow(setup, [...restarted, content(2, 350)]).effects).toEqual([])
    expect(named(follow(setup, [...restarted, caughtUp]).effects)).toEqual(['commit 2', 'emit 2'])
    expect(named(follow(setup, [...restarted, caughtUp, content(2, 450)]).effects)).toEqual(['emit 2'])
  })

  test('asks the endpoint that begins it anew for admission, as any other', () => {
    expect(follow(setup, broken).effects.at(-1)).toMatchObject({ type: 'start-attempt', admitted: false })
  })

  test('is timed for its pauses while it is repeated', () => {
    expect(follow(setup, restarted).effects.at(-1)).toEqual({ type: 'set-timer', timer: 'idle', atMs: 5_300 })
    const repeating = [...restarted, content(2, 4_000)]
    expect(follow(setup, [...repeating, { type: 'timer', timer: 'idle', nowMs: 5_300 }]).effects).toEqual([
      { type: 'set-timer', timer: 'idle', atMs: 9_000 },
    ])
  })

  test('is answered by the attempt that went on with it', () => {
    const { state } = follow(setup, [
      ...restarted,
      caughtUp,
      { type: 'attempt-completed', attempt: 2, nowMs: 500 },
    ])

    expect(state.outcome).toEqual({ type: 'answered', attempt: 2 })
  })

  test('goes on first of all where the endpoint does that by itself, and is delivered from its first token', () => {
    expect(named(follow(native, broken).effects)).toContain('start 2 as continuation')
    expect(follow(native, broken).state.attempts[1]?.planned.endpoint.provider).toBe('third')
    expect(named(follow(native, restarted).effects)).toContain('commit 2')
  })

  test('is not held back where it goes on, since its beginning was delivered', () => {
    const held = [started(1), firstToken(1, 100), { type: 'timer', timer: 'hold-back', nowMs: 400 }] as const
    const { effects } = follow({ ...native, rules: callRules({ holdBackMs: 300 }) }, [
      ...held,
      failed(1, 500, cut),
      started(2, 500),
      firstToken(2, 600),
    ])

    expect(named(effects)).toContain('commit 2')
  })

  test.each([
    ['that delivers the first answer', setup, [started(1), firstToken(1, 100)], 1],
    ['that has caught up', setup, [...restarted, caughtUp], 2],
    ['that goes on by itself', native, [...broken, started(2, 200)], 2],
  ] as const)('is not ended by a divergence that is told of an attempt %s', (_, wanted, events, attempt) => {
    const { state, effects } = follow(wanted, [...events, { type: 'diverged', attempt, nowMs: 450 }])

    expect(effects).toEqual([])
    expect(state.outcome).toBeUndefined()
  })

  test.each([
    ['the restart diverges', [...restarted, { type: 'diverged', attempt: 2, nowMs: 400 }]],
    [
      'the restart ends before it has caught up',
      [...restarted, { type: 'attempt-completed', attempt: 2, nowMs: 400 }],
    ],
    [
      'the restart fails',
      [...broken, started(2, 200), failed(2, 300, { kind: 'unreachable', message: 'no' })],
    ],
    ['the restart stalls', [...restarted, { type: 'timer', timer: 'idle', nowMs: 5_300 }]],
    ['the deadline passes', [...restarted, { type: 'timer', timer: 'deadline', nowMs: 60_000 }]],
  ] as const)('stays broken by its first failure when %s', (_, events) => {
    const { state, effects } = follow(setup, events)

    expect(state.outcome).toEqual({ type: 'broken', attempt: 1, failure: cut })
    expect(state.attempts).toHaveLength(2)
    expect(named(effects)).not.toContain('commit 2')
  })

  test('is gone on with once: a second break ends the call', () => {
    const { state } = follow(setup, [...restarted, caughtUp, failed(2, 500, cut)])

    expect(state.outcome).toEqual({ type: 'broken', attempt: 2, failure: cut })
  })

  test('is gone on with once where the endpoint does that by itself too', () => {
    const { state } = follow(native, [...restarted, failed(2, 500, cut)])

    expect(state.outcome).toEqual({ type: 'broken', attempt: 2, failure: cut })
  })

  test('is not gone on with once it was said that it cannot be, nor after a failure of the request itself', () => {
    const uncontinuable = [
      started(1),
      firstToken(1, 100),
      { type: 'not-continuable', nowMs: 150 },
      failed(1, 200, cut),
    ] as const
    const refused = [
      started(1),
      firstToken(1, 100),
      failed(1, 200, { kind: 'content-refused', message: 'no' }),
    ]

    expect(follow(setup, uncontinuable).state.attempts).toHaveLength(1)
    expect(follow(setup, refused).state.attempts).toHaveLength(1)
  })

  test('tries the next endpoint when one does not admit it', () => {
    const refused = {
      type: 'attempt-refused',
      attempt: 2,
      nowMs: 200,
      reason: 'rate-gate',
      retryAtMs: 900,
    } as const
    const { state } = follow(setup, [...broken, refused])

    expect(state.attempts.map((attempt) => attempt.planned.endpoint.provider)).toEqual(['first', 'third'])
    expect(state.attempts[1]?.kind).toBe('restart')
  })

  test('stalls, and goes on elsewhere', () => {
    const { effects } = follow(setup, [
      started(1),
      firstToken(1, 100),
      { type: 'timer', timer: 'idle', nowMs: 5_100 },
    ])

    expect(named(effects)).toEqual([
      'cancel-attempt 1',
      'record 1 failed',
      'clear-timer idle',
      'clear-timer hold-back',
      'start 2 as restart',
    ])
  })
})
