import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { cut, ended, failed, firstToken, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const two = {
  budget: callBudget({ deadlineAtMs: 60_000 }),
  plan: [planned('first'), planned('second')],
  standby: [],
}
const whole: CallEvent = { type: 'attempt-completed', attempt: 1, nowMs: 500 }

describe('the first content of an attempt', () => {
  test('is delivered at once, and from then on only pauses are timed', () => {
    expect(follow(two, [started(1), firstToken(1, 100)]).effects).toEqual([
      { type: 'clear-timer', timer: 'first-token' },
      { type: 'set-timer', timer: 'idle', atMs: 5_100 },
      { type: 'commit', attempt: 1 },
      { type: 'emit', attempt: 1 },
    ])
  })

  test('is content like any other when it is told again', () => {
    const again = [started(1), firstToken(1, 100), firstToken(1, 4_000)]

    expect(named(follow(two, again).effects)).toEqual(['emit 1'])
    expect(follow(two, [...again, { type: 'timer', timer: 'idle', nowMs: 5_100 }]).effects).toEqual([
      { type: 'set-timer', timer: 'idle', atMs: 9_000 },
    ])
  })
})

describe('a whole answer', () => {
  test('is delivered when nothing of it was before', () => {
    const { state, effects } = follow(two, [started(1), whole])

    expect(named(effects)).toEqual(['commit 1', 'emit 1', 'record 1 answered', ...ended])
    expect(state.outcome).toEqual({ type: 'answered', attempt: 1 })
  })

  test('is not delivered again when it has streamed', () => {
    expect(named(follow(two, [started(1), firstToken(1, 100), whole]).effects)).toEqual([
      'record 1 answered',
      ...ended,
    ])
  })

  test('is none of an attempt that is not known to be sent', () => {
    expect(follow(two, [whole])).toEqual({ state: follow(two, []).state, effects: [] })
  })
})

test.each([
  ['not committed before its first content', false, []],
  ['committed after it', true, [firstToken(1, 100)]],
] as const)('an attempt that fails is recorded as %s', (_, committed, more) => {
  const { effects } = follow(two, [started(1), ...more, failed(1, 300, cut)])

  expect(effects[0]).toEqual({
    type: 'record-attempt',
    attempt: 1,
    result: { type: 'failed', failure: cut, committed },
  })
})
