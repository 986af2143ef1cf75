import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { cut, failed, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const budget = callBudget({ deadlineAtMs: 60_000 })
const two = { budget, plan: [planned('first'), planned('second')], standby: [] }
const soon = { ...planned('soon'), retryAtMs: 300 }
const late = { ...planned('late'), retryAtMs: 900 }
const blank: Failure = { kind: 'empty-response', message: 'nothing in it' }

describe('a call that begins', () => {
  test('sets its deadline and asks the first endpoint of the plan for admission', () => {
    expect(follow(two, []).effects).toEqual([
      { type: 'set-timer', timer: 'deadline', atMs: 60_000 },
      { type: 'start-attempt', attempt: 1, planned: two.plan[0], kind: 'plain', admitted: false },
    ])
  })

  test('fails for its deadline, and starts nothing, when that has come already', () => {
    const { state } = follow({ ...two, budget: callBudget({ deadlineAtMs: 0 }) }, [])

    expect(state.outcome).toEqual({ type: 'failed', reason: 'deadline', retryAtMs: undefined })
    expect(state.attempts).toEqual([])
  })

  test('sets no timer when it ends at once', () => {
    expect(named(follow({ ...two, plan: [] }, []).effects)).not.toContain('set-timer deadline')
  })
})

describe('a call that nobody serves', () => {
  const dear = { cost: { promptUsd: 1, worstUsd: 5 } }
  const poor = callBudget({ deadlineAtMs: 60_000, maxCostUsd: 2 })

  test('fails for money when nobody in the plan or on standby is affordable', () => {
    const setup = {
      budget: poor,
      plan: [planned('first', dear)],
      standby: [{ ...planned('second', dear), retryAtMs: 300 }],
    }

    expect(follow(setup, []).state.outcome).toMatchObject({ reason: 'over-budget' })
  })

  test('fails as busy when somebody affordable is on standby, and says when to come back', () => {
    const setup = {
      budget: { ...poor, maxWaitMs: 0 },
      plan: [planned('first', dear)],
      standby: [{ ...planned('second', { cost: { promptUsd: 1, worstUsd: 2 } }), retryAtMs: 300 }],
    }

    expect(follow(setup, []).state.outcome).toEqual({ type: 'failed', reason: 'busy', retryAtMs: 300 })
  })
})

describe('an endpoint on standby', () => {
  const setup = { budget, plan: [], standby: [soon, late] }
  const admitted: CallEvent = { type: 'admitted', nowMs: 300 }

  test('is waited for as for a first attempt', () => {
    const { state, effects } = follow(setup, [])

    expect(state.phase).toBe('waiting')
    expect(effects.at(-1)).toEqual({ type: 'wait', standby: soon, kind: 'plain', untilMs: 30_000 })
  })

  test('starts when it admits, and is not asked for admission again', () => {
    const { state, effects } = follow(setup, [admitted])

    expect(state.phase).toBe('attempting')
    expect(effects).toEqual([
      { type: 'start-attempt', attempt: 1, planned: soon, kind: 'plain', admitted: true },
    ])
  })

  test('is not waited for a second time when it fails', () => {
    const { state } = follow({ ...setup, standby: [soon] }, [admitted, started(1, 300), failed(1, 400, cut)])

    expect(state.outcome).toEqual({ type: 'failed', reason: 'all-failed', retryAtMs: undefined })
  })

  test('leaves the others to be waited for when it fails', () => {
    const { effects } = follow(setup, [admitted, started(1, 300), failed(1, 400, cut)])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', standby: late })
  })

  test.each([
    ['comes to nothing', { type: 'wait-failed', nowMs: 200 }],
    ['brings it too late to answer', { type: 'admitted', nowMs: 59_500 }],
  ] as const)('is waited for when the wait for another %s', (_, event) => {
    const slow = { ...soon, usefulMs: 1_000 }
    const patient = { ...setup, budget: { ...budget, maxWaitMs: 60_000 }, plan: [planned('first')] }
    const { effects } = follow({ ...patient, standby: [slow, late] }, [started(1), failed(1, 10, cut), event])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', standby: late, kind: 'plain' })
  })

  test('is waited for no longer in all when the wait for another comes to nothing', () => {
    const { effects } = follow(setup, [{ type: 'wait-failed', nowMs: 200 }])

    expect(effects).toEqual([{ type: 'wait', standby: late, kind: 'plain', untilMs: 30_000 }])
  })

  test('is not waited for again when the wait for it comes to nothing', () => {
    const { state, effects } = follow({ ...setup, standby: [soon] }, [{ type: 'wait-failed', nowMs: 200 }])

    expect(state.outcome).toEqual({ type: 'failed', reason: 'busy', retryAtMs: 300 })
    expect(named(effects)).not.toContain('cancel-wait')
  })
})

describe('an answer without content', () => {
  test('is the answer when all others fail', () => {
    const { state } = follow(two, [started(1), failed(1, 10, blank), started(2, 10), failed(2, 20, cut)])

    expect(state.outcome).toEqual({ type: 'answered', attempt: 1 })
  })

  test('is the last one when there are several', () => {
    const { state } = follow({ ...two, plan: [...two.plan, planned('third')] }, [
      started(1),
      failed(1, 10, blank),
      started(2, 10),
      failed(2, 20, blank),
      started(3, 20),
      failed(3, 30, cut),
    ])

    expect(state.outcome).toEqual({ type: 'answered', attempt: 2 })
  })

  test('is the answer when the wait for another one comes to nothing', () => {
    const { state } = follow({ budget, plan: [planned('first')], standby: [soon] }, [
      started(1),
      failed(1, 10, blank),
      { type: 'wait-failed', nowMs: 200 },
    ])

    expect(state.outcome).toEqual({ type: 'answered', attempt: 1 })
  })
})
