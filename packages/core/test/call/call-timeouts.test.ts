import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { content, cut, failed, firstToken, follow, started } from './follow.ts'
import { planned } from './run-script.ts'

const two = {
  budget: callBudget({ deadlineAtMs: 60_000 }),
  plan: [planned('first'), planned('second')],
  standby: [],
}
const resumed: CallEvent = { type: 'caller-resumed', nowMs: 2_000 }

describe('an attempt without a first token in time', () => {
  test('is ended, and its failure says how long it was silent', () => {
    const { effects } = follow(two, [started(1, 500), { type: 'timer', timer: 'first-token', nowMs: 3_500 }])

    expect(effects.slice(0, 2)).toEqual([
      { type: 'cancel-attempt', attempt: 1 },
      {
        type: 'record-attempt',
        attempt: 1,
        result: {
          type: 'failed',
          failure: { kind: 'first-token-timeout', message: 'no first token after 3000 ms' },
          committed: false,
        },
      },
    ])
  })

  test('is not yet one that is not known to be sent', () => {
    expect(follow(two, [{ type: 'timer', timer: 'first-token', nowMs: 3_500 }]).effects).toEqual([])
  })
})

describe('an attempt whose content stops', () => {
  test('fails as stalled, and says for how long no content came', () => {
    const { state } = follow(two, [
      started(1),
      firstToken(1, 100),
      content(1, 700),
      { type: 'timer', timer: 'idle', nowMs: 5_700 },
    ])

    expect(state.attempts[0]?.failure).toEqual({ kind: 'stalled', message: 'no content for 5000 ms' })
  })
})

describe('a caller that reads again', () => {
  test('changes nothing when it had not stopped', () => {
    const before = follow(two, [started(1)]).state

    expect(follow(two, [started(1), resumed])).toEqual({ state: before, effects: [] })
  })

  test('changes nothing of an attempt that is over', () => {
    const events = [started(1), failed(1, 100, cut), started(2, 100)]
    const { state } = follow(two, [...events, { type: 'caller-paused', nowMs: 1_000 }, resumed])

    expect(state.attempts[0]).toEqual(follow(two, events).state.attempts[0])
    expect(state.attempts[1]?.firstTokenByMs).toBe(4_100)
  })
})
