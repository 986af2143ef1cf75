import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { advanceCall, beginCall } from '../../src/call/call-machine.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEffect } from '../../src/call/call-effect.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { CallState } from '../../src/call/call-state.ts'
import { planned, timeouts } from './run-script.ts'

describe('a call', () => {
  const budget = callBudget({ deadlineAtMs: 60_000 })
  const two = { budget, plan: [planned('first'), planned('second')], standby: [] }

  function follow(
    setup: CallSetup,
    events: readonly CallEvent[],
  ): { state: CallState; effects: readonly CallEffect[] } {
    let step = beginCall(setup, 0)
    for (const event of events) step = advanceCall(step.state, event)
    return step
  }

  test.each([
    { type: 'abort', nowMs: 1 },
    { type: 'attempt-started', attempt: 1, nowMs: budget.deadlineAtMs, timeouts },
  ] as const)(
    'records an attempt that may have been sent when $type ends the call before its start is known',
    (event) => {
      const { effects } = follow(two, [event])

      expect(effects.map((effect) => effect.type)).toEqual(
        expect.arrayContaining(['cancel-attempt', 'record-attempt']),
      )
    },
  )

  test('fails over at once when an attempt fails before its first token', () => {
    const { state, effects } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'attempt-failed', attempt: 1, nowMs: 10, failure: { kind: 'server-error', message: '500' } },
    ])

    expect(effects.map((effect) => effect.type)).toEqual(['record-attempt', 'clear-timer', 'start-attempt'])
    expect(state.attempts.map((attempt) => attempt.planned.endpoint.provider)).toEqual(['first', 'second'])
  })

  test('ends without another attempt when the content was refused', () => {
    const { state } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'attempt-failed', attempt: 1, nowMs: 10, failure: { kind: 'content-refused', message: 'no' } },
    ])

    expect(state.outcome).toEqual({ type: 'failed', reason: 'refused', retryAtMs: undefined })
  })

  test('ends broken when the attempt fails after its first token', () => {
    const failure = { kind: 'incomplete-answer', message: 'cut' } as const
    const { state } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'first-token', attempt: 1, nowMs: 5 },
      { type: 'attempt-failed', attempt: 1, nowMs: 10, failure },
    ])

    expect(state.outcome).toEqual({ type: 'broken', attempt: 1, failure })
  })

  test('gives a silent attempt half of the time that is left while another endpoint could be tried', () => {
    const setup = { ...two, budget: { ...budget, deadlineAtMs: 4_000 } }

    const { effects } = follow(setup, [{ type: 'attempt-started', attempt: 1, nowMs: 0, timeouts }])

    expect(effects).toEqual([{ type: 'set-timer', timer: 'first-token', atMs: 2_000 }])
  })

  test('does not fail over to an endpoint that needs more time than is left', () => {
    const setup = {
      ...two,
      plan: [planned('first'), planned('slow', { usefulMs: 5_000 })],
      budget: { ...budget, deadlineAtMs: 4_000 },
    }

    const { state } = follow(setup, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'attempt-failed', attempt: 1, nowMs: 10, failure: { kind: 'server-error', message: '500' } },
    ])

    expect(state.outcome).toEqual({ type: 'failed', reason: 'all-failed', retryAtMs: undefined })
  })

  test('waits for the endpoint that is free first when none admits it', () => {
    const setup = {
      budget,
      plan: [],
      standby: [
        { ...planned('late'), retryAtMs: 900 },
        { ...planned('soon'), retryAtMs: 300 },
      ],
    }

    const { effects } = follow(setup, [])

    expect(effects).toMatchObject([
      { type: 'set-timer' },
      { type: 'wait', standby: { retryAtMs: 300 }, untilMs: 30_000 },
    ])
  })

  test('fails at once as busy when waiting does not fit the deadline', () => {
    const setup = {
      budget: { ...budget, deadlineAtMs: 200 },
      plan: [],
      standby: [{ ...planned('late'), retryAtMs: 900 }],
    }

    expect(follow(setup, []).state.outcome).toEqual({ type: 'failed', reason: 'busy', retryAtMs: 900 })
  })

  test('re-arms the idle timer instead of failing while content has come since it was set', () => {
    const { effects } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'first-token', attempt: 1, nowMs: 100 },
      { type: 'progress', attempt: 1, nowMs: 4_000, content: true },
      { type: 'timer', timer: 'idle', nowMs: 5_100 },
    ])

    expect(effects).toEqual([{ type: 'set-timer', timer: 'idle', atMs: 9_000 }])
  })

  test('takes liveness for no progress: the idle timer still fires', () => {
    const { state } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'first-token', attempt: 1, nowMs: 100 },
      { type: 'progress', attempt: 1, nowMs: 4_000, content: false },
      { type: 'timer', timer: 'idle', nowMs: 5_100 },
    ])

    expect(state.outcome).toMatchObject({ type: 'broken', failure: { kind: 'stalled' } })
  })

  test('delivers nothing at its deadline, even when a token comes before the timer does', () => {
    const { state, effects } = follow(two, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'first-token', attempt: 1, nowMs: budget.deadlineAtMs },
    ])

    expect(effects.map((effect) => effect.type)).not.toContain('commit')
    expect(state.outcome).toMatchObject({ type: 'failed', reason: 'deadline' })
  })

  test("takes a second unknown failure for the request's own and stops", () => {
    const unknown = { kind: 'unknown', message: '418' } as const
    const setup = { budget, plan: [planned('first'), planned('second'), planned('third')], standby: [] }

    const { state } = follow(setup, [
      { type: 'attempt-started', attempt: 1, nowMs: 0, timeouts },
      { type: 'attempt-failed', attempt: 1, nowMs: 1, failure: unknown },
      { type: 'attempt-started', attempt: 2, nowMs: 1, timeouts },
      { type: 'attempt-failed', attempt: 2, nowMs: 2, failure: unknown },
    ])

    expect(state.attempts).toHaveLength(2)
    expect(state.outcome).toMatchObject({ type: 'failed', reason: 'refused' })
  })
})
