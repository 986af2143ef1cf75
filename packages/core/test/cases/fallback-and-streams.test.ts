import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectors } from '../../../testkit/src/arbitraries/preferences.ts'
import { callBudget } from '../../src/call/call-budget.ts'
import { classify } from '../../src/failure/classify.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { decide } from '../../src/ranking/decide.ts'
import { failed, follow, started } from '../call/follow.ts'
import { planned } from '../call/run-script.ts'
import { knownIn, planIds, situations } from '../invariants/fleet.ts'
import { fleetOf, knownEndpoint, question, steady } from '../ranking/fleet.ts'

function refusal(message: string, code = 'invalid_value'): Failure {
  const body = JSON.stringify({ error: { message, code, type: 'invalid_request_error' } })
  return classify({ type: 'status', status: 400, headers: {}, body })
}

/** Providers that a call tries when the first refuses. */
function triedAfter(failure: Failure): readonly string[] {
  const plan = [planned('first'), planned('alike'), planned('larger', { contextTokens: 1_000_000 })]
  const { state } = follow({ budget: callBudget({ deadlineAtMs: 60_000 }), plan, standby: [] }, [
    started(1),
    failed(1, 0, failure),
  ])
  return state.attempts.map((attempt) => attempt.planned.endpoint.provider)
}

describe('fallback and streams', () => {
  // case 25
  test('a prompt that the window does not hold goes to the next endpoint without a request', () => {
    const small = knownEndpoint('small', steady)
    const limits = { contextTokens: 1_000 }
    const decision = decide(
      [{ ...small, endpoint: { ...small.endpoint, limits } }, knownEndpoint('large', steady)],
      question(),
    )

    expect(planIds(decision)).toEqual(['large:author/model'])
    expect(decision.exclusions).toMatchObject([{ rule: 'context-window' }])
  })

  // case 25
  test('a provider that finds the prompt too long is followed by larger windows only', () => {
    expect(triedAfter(refusal('maximum context length is 128000 tokens', 'context_length_exceeded'))).toEqual(
      ['first', 'larger'],
    )
  })

  // case 25. Providers say it in prose, and some quote the prompt: what is mistaken costs one attempt on a larger window and nothing else.
  test('a refusal that quotes our code is taken for what it is, and one that quotes the prose harms nobody', () => {
    const code = refusal('Invalid value for messages[0].content: "context_length_exceeded, says my log"')
    const prose = refusal('Invalid value for messages[0].content: "is my prompt too long?"')

    expect(triedAfter(code)).toEqual(['first'])
    expect(triedAfter(prose)).not.toContain('alike')
    expect(failurePolicies[prose.kind]).toMatchObject({ health: 0, state: 'none', billing: 'free' })
  })

  // case 30. There is no graph of fallbacks that could have a cycle; an order is the nearest to it.
  test('an order that names an endpoint again and again never plans it twice', () => {
    fc.assert(
      fc.property(situations, fc.array(selectors, { maxLength: 20 }), (situation, order) => {
        const ids = planIds(decide(knownIn(situation), question({ preferences: { order } })))
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  // case 29
  test('without fallbacks the plan is one endpoint, or those of the order', () => {
    const fleet = fleetOf([steady, steady, steady])
    const off = { allowFallbacks: false }
    const ordered = decide(fleet, question({ preferences: { ...off, order: ['provider-2', 'provider-0'] } }))

    expect(decide(fleet, question({ preferences: off })).plan).toHaveLength(1)
    expect(planIds(ordered)).toEqual(['provider-2:author/model', 'provider-0:author/model'])
  })
})
