import { describe, expect, test } from 'vitest'
import { attemptsOf, read } from './outcomes.ts'
import { model, request, scriptedFleet } from './scripted-fleet.ts'
import type { ScriptedFleet } from './scripted-fleet.ts'

/** A prompt that costs next to nothing beside the answer: a lost hedge wastes little. */
const price = { prompt: 0.001, completion: 10 }

/** Two fast endpoints whose first tokens are known well enough to tell when one is late. */
async function knownFleet(): Promise<ScriptedFleet> {
  const fleet = await scriptedFleet({
    first: { model: { price } },
    second: { model: { price: { ...price, completion: 11 } } },
  })
  for (const name of ['first', 'second']) {
    for (let calls = 0; calls < 55; calls += 1)
      await read(fleet.router.stream(request, { preferences: { only: [name] } }))
  }
  return fleet
}

describe('a hedge', () => {
  test('answers when the first endpoint is late, which is cancelled, blamed for nothing, and accounted for', async () => {
    await using fleet = await knownFleet()
    fleet.upstreams['first']?.setBehaviour({ hang: 'before-headers' })
    fleet.upstreams['second']?.setBehaviour({ text: 'in time' })
    const before = fleet.router.status()[0]?.signals.successRate ?? 0

    const stream = fleet.router.stream(request, { hedge: true, preferences: { order: ['first', 'second'] } })
    expect(await read(stream)).toMatchObject({ text: 'in time', error: undefined })
    const route = await stream.route

    expect(route).toMatchObject({
      endpoint: `second:${model}`,
      attempts: [
        { number: 1, kind: 'plain', outcome: 'cancelled', failure: undefined, billing: 'assumed' },
        { number: 2, kind: 'hedge', outcome: 'answered', billing: 'billed' },
      ],
    })
    expect(route.attempts[0]?.costNanoUsd).toBeGreaterThan(0)
    expect(route.costNanoUsd).toBe(route.attempts.reduce((sum, one) => sum + one.costNanoUsd, 0))
    await fleet.upstreams['first']?.whenIdle()
    expect(fleet.upstreams['first']?.received.at(-1)?.outcome).toBe('client-closed')
    expect(fleet.router.status()[0]).toMatchObject({ breaker: 'closed', signals: { inFlight: 0 } })
    expect(fleet.router.status()[0]?.signals.successRate).toBeCloseTo(before, 2)
  })

  test('is cancelled when the first endpoint answers after all', async () => {
    await using fleet = await knownFleet()
    fleet.upstreams['first']?.setBehaviour({ latencyMs: 1_200, text: 'late but first' })
    fleet.upstreams['second']?.setBehaviour({ hang: 'before-headers' })

    const stream = fleet.router.stream(request, { hedge: true, preferences: { order: ['first', 'second'] } })
    expect(await read(stream)).toMatchObject({ text: 'late but first', error: undefined })

    expect(attemptsOf(await stream.route)).toEqual(['first answered', 'second cancelled'])
    await fleet.upstreams['second']?.whenIdle()
    expect(fleet.router.status().map((one) => one.signals.inFlight)).toEqual([0, 0])
  })

  test('goes on when the first endpoint fails', async () => {
    await using fleet = await knownFleet()
    fleet.upstreams['first']?.setBehaviour({ latencyMs: 800, status: 400 })
    fleet.upstreams['second']?.setBehaviour({ latencyMs: 1_200, text: 'second' })

    const stream = fleet.router.stream(request, { hedge: true, preferences: { order: ['first', 'second'] } })

    expect(await read(stream)).toMatchObject({ text: 'second', error: undefined })
    expect(attemptsOf(await stream.route)).toEqual(['first invalid-request', 'second answered'])
  })

  test.each([
    ['the caller does not want one', {}, {}],
    ['the request sets something off at the provider', { hedge: true }, { web_search_options: {} }],
    ['what it wastes is not little', { hedge: true }, { max_tokens: 1, messages: longPrompt() }],
  ])('is not made where %s', async (_, options, fields) => {
    await using fleet = await knownFleet()
    fleet.upstreams['first']?.setBehaviour({ latencyMs: 300, text: 'first' })

    const stream = fleet.router.stream(
      { ...request, ...fields },
      { ...options, preferences: { order: ['first', 'second'] } },
    )
    await read(stream)

    expect(attemptsOf(await stream.route)).toEqual(['first answered'])
  })

  test('is not made while too little is known of the first endpoint', async () => {
    await using fleet = await scriptedFleet({
      first: { behaviour: { latencyMs: 300 }, model: { price } },
      second: { model: { price } },
    })

    const stream = fleet.router.stream(request, { hedge: true })
    await read(stream)

    expect(attemptsOf(await stream.route)).toEqual(['first answered'])
  })
})

function longPrompt(): readonly [{ readonly role: 'user'; readonly content: string }] {
  return [{ role: 'user', content: 'word '.repeat(2_000) }]
}
