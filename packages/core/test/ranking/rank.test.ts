import { describe, expect, test } from 'vitest'
import { cachedCostUsd } from '../../src/ranking/cache-term.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import type { Demotion } from '../../src/ranking/demotion.ts'
import { rank } from '../../src/ranking/rank.ts'
import type { RankQuestion } from '../../src/ranking/rank.ts'
import type { ScoredEndpoint } from '../../src/ranking/scored-endpoint.ts'
import { CacheMemory } from '../../src/signals/cache-memory.ts'
import { fleetOf, nowMs, question, steady } from './fleet.ts'

/** Reading from the cache costs a tenth, writing to it a quarter more. */
const pricing = {
  promptPicoUsd: 1_000_000,
  completionPicoUsd: 3_000_000,
  cacheReadPicoUsd: 100_000,
  cacheWritePicoUsd: 1_250_000,
}

const key = 'conversation'
const asked: RankQuestion = { ...question(), demotions: undefined }
const usage = { promptTokens: 1_000, outputTokens: 200, images: 0 }

function cachingFleet(length: number): readonly KnownEndpoint[] {
  return fleetOf(Array.from({ length }, () => steady)).map(({ endpoint, ...others }) => ({
    ...others,
    endpoint: { ...endpoint, pricing },
  }))
}

/** A memory of prompts of one conversation that were sent to endpoints, by their places in the fleet. */
function memoryOf(sent: readonly (readonly [place: number, promptTokens: number])[]): CacheMemory {
  const memory = new CacheMemory()
  for (const [place, promptTokens] of sent) {
    const endpointId = `provider-${place}:author/model`
    memory.record({ key, endpointId, promptTokens, cachedTokens: 0 }, nowMs - 1_000)
  }
  return memory
}

function scoredById(
  fleet: readonly KnownEndpoint[],
  overrides: Partial<RankQuestion>,
): (place: number) => ScoredEndpoint {
  const list = rank(fleet, { ...asked, ...overrides }).list()
  return (place) =>
    list.find(({ known }) => known.endpoint.provider === `provider-${place}`) ?? expect.unreachable()
}

describe('a ranking of a conversation', () => {
  test('counts what each endpoint has cached, and a cold start by the longest part that any of them has', () => {
    const memory = memoryOf([
      [0, 800],
      [1, 200],
    ])
    const at = scoredById(cachingFleet(3), { cache: { memory, key } })
    const costUsd = (cachedTokens: number): number => cachedCostUsd(pricing, { ...usage, cachedTokens }, 0.4)

    // Half of what was sent is expected to be cached.
    expect([0, 1, 2].map((place) => at(place).priceUsd)).toEqual([400, 100, 0].map(costUsd))
    expect(at(0).cacheSavingUsd).toBeCloseTo(400 * 0.9e-6, 12)
    expect(at(2).cacheSavingUsd).toBe(0)
  })

  test('counts what a failed attempt reads from the cache too', () => {
    const at = scoredById(cachingFleet(2), { cache: { memory: memoryOf([[0, 800]]), key } })
    const savedUsd = at(1).parts.earlyFailureUsd - at(0).parts.earlyFailureUsd

    // 400 tokens are read for a tenth of their price, and of those 40 % are not written for a quarter more.
    expect(savedUsd).toBeCloseTo(400 * 0.9e-6 + 400 * 0.4 * 0.25e-6, 12)
  })

  test('is that of any request where nobody was sent it before', () => {
    const fleet = cachingFleet(2)
    const unknown = rank(fleet, { ...asked, cache: { memory: memoryOf([]), key } }).list()

    expect(unknown).toEqual(rank(fleet, asked).list())
  })

  test('is that of any request where the prompt has no tokens', () => {
    const fleet = cachingFleet(2)
    const empty = { ...asked, demand: { ...asked.demand, promptTokens: 0 } }
    const cache = { memory: memoryOf([[0, 800]]), key }

    expect(rank(fleet, { ...empty, cache }).list()).toEqual(rank(fleet, empty).list())
  })
})

describe('a ranking', () => {
  test('has the demoted behind the others, however low their index, and their reason', () => {
    const fleet = fleetOf([{ ...steady, promptUsd: 0.01, completionUsd: 0.01 }, steady, steady])
    const [cheapest, middle, last] = fleet
    if (cheapest === undefined || middle === undefined || last === undefined) return expect.unreachable()
    const demotions = new Map<KnownEndpoint, Demotion>([
      [cheapest, { tier: 2, reason: 'its answers are invalid' }],
      [middle, { tier: 1, reason: 'too little is known of it' }],
    ])
    const list = rank(fleet, { ...asked, demotions }).list()

    expect(list.map(({ known }) => known)).toEqual([last, middle, cheapest])
    expect(list.map(({ tier }) => tier)).toEqual([0, 1, 2])
    expect(list.map(({ demotion }) => demotion)).toEqual([
      undefined,
      'too little is known of it',
      'its answers are invalid',
    ])
    expect(list[2]?.indexUsd).toBeLessThan(list[0]?.indexUsd ?? 0)
  })

  test('has equals in the order in which they came', () => {
    const fleet = fleetOf([steady, steady, steady])

    expect(
      rank(fleet, asked)
        .list()
        .map(({ known }) => known),
    ).toEqual(fleet)
  })
})
