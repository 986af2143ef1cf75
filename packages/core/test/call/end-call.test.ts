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
const waiting = { ...two, plan: [], standby: [{ ...planned('busy'), retryAtMs: 300 }] }
const gone: CallEvent = { type: 'abort', nowMs: 200 }
const late: CallEvent = { type: 'timer', timer: 'deadline', nowMs: 60_000 }

describe('a caller that goes away', () => {
  test('has the attempt under way cancelled, and nobody is blamed', () => {
    const { state, effects } = follow(two, [started(1), gone])

    expect(named(effects)).toEqual(['cancel-attempt 1', 'record 1 cancelled', ...ended])
    expect(state.outcome).toEqual({ type: 'aborted' })
  })

  test('leaves the queue in which the call waits', () => {
    expect(named(follow(waiting, [gone]).effects)).toEqual(['cancel-wait', ...ended])
  })

  test('is not late when it goes away after the deadline', () => {
    const { state, effects } = follow(two, [started(1), { type: 'abort', nowMs: 60_001 }])

    expect(state.outcome).toEqual({ type: 'aborted' })
    expect(named(effects)).toContain('record 1 cancelled')
  })
})

describe('a deadline', () => {
  test('ends the wait in a queue', () => {
    const { state, effects } = follow(waiting, [late])

    expect(named(effects)).toEqual(['cancel-wait', ...ended])
    expect(state.outcome).toEqual({ type: 'failed', reason: 'deadline', retryAtMs: 300 })
  })

  test('ends the call when its timer fires, even if that is a moment early', () => {
    const { state } = follow(two, [started(1), { ...late, nowMs: 59_999 }])

    expect(state.outcome).toMatchObject({ type: 'failed', reason: 'deadline' })
  })

  test.each([
    ['nothing is', false, []],
    ['content is', true, [firstToken(1, 300)]],
  ] as const)('says how long the attempt ran when %s delivered', (_, committed, more) => {
    const failure = {
      kind: 'deadline-exceeded',
      message: "the call's deadline passed 59800 ms into the attempt",
    }

    expect(follow(two, [started(1, 200), ...more, late]).effects.slice(0, 2)).toEqual([
      { type: 'cancel-attempt', attempt: 1 },
      { type: 'record-attempt', attempt: 1, result: { type: 'failed', failure, committed } },
    ])
  })
})

test('a call that is over takes no more events', () => {
  const over = follow(two, [gone])

  expect(follow(two, [gone, started(1), failed(1, 300, cut), late])).toEqual({
    state: over.state,
    effects: [],
  })
})
