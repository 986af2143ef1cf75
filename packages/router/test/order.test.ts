import { describe, expect, test } from 'vitest'
import type { Behaviour, Script } from '../../testkit/src/scripted-upstream/index.ts'
import { attemptsOf, failureOf } from './outcomes.ts'
import { request, scriptedFleet } from './scripted-fleet.ts'

const ordered = { preferences: { order: ['first'] } }

/** Fails the first call in this way and answers the others. */
function once(behaviour: Behaviour): Script {
  return ({ index }) => (index === 0 ? behaviour : { text: 'back' })
}

function kindsOf(route: { readonly attempts: readonly { readonly kind?: string }[] }): readonly unknown[] {
  return route.attempts.map((attempt) => attempt.kind)
}

describe('the first choice of an explicit order', () => {
  test('is asked once more after a 500', async () => {
    await using fleet = await scriptedFleet({ other: {}, first: { behaviour: once({ status: 500 }) } })

    const reply = await fleet.router.chat(request, ordered)

    expect(attemptsOf(reply.route)).toEqual(['first server-error', 'first answered'])
    expect(kindsOf(reply.route)).toEqual(['plain', 'retry'])
    expect(fleet.upstreams['other']?.received).toHaveLength(0)
  })

  test('is left after a second 500, and never asked a third time', async () => {
    await using fleet = await scriptedFleet({ other: {}, first: { behaviour: { status: 500 } } })

    const reply = await fleet.router.chat(request, ordered)

    expect(attemptsOf(reply.route)).toEqual(['first server-error', 'first server-error', 'other answered'])
  })

  test('is waited for as long as it asks, when that is short', async () => {
    const busy = { status: 429, headers: { 'retry-after-ms': '150' } }
    await using fleet = await scriptedFleet({ other: {}, first: { behaviour: once(busy) } })

    const reply = await fleet.router.chat(request, ordered)

    expect(attemptsOf(reply.route)).toEqual(['first rate-limited', 'first answered'])
    const [refused, answered] = fleet.upstreams['first']?.received ?? []
    expect((answered?.atMs ?? 0) - (refused?.closedAtMs ?? 0)).toBeGreaterThanOrEqual(145)
  })

  test('is left at once when it asks for more than 3 s', async () => {
    const busy = { status: 429, headers: { 'retry-after': '4' } }
    await using fleet = await scriptedFleet({ other: {}, first: { behaviour: once(busy) } })

    expect(attemptsOf((await fleet.router.chat(request, ordered)).route)).toEqual([
      'first rate-limited',
      'other answered',
    ])
  })

  test('is never asked again after it gave no first token in time', async () => {
    await using fleet = await scriptedFleet(
      { other: {}, first: { behaviour: { hang: 'before-headers' } } },
      { ranking: { minFirstTokenMs: 400, maxFirstTokenMs: 400 } },
    )

    const reply = await fleet.router.stream(request, ordered).route

    expect(attemptsOf(reply)).toEqual(['first first-token-timeout', 'other answered'])
  })

  test('is not asked again where no fallback is allowed', async () => {
    await using fleet = await scriptedFleet({ other: {}, first: { behaviour: { status: 500 } } })

    const alone = { preferences: { order: ['first'], allowFallbacks: false } }
    const error = await failureOf(fleet.router.chat(request, alone))

    expect(attemptsOf(error.route)).toEqual(['first server-error'])
  })
})

describe('an endpoint that the index chose', () => {
  test('is left after a 500 when another can serve', async () => {
    await using fleet = await scriptedFleet({ first: { behaviour: once({ status: 500 }) }, other: {} })

    expect(attemptsOf((await fleet.router.chat(request)).route)).toEqual([
      'first server-error',
      'other answered',
    ])
  })

  test('is asked once more after a 500 when it is the only candidate', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: once({ status: 500 }) } })

    const reply = await fleet.router.chat(request)

    expect(attemptsOf(reply.route)).toEqual(['only server-error', 'only answered'])
  })

  test('is waited for after a 429 when it is the only candidate', async () => {
    const busy = { status: 429, headers: { 'retry-after-ms': '100' } }
    await using fleet = await scriptedFleet({ only: { behaviour: once(busy) } })

    expect(attemptsOf((await fleet.router.chat(request)).route)).toEqual([
      'only rate-limited',
      'only answered',
    ])
  })
})

describe('invariant 5: who may serve is obeyed by every attempt', () => {
  const failing = { behaviour: { status: 500 } }

  test.each([
    [{ only: ['one'] }, ['one server-error', 'one server-error']],
    [{ ignore: ['one', 'three'] }, ['two server-error', 'two server-error']],
    [{ allowFallbacks: false }, ['one server-error']],
  ])('with %j the attempts are %j', async (preferences, attempts) => {
    await using fleet = await scriptedFleet({ one: failing, two: failing, three: failing })

    const error = await failureOf(fleet.router.chat(request, { preferences }))

    expect(attemptsOf(error.route)).toEqual(attempts)
  })
})

describe('content that a provider refuses', () => {
  const refusal = {
    status: 400,
    errorBody: { error: { message: 'no', type: 'invalid_request_error', code: 'content_policy_violation' } },
  }

  test('ends the call, with one attempt', async () => {
    await using fleet = await scriptedFleet({ strict: { behaviour: refusal }, other: {} })

    const error = await failureOf(fleet.router.chat(request))

    expect(error).toMatchObject({ kind: 'refused', status: 400, code: 'content_filter' })
    expect(fleet.upstreams['other']?.received).toHaveLength(0)
  })

  test('is asked for elsewhere when the caller wants that', async () => {
    await using fleet = await scriptedFleet({
      strict: { behaviour: refusal },
      other: { behaviour: { text: 'fine' } },
    })

    const reply = await fleet.router.chat(request, { failoverOnContentPolicy: true })

    expect(attemptsOf(reply.route)).toEqual(['strict content-refused', 'other answered'])
  })

  test.each([true, false])(
    'is asked for elsewhere also when the filter ends an answer of which nothing was delivered (stream: %s)',
    async (stream) => {
      await using fleet = await scriptedFleet({
        strict: { behaviour: { emptyAnswer: true, finishReason: 'content_filter' } },
        other: { behaviour: { text: 'fine' } },
      })
      const wanted = { failoverOnContentPolicy: true }

      const route = stream
        ? await fleet.router.stream(request, wanted).route
        : (await fleet.router.chat(request, wanted)).route

      expect(attemptsOf(route)).toEqual(['strict content-refused', 'other answered'])
    },
  )
})

describe('the money of a call', () => {
  test('is never put at risk by an attempt whose worst case is above it', async () => {
    await using fleet = await scriptedFleet({ one: {}, two: {} })

    const error = await failureOf(fleet.router.chat({ ...request, max_tokens: 100 }, { maxCostUsd: 1e-6 }))

    expect(error).toMatchObject({ kind: 'no-endpoint', status: 402, code: 'max_cost_exceeded' })
    expect(Object.values(fleet.upstreams).map((upstream) => upstream.received.length)).toEqual([0, 0])
  })

  test('pays for what it can, and not for a failover that might cost more than is left', async () => {
    await using fleet = await scriptedFleet({ one: { behaviour: { cutAfterTokens: 1 } }, two: {} })
    const bounded = { ...request, max_tokens: 100 }

    const rich = await fleet.router.chat(bounded, { maxCostUsd: 0.001 })
    const poor = await failureOf(fleet.router.chat(bounded, { maxCostUsd: 0.000_25 }))

    expect(attemptsOf(rich.route)).toEqual(['one incomplete-answer', 'two answered'])
    expect(rich.route.costNanoUsd).toBeLessThanOrEqual(1_000_000)
    expect(attemptsOf(poor.route)).toEqual(['one incomplete-answer'])
  })
})
