import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { callRules } from '../../src/call/call-rules.ts'
import { content, cut, failed, firstToken, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const two = {
  budget: callBudget({ deadlineAtMs: 60_000 }),
  plan: [planned('first'), planned('second')],
  standby: [],
}
const timed = { ...two, rules: callRules({ holdBackMs: 300 }) }
const counted = { ...two, rules: callRules({ holdBackTokens: 2 }) }
const both = { ...two, rules: callRules({ holdBackMs: 300, holdBackTokens: 2 }) }
const due = { type: 'timer', timer: 'hold-back', nowMs: 400 } as const

describe('content that is held back', () => {
  test('is delivered once its time has passed', () => {
    expect(named(follow(timed, [started(1), firstToken(1, 100)]).effects)).toEqual([
      'clear-timer first-token',
      'set-timer idle',
      'hold 1',
      'set-timer hold-back',
    ])
    expect(named(follow(timed, [started(1), firstToken(1, 100), content(1, 200)]).effects)).toEqual([
      'hold 1',
    ])
    expect(named(follow(timed, [started(1), firstToken(1, 100), due]).effects)).toEqual([
      'clear-timer hold-back',
      'commit 1',
    ])
  })

  test('is timed from the first token on, as its pauses are', () => {
    expect(follow(timed, [started(1), firstToken(1, 100)]).effects).toEqual([
      { type: 'clear-timer', timer: 'first-token' },
      { type: 'set-timer', timer: 'idle', atMs: 5_100 },
      { type: 'hold', attempt: 1 },
      { type: 'set-timer', timer: 'hold-back', atMs: 400 },
    ])
  })

  test('has no timer where only a number of tokens bounds it', () => {
    expect(named(follow(counted, [started(1), firstToken(1, 100)]).effects)).toEqual([
      'clear-timer first-token',
      'set-timer idle',
      'hold 1',
    ])
  })

  test('is held on when its timer fires early', () => {
    const early = { ...due, nowMs: 399 }

    expect(follow(timed, [started(1), firstToken(1, 100), early]).effects).toEqual([
      { type: 'set-timer', timer: 'hold-back', atMs: 400 },
    ])
  })

  test('is delivered with the first token beyond those that are held', () => {
    const tokens = [started(1), firstToken(1, 100), content(1, 110)]

    expect(named(follow(counted, tokens).effects)).toEqual(['hold 1'])
    expect(named(follow(counted, [...tokens, content(1, 120)]).effects)).toEqual([
      'clear-timer hold-back',
      'commit 1',
      'emit 1',
    ])
  })

  test('is delivered by whichever bound comes first', () => {
    expect(named(follow(both, [started(1), firstToken(1, 100), due]).effects)).toContain('commit 1')
    const tokens = [started(1), firstToken(1, 100), content(1, 101), content(1, 102)]
    expect(named(follow(both, tokens).effects)).toContain('commit 1')
  })

  test('is delivered in time when the timer is late', () => {
    expect(named(follow(timed, [started(1), firstToken(1, 100), content(1, 500)]).effects)).toContain(
      'commit 1',
    )
  })

  test('is delivered when the answer is whole before that', () => {
    const { effects, state } = follow(timed, [
      started(1),
      firstToken(1, 100),
      { type: 'attempt-completed', attempt: 1, nowMs: 150 },
    ])

    expect(named(effects).slice(0, 2)).toEqual(['commit 1', 'record 1 answered'])
    expect(state.outcome).toEqual({ type: 'answered', attempt: 1 })
  })

  test('is never seen when it breaks off: the next endpoint answers, and the failure counts as an early one', () => {
    const { effects } = follow(timed, [started(1), firstToken(1, 100), failed(1, 200, cut)])

    expect(named(effects)).toEqual([
      'record 1 failed',
      'clear-timer idle',
      'clear-timer hold-back',
      'start 2 as plain',
    ])
    expect(effects[0]).toMatchObject({ result: { committed: false } })
  })

  test('counts as stalled when nothing follows it, and is failed over as well', () => {
    const { effects } = follow(counted, [
      started(1),
      firstToken(1, 100),
      { type: 'timer', timer: 'idle', nowMs: 5_100 },
    ])

    expect(named(effects)).toContain('start 2 as plain')
  })

  test('is bounded: 4,096 pieces are delivered whatever the time', () => {
    const pieces = Array.from({ length: 4_096 }, () => content(1, 100))

    expect(follow(timed, [started(1), firstToken(1, 100), ...pieces.slice(1)]).state.attempts).toMatchObject([
      { status: 'held', heldPieces: 4_096 },
    ])
    expect(follow(timed, [started(1), firstToken(1, 100), ...pieces]).state.attempts).toMatchObject([
      { status: 'committed' },
    ])
  })
})

test.each([
  [{ holdBackMs: 2_001 }, 'holdBackMs must be in 0..2000, got 2001'],
  [{ holdBackTokens: -1 }, 'holdBackTokens must be in 0..64, got -1'],
])('the rules %j are refused by name, bound and value', (rules, message) => {
  expect(() => callRules(rules)).toThrow(message)
})
