import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import { callRules } from '../../src/call/call-rules.ts'
import { cut, failed, firstToken, follow, named, started } from './follow.ts'
import { planned, timeouts } from './run-script.ts'

describe('a call', () => {
  const budget = callBudget({ deadlineAtMs: 60_000 })
  const two = { budget, plan: [planned('first'), planned('second')], standby: [] }

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

  test('gives the last attempt more time for its first token, since there is nobody to move on to', () => {
    const patient = { ...timeouts, lastFirstTokenTimeoutMs: 30_000 }
    const start = (attempt: number, nowMs: number) =>
      ({ type: 'attempt-started', attempt, nowMs, timeouts: patient }) as const
    const byMs = (setup: Parameters<typeof follow>[0], events: Parameters<typeof follow>[1]) =>
      follow(setup, events).state.attempts.map(({ firstTokenByMs }) => firstTokenByMs)

    expect(byMs({ ...two, plan: [planned('only')] }, [start(1, 0)])).toEqual([30_000])
    expect(byMs(two, [start(1, 0), failed(1, 100, cut), start(2, 100)])).toEqual([3_000, 30_100])
    expect(
      byMs({ ...two, plan: [planned('only')], standby: [{ ...planned('busy'), retryAtMs: 500 }] }, [
        start(1, 0),
      ]),
    ).toEqual([3_000])
    const short = { ...two, budget: callBudget({ deadlineAtMs: 60_000, maxAttempts: 1 }) }
    expect(byMs(short, [start(1, 0)])).toEqual([30_000])
    expect(
      byMs({ ...short, budget: callBudget({ deadlineAtMs: 9_000, maxAttempts: 1 }) }, [start(1, 0)]),
    ).toEqual([9_000])
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

  test('re-arms the first-token timer when it fires early', () => {
    const { effects } = follow(two, [started(1), { type: 'timer', timer: 'first-token', nowMs: 2_999 }])

    expect(effects).toEqual([{ type: 'set-timer', timer: 'first-token', atMs: 3_000 }])
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

  test('whenever the idle timer fires, fails the attempt or sets the timer for later, never for the same instant again', () => {
    const instant = fc.double({ min: 1e6, max: 3e6, noNaN: true })
    const pause = fc.double({ min: 1, max: 20_000, noNaN: true })
    fc.assert(
      fc.property(instant, pause, pause, (firstAtMs, idleTimeoutMs, afterMs) => {
        const contentAtMs = firstAtMs + Math.min(afterMs, idleTimeoutMs / 2)
        const long = { budget: callBudget({ deadlineAtMs: 1e9 }), plan: [planned('first')], standby: [] }
        const events: CallEvent[] = [
          {
            type: 'attempt-started',
            attempt: 1,
            nowMs: 0,
            timeouts: { firstTokenTimeoutMs: 1e8, idleTimeoutMs },
          },
          firstToken(1, firstAtMs),
          { type: 'progress', attempt: 1, nowMs: contentAtMs, content: true },
        ]
        let nowMs = firstAtMs + idleTimeoutMs
        for (let fired = 0; fired < 3; fired += 1) {
          events.push({ type: 'timer', timer: 'idle', nowMs })
          const { state, effects } = follow(long, events)
          if (state.phase === 'settled') return
          const [set] = effects
          if (set?.type !== 'set-timer') throw new Error('the idle timer was neither set nor fired for good')
          expect(set.atMs).toBeGreaterThan(nowMs)
          nowMs = set.atMs
        }
        expect.unreachable('three firings did not end a silent attempt')
      }),
      { numRuns: 5_000 },
    )
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

  test('is broken, not unanswered, when its deadline passes after content was delivered', () => {
    const { state } = follow(two, [
      started(1),
      firstToken(1, 100),
      { type: 'timer', timer: 'deadline', nowMs: budget.deadlineAtMs },
    ])

    expect(state.outcome).toMatchObject({
      type: 'broken',
      attempt: 1,
      failure: { kind: 'deadline-exceeded' },
    })
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

  test('asks another endpoint for refused content only when the caller wants that', () => {
    const refusal = { kind: 'content-refused', message: 'no' } as const
    const events = [started(1), failed(1, 10, refusal)]
    const wanting = { ...two, rules: callRules({ failoverOnContentPolicy: true }) }

    expect(named(follow(two, events).effects)).toContain('settle')
    expect(named(follow(wanting, events).effects)).toContain('start 2 as plain')
  })

  test('fails at once as too dear when the worst case of every endpoint is above its money', () => {
    const cost = { promptUsd: 0.1, worstUsd: 1 }
    const dear = {
      ...two,
      plan: [planned('first', { cost })],
      budget: callBudget({ deadlineAtMs: 1, maxCostUsd: 0.9 }),
    }

    expect(follow(dear, []).state.outcome).toMatchObject({ type: 'failed', reason: 'over-budget' })
  })

  test('passes over an endpoint that it cannot afford, and one of which it does not know the cost', () => {
    const plan = [
      planned('dear', { cost: { promptUsd: 1, worstUsd: 5 } }),
      planned('unknown'),
      planned('cheap', { cost: { promptUsd: 0.1, worstUsd: 1 } }),
    ]
    const setup = { budget: callBudget({ deadlineAtMs: 60_000, maxCostUsd: 2 }), plan, standby: [] }

    expect(follow(setup, []).state.attempts[0]?.planned.endpoint.provider).toBe('cheap')
  })

  test.each([
    ['nothing for a refusal that is free', { kind: 'rate-limited', message: '429' }, undefined, true],
    ['the prompt for a failure without usage', { kind: 'server-error', message: '500' }, undefined, true],
    ['what was billed', { kind: 'empty-response', message: 'empty' }, 1.5, false],
  ] as const)('counts %s against its money', (_, failure, costUsd, affords) => {
    const cost = { promptUsd: 0.5, worstUsd: 1 }
    const setup = {
      budget: callBudget({ deadlineAtMs: 60_000, maxCostUsd: 1.6 }),
      plan: [planned('first', { cost }), planned('second', { cost })],
      standby: [],
    }
    const end = { type: 'attempt-failed', attempt: 1, nowMs: 10, failure } as const
    const { state } = follow(setup, [started(1), costUsd === undefined ? end : { ...end, costUsd }])

    expect(state.attempts).toHaveLength(affords ? 2 : 1)
  })

  test('counts the worst case of an attempt that has streamed, since nobody knows how much of it is billed', () => {
    const cost = { promptUsd: 0.5, worstUsd: 1 }
    const setup = {
      budget: callBudget({ deadlineAtMs: 60_000, maxCostUsd: 1.6 }),
      rules: callRules({ holdBackTokens: 9 }),
      plan: [planned('first', { cost }), planned('second', { cost })],
      standby: [],
    }

    expect(follow(setup, [started(1), failed(1, 10, cut)]).state.attempts).toHaveLength(2)
    expect(follow(setup, [started(1), firstToken(1, 5), failed(1, 10, cut)]).state.attempts).toHaveLength(1)
  })

  test('does not take the silence of a caller who reads nothing for that of the endpoint', () => {
    const paused = [
      started(1),
      firstToken(1, 100),
      { type: 'caller-paused', nowMs: 200 },
      { type: 'timer', timer: 'idle', nowMs: 5_100 },
    ] as const

    expect(follow(two, paused).effects).toEqual([])
    const resumed = follow(two, [...paused, { type: 'caller-resumed', nowMs: 9_000 }])
    expect(resumed.effects).toEqual([{ type: 'set-timer', timer: 'idle', atMs: 14_000 }])
    expect(
      follow(two, [
        ...paused,
        { type: 'caller-resumed', nowMs: 9_000 },
        { type: 'timer', timer: 'idle', nowMs: 14_000 },
      ]).state.outcome,
    ).toMatchObject({ type: 'broken', failure: { kind: 'stalled' } })
  })

  test('gives a hedge the time for its first token that the caller did not spend reading nothing', () => {
    const hedged = {
      budget: callBudget({ deadlineAtMs: 60_000, maxHedges: 1 }),
      plan: [planned('first', { hedge: { afterMs: 100 } }), planned('second')],
      standby: [],
    }
    const paused = [
      started(1),
      { type: 'timer', timer: 'hedge', nowMs: 100 },
      started(2, 100),
      { type: 'caller-paused', nowMs: 1_000 },
      { type: 'timer', timer: 'first-token', nowMs: 3_000 },
    ] as const
    const { state } = follow(hedged, paused)
    const byMs = state.attempts.map(({ firstTokenByMs }) => firstTokenByMs)

    expect(state.attempts.map(({ status }) => status)).toEqual(['running', 'running'])
    const resumed = follow(hedged, [...paused, { type: 'caller-resumed', nowMs: 9_000 }])
    expect(resumed.state.attempts.map(({ firstTokenByMs }) => firstTokenByMs)).toEqual(
      byMs.map((atMs) => atMs + 8_000),
    )
    expect(resumed.effects).toEqual([
      { type: 'set-timer', timer: 'first-token', atMs: Math.min(...byMs) + 8_000 },
    ])
  })

  test('waits for the second endpoint when the one that is free first would leave no time to answer', () => {
    const setup = {
      budget: callBudget({ deadlineAtMs: 2_000 }),
      plan: [planned('first')],
      standby: [
        { ...planned('slow', { usefulMs: 1_900 }), retryAtMs: 300 },
        { ...planned('quick', { usefulMs: 100 }), retryAtMs: 400 },
      ],
    }
    const { effects } = follow(setup, [started(1), failed(1, 10, cut)])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', standby: { retryAtMs: 400 } })
  })

  test('gives an admission back that comes too late to be of use', () => {
    const setup = {
      budget: callBudget({ deadlineAtMs: 2_000 }),
      plan: [planned('first')],
      standby: [{ ...planned('slow', { usefulMs: 1_000 }), retryAtMs: 900 }],
    }
    const { effects } = follow(setup, [started(1), failed(1, 10, cut), { type: 'admitted', nowMs: 1_500 }])

    expect(named(effects)).toContain('cancel-wait')
    expect(named(effects)).toContain('settle')
  })
})

test.each([
  [{ maxAttempts: 0 }, 'maxAttempts must be in 1..10, got 0'],
  [{ maxWaitMs: -1 }, 'maxWaitMs must be in 0..Infinity, got -1'],
  [{ maxHedges: 2 }, 'maxHedges must be in 0..1, got 2'],
  [{ maxContinuations: 2 }, 'maxContinuations must be in 0..1, got 2'],
  [{ maxCostUsd: 0 }, 'maxCostUsd must be in'],
])('the budget %j is refused by name, bound and value', (bounds, message) => {
  expect(() => callBudget({ deadlineAtMs: 1, ...bounds })).toThrow(message)
})
