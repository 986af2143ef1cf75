import { describe, expect, test } from 'vitest'
import type { ArrivingAttempt } from '../../../src/simulator/attempt-script.ts'
import { createWorld } from '../../../src/simulator/world/world.ts'
import type { AttemptRecord, WorldProvider } from '../../../src/simulator/world/world-provider.ts'
import type { World, WorldOptions } from '../../../src/simulator/world/world.ts'

function worldWith(options: Partial<WorldOptions> = {}): { world: World; records: AttemptRecord[] } {
  const records: AttemptRecord[] = []
  const world = createWorld({
    seed: 1,
    durationMs: 200_000,
    whenOver: (record) => records.push(record),
    ...options,
  })
  return { world, records }
}

function providerOf(world: World, name: string): WorldProvider {
  const provider = world.providers.find(({ profile }) => profile.name === name)
  if (provider === undefined) throw new Error(`there is no ${name}`)
  return provider
}

function arrival(world: World, number: number, nowMs: number): ArrivingAttempt {
  const [provider] = world.providers
  if (provider === undefined) throw new Error('the world has no provider')
  const endpoint = world.endpointOf(provider, () => nowMs)
  return { endpoint, request: world.chatRequest(number), stream: true, nowMs, inFlight: 0 }
}

/** The number of the first request whose attempt at a provider ends so. */
function requestThat(world: World, provider: WorldProvider, mode: string): number {
  return world.requests.findIndex((_, number) => provider.prospect(number, 0).fate?.mode === mode)
}

describe('a provider of the world', () => {
  test('admits a minute of requests at once, then refuses with the time after which one more fits', () => {
    const { world, records } = worldWith()
    const p4 = providerOf(world, 'p4')
    const attempts = Array.from({ length: 61 }, (_, number) => arrival(world, number, 0))
    const scripts = attempts.map((attempt) => p4.arrive(attempt))
    expect(scripts.at(-1)).toEqual([
      {
        type: 'failure',
        afterMs: 80,
        evidence: { type: 'status', status: 429, headers: { 'retry-after-ms': '1000' }, body: '' },
      },
    ])
    expect(p4.inFlight).toBe(60)
    for (const attempt of attempts) p4.depart(attempt, 80)
    expect(p4.inFlight).toBe(0)
    expect(records.at(-1)).toMatchObject({ result: 'refused', billedUsd: 0 })
    expect(p4.prospect(61, 900).fate).toBeUndefined()
    expect(p4.prospect(61, 1_000).fate).toBeDefined()
  })

  test('does what an oracle foresaw, whatever the other providers were asked meanwhile', () => {
    const { world } = worldWith()
    const one = providerOf(world, 'p1')
    for (let number = 0; number < 200; number += 1) {
      const foreseen = one.prospect(number, number * 1_000)
      providerOf(world, 'p0').arrive(arrival(world, number, number * 1_000))
      const attempt = arrival(world, number, number * 1_000)
      const last = one.arrive(attempt).at(-1)
      const { fate } = foreseen
      if (fate?.mode === 'answer') {
        expect(last).toMatchObject({ type: 'end' })
        expect(last?.afterMs).toBeCloseTo(fate.firstMs + fate.msPerToken * (fate.outputTokens - 1))
      } else if (fate?.mode === 'hang') expect(last).toBeUndefined()
      else expect(last?.type).toBe('failure')
      one.depart(attempt, attempt.nowMs + (last?.afterMs ?? 5_000))
    }
  })

  test('charges an answer by its tokens, an error by its prompt, and a cancelled stream by what had come', () => {
    const { world, records } = worldWith({ durationMs: 3_500_000 })
    const p0 = providerOf(world, 'p0')
    const answered = requestThat(world, p0, 'answer')
    const failed = requestThat(world, p0, 'error')
    for (const [number, part] of [
      [answered, 1],
      [failed, 1],
      [answered, 0],
    ] as const) {
      const attempt = arrival(world, number, 0)
      const script = p0.arrive(attempt)
      const end = part === 1 ? script.at(-1) : script[0]
      p0.depart(attempt, end?.afterMs ?? 0)
    }
    const usd = (number: number, outputTokens: number): number =>
      ((world.requests[number]?.promptTokens ?? 0) * 0.25 + outputTokens * 0.75) / 1e6
    expect(records.map(({ billedUsd }) => billedUsd)).toEqual([
      usd(answered, world.requests[answered]?.outputTokens ?? 0),
      usd(failed, 0),
      usd(answered, 1),
    ])
    expect(records.map(({ result }) => result)).toEqual(['answer', 'error', 'cancelled'])
  })

  test('counts the attempts of a request, so that a second one has luck of its own', () => {
    const { world } = worldWith()
    const p0 = providerOf(world, 'p0')
    const before = p0.prospect(0, 0).fate
    const attempt = arrival(world, 0, 0)
    p0.arrive(attempt)
    p0.depart(attempt, 10)
    expect(p0.prospect(0, 20).fate).not.toEqual(before)
  })

  test('admits less and charges more while a fault says so', () => {
    const faults = [
      { providers: ['p4'], fromMs: 0, untilMs: 1_000, capacityFactor: 0.5, priceFactor: 5 },
    ] as const
    const { world } = worldWith({ faults })
    const p4 = providerOf(world, 'p4')
    const nowMs = 0
    for (let number = 0; number < 30; number += 1) p4.arrive(arrival(world, number, nowMs))
    expect(p4.prospect(30, nowMs).fate).toBeUndefined()
    expect(p4.priceUsd(0, 10, 0)).toBeCloseTo(5 * p4.priceUsd(0, 10, 1_000), 12)
    expect(world.endpointOf(p4, () => 0).pricing.promptPicoUsd).toBe(6_000_000)
    expect(world.endpointOf(p4, () => 1_000).pricing.promptPicoUsd).toBe(1_200_000)
  })

  test('reads a conversation’s prompt from its cache for a while, at the cache’s price', () => {
    const sessions = { share: 1, prefixTokens: 10_000, open: 1, turns: 50 }
    const base = worldWith().world.providers.map(({ profile }) => profile)
    const providers = base.map((one) => ({ ...one, cache: { priceShare: 0.1, keptMs: 60_000 } }))
    const { world } = worldWith({ traffic: { sessions }, providers })
    const p1 = providerOf(world, 'p1')
    const [first, second] = world.requests
      .map((request, number) => ({ request, number }))
      .filter(({ request }) => request.session !== undefined)
    if (first === undefined || second === undefined) throw new Error('there are no turns')
    const cold = p1.priceUsd(second.number, 0, 0)
    p1.arrive(arrival(world, first.number, 0))
    const warmUsd = ((second.request.promptTokens - 0.9 * first.request.promptTokens) * 0.35) / 1e6
    expect(p1.priceUsd(second.number, 0, 1_000)).toBeCloseTo(warmUsd, 12)
    expect(p1.priceUsd(second.number, 0, 60_001)).toBeCloseTo(cold, 12)
  })
})
