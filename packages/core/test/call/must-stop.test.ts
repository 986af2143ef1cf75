import { expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { callRules } from '../../src/call/call-rules.ts'
import { failed, follow, started } from './follow.ts'
import { planned } from './run-script.ts'

test('a request that is wrong is asked for nowhere else, though the caller wants refused content to be', () => {
  const { state } = follow(
    {
      budget: callBudget({ deadlineAtMs: 60_000 }),
      rules: callRules({ failoverOnContentPolicy: true }),
      plan: [planned('first'), planned('second')],
      standby: [],
    },
    [started(1), failed(1, 10, { kind: 'invalid-request', status: 400, message: 'no such field' })],
  )

  expect(state.outcome).toEqual({ type: 'failed', reason: 'refused', retryAtMs: undefined })
})
