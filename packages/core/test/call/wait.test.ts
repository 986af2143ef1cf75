import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { cut, failed, follow, named, started } from './follow.ts'
import { planned } from './run-script.ts'

const budget = callBudget({ deadlineAtMs: 60_000, maxWaitMs: 1_000 })

function free(id: string, retryAtMs: number | undefined) {
  return { ...planned(id), retryAtMs }
}

describe('an endpoint on standby', () => {
  test('is waited for before another that is free at the same instant and was named later', () => {
    const { effects } = follow({ budget, plan: [], standby: [free('one', 300), free('other', 300)] }, [])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', standby: { endpoint: { provider: 'one' } } })
  })

  test.each([
    ['is waited for when it is free a moment before the wait would end', 999, 'wait'],
    ['is not waited for when it is free only as the wait would end', 1_000, 'settle'],
    ['is not waited for when nobody knows when it is free', undefined, 'settle'],
  ])('%s', (_, retryAtMs, effect) => {
    expect(named(follow({ budget, plan: [], standby: [free('only', retryAtMs)] }, []).effects)).toContain(
      effect,
    )
  })

  test('is not waited for after a failure either when nobody knows when it is free', () => {
    const setup = { budget, plan: [planned('first')], standby: [free('open', undefined)] }

    expect(follow(setup, [started(1), failed(1, 10, cut)]).state.outcome).toMatchObject({
      reason: 'all-failed',
    })
  })
})
