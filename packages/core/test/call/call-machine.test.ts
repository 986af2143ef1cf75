import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advanceCall, beginCall } from '../../src/call/call-machine.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEffect } from '../../src/call/call-effect.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { CallState } from '../../src/call/call-state.ts'
import { failureKinds, planned, runScript, timeouts } from './run-script.ts'
import type { ScriptRun } from './run-script.ts'

const setups: fc.Arbitrary<CallSetup> = fc.record({
  budget: fc.record({
    deadlineAtMs: fc.integer({ min: 1, max: 20_000 }),
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    maxWaitMs: fc.constantFrom(0, 1_000, 30_000),
  }),
  plan: fc
    .array(fc.constantFrom(8_000, 32_000, 128_000), { maxLength: 6 })
    .map((windows) => windows.map((contextTokens, i) => planned(`plan-${i}`, { contextTokens }))),
  standby: fc
    .array(fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined }), { maxLength: 2 })
    .map((instants) => instants.map((retryAtMs, i) => ({ ...planned(`standby-${i}`), retryAtMs }))),
})

const steps = fc.array(
  fc.record({
    waitMs: fc.constantFrom(0, 0, 1, 50, 300, 3_000, 6_000),
    choice: fc.nat({ max: 17 }),
    failure: fc.constantFrom(...failureKinds),
  }),
  { maxLength: 40 },
)

/** Asserts a promise of every run, however the environment behaves. */
function whenever(promise: (run: ScriptRun, setup: CallSetup) => void): void {
  fc.assert(
    fc.property(setups, steps, (setup, script) => {
      promise(runScript(setup, script), setup)
    }),
    { numRuns: 2_000 },
  )
}

function effectsOf<Type extends CallEffect['type']>(
  run: ScriptRun,
  type: Type,
): readonly Extract<CallEffect, { type: Type }>[] {
  return run.trace.flatMap(({ effect }) =>
    effect.type === type ? [effect as Extract<CallEffect, { type: Type }>] : [],
  )
}

/** The endpoint that each attempt was sent to: a refused number is used again by the next. */
function sentTo(run: ScriptRun): readonly string[] {
  return run.state.attempts.map((attempt) => attempt.planned.endpoint.id)
}

describe('whatever happens to a call', () => {
  test('no endpoint is attempted twice, and none that was not planned', () => {
    whenever((run, setup) => {
      const known = [...setup.plan, ...setup.standby].map((one) => one.endpoint.id)
      const sent = sentTo(run)
      expect(new Set(sent).size).toBe(sent.length)
      expect(sent.filter((id) => !known.includes(id))).toEqual([])
    })
  })

  test('attempts never exceed the budget', () => {
    whenever((run, setup) => {
      expect(run.state.attempts.length).toBeLessThanOrEqual(setup.budget.maxAttempts)
    })
  })

  test('nothing is started, committed or delivered at or after the deadline', () => {
    whenever((run, setup) => {
      const late = run.trace.filter(
        ({ atMs, effect }) =>
          atMs >= setup.budget.deadlineAtMs &&
          ['start-attempt', 'commit', 'emit', 'wait'].includes(effect.type),
      )
      expect(late).toEqual([])
    })
  })

  test('there is at most one settlement, and nothing follows it', () => {
    whenever((run) => {
      const settled = run.trace.findIndex(({ effect }) => effect.type === 'settle')
      if (settled !== -1) expect(settled).toBe(run.trace.length - 1)
      expect(run.state.phase === 'settled').toBe(settled !== -1)
    })
  })

  test('output comes from one attempt only, and only after its commit', () => {
    whenever((run) => {
      const outputs = run.trace.flatMap(({ effect }) =>
        effect.type === 'commit' || effect.type === 'emit' ? [effect] : [],
      )
      if (outputs.length === 0) return
      expect(outputs[0]?.type).toBe('commit')
      expect(outputs.filter((effect) => effect.type === 'commit')).toHaveLength(1)
      expect(new Set(outputs.map((effect) => effect.attempt)).size).toBe(1)
    })
  })

  test('every attempt that is over is recorded exactly once', () => {
    whenever((run) => {
      const recorded = effectsOf(run, 'record-attempt').map((effect) => effect.attempt)
      const over = run.state.attempts.filter(
        (attempt) => !['starting', 'running', 'committed'].includes(attempt.status),
      )
      expect(recorded).toEqual(over.map((attempt) => attempt.number))
    })
  })

  test('no timer is left when the call is over', () => {
    whenever((run) => {
      if (run.state.phase === 'settled') expect([...run.timers.keys()]).toEqual([])
    })
  })

  test('at most one attempt is live, and the next starts only after it ended', () => {
    whenever((run) => {
      const live = run.state.attempts.filter((attempt) =>
        ['starting', 'running', 'committed'].includes(attempt.status),
      )
      expect(live.length).toBeLessThanOrEqual(1)
    })
  })

  test('after a failure that says the window is too small, only larger windows are attempted', () => {
    whenever((run) => {
      let above = 0
      for (const attempt of run.state.attempts) {
        expect(attempt.planned.endpoint.limits.contextTokens).toBeGreaterThan(above)
        if (attempt.failure?.kind === 'context-exceeded')
          above = attempt.planned.endpoint.limits.contextTokens
      }
    })
  })

  test('a call that delivered part of an answer never starts another attempt', () => {
    whenever((run) => {
      const commit = run.trace.findIndex(({ effect }) => effect.type === 'commit')
      if (commit === -1) return
      expect(run.trace.slice(commit).filter(({ effect }) => effect.type === 'start-attempt')).toEqual([])
    })
  })

  test('the same script gives the same trace', () => {
    fc.assert(
      fc.property(setups, steps, (setup, script) => {
        expect(runScript(setup, script)).toEqual(runScript(setup, script))
      }),
    )
  })

  test('every call settles once its deadline has passed', () => {
    fc.assert(
      fc.property(setups, steps, (setup, script) => {
        const over = { waitMs: setup.budget.deadlineAtMs, choice: 15, failure: 'unknown' } as const
        expect(runScript(setup, [...script, over]).state.phase).toBe('settled')
      }),
    )
  })
})

describe('a call', () => {
  const budget = { deadlineAtMs: 60_000, maxAttempts: 3, maxWaitMs: 30_000 }
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
