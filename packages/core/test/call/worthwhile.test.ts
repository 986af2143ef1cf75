import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import { callRules } from '../../src/call/call-rules.ts'
import { spentUsd } from '../../src/call/worthwhile.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { cut, failed, firstToken, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const cost = { promptUsd: 0.5, worstUsd: 1 }
const throttled: Failure = { kind: 'rate-limited', status: 429, message: 'slow down' }

/** A call of two endpoints that may cost so much. */
function costing(maxCostUsd: number): CallSetup {
  return {
    budget: callBudget({ deadlineAtMs: 60_000, maxCostUsd }),
    plan: [planned('first', { cost }), planned('second', { cost })],
    standby: [],
  }
}

describe('the money of a call', () => {
  test('affords an attempt whose worst case is all of it', () => {
    expect(named(follow(costing(1), []).effects)).toContain('start 1 as plain')
    expect(named(follow(costing(0.999), []).effects)).toContain('settle')
  })

  test('is not touched by a failure that is free', () => {
    expect(named(follow(costing(1), [started(1), failed(1, 10, throttled)]).effects)).toContain(
      'start 2 as plain',
    )
  })

  test.each([
    [1.5, 'start 2 as plain'],
    [1.499, 'settle'],
  ])(
    'pays the prompt of a failure that may have been billed: of %f dollars, it is followed by %s',
    (usd, next) => {
      expect(named(follow(costing(usd), [started(1), failed(1, 10, cut)]).effects)).toContain(next)
    },
  )

  test.each([
    [2.5, 'start 3 as plain'],
    [2.499, 'settle'],
  ])(
    'pays the prompt of a hedge that lost: of %f dollars, a later failure is followed by %s',
    (usd, next) => {
      const hedged = {
        budget: callBudget({ deadlineAtMs: 60_000, maxHedges: 1, maxCostUsd: usd }),
        rules: callRules({ holdBackMs: 900 }),
        plan: [
          planned('first', { cost, hedge: { afterMs: 100 } }),
          planned('second', { cost }),
          planned('third', { cost }),
        ],
        standby: [],
      }
      const { effects } = follow(hedged, [
        started(1),
        { type: 'timer', timer: 'hedge', nowMs: 100 },
        started(2, 100),
        firstToken(1, 200),
        failed(1, 300, cut),
      ])

      expect(named(effects)).toContain(next)
    },
  )

  test('counts nothing for an attempt of which nobody knows the cost', () => {
    const unknown = { ...costing(Infinity), plan: [planned('first'), planned('second')] }

    expect(spentUsd(follow(unknown, [started(1)]).state)).toBe(0)
    expect(spentUsd(follow(unknown, [started(1), failed(1, 10, cut), started(2, 10)]).state)).toBe(0)
  })
})

describe('the time of a call', () => {
  const budget = callBudget({ deadlineAtMs: 4_000 })

  test('is given to the first attempt, however little it is', () => {
    const setup = { budget, plan: [planned('slow', { usefulMs: 5_000 })], standby: [] }

    expect(named(follow(setup, []).effects)).toContain('start 1 as plain')
  })

  test.each([
    [3_000, 'start 2 as plain'],
    [3_001, 'settle'],
  ])(
    'is enough for an endpoint that may answer in exactly what is left: after %i ms follows %s',
    (nowMs, next) => {
      const setup = { budget, plan: [planned('first'), planned('second', { usefulMs: 1_000 })], standby: [] }

      expect(named(follow(setup, [started(1, 2_000), failed(1, nowMs, cut)]).effects)).toContain(next)
    },
  )
})
