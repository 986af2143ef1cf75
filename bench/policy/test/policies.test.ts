import { describe, expect, test } from 'vitest'

import { c3 } from '../policies/c3.ts'
import { inverseSquarePrice } from '../policies/inverse-square-price.ts'
import { liteLlmLatency } from '../policies/litellm-latency.ts'
import { liteLlmShuffle } from '../policies/litellm-shuffle.ts'
import { liteLlmUsage } from '../policies/litellm-usage.ts'
import { peakEwma } from '../policies/peak-ewma.ts'
import { portkeyWeighted } from '../policies/portkey-weighted.ts'
import { prequal } from '../policies/prequal.ts'
import { random } from '../policies/random.ts'
import { roundRobin } from '../policies/round-robin.ts'
import { cheapestFirst, fastestFirst } from '../policies/sorted.ts'
import { leastLoaded } from '../policies/two-choices.ts'
import { candidate, firstShares, orderOf, policyOf, rateLimited, serverError, tell } from './case.ts'

const [a, b, c] = [candidate('a'), candidate('b'), candidate('c')] as const
const three = [a, b, c]

describe('random', () => {
  test('begins with each endpoint equally often, and tries them all', () => {
    const policy = policyOf(random)
    for (const share of Object.values(firstShares(policy, three))) expect(share).toBeCloseTo(1 / 3, 1)
    expect(orderOf(policy, three).toSorted()).toEqual(['a', 'b', 'c'])
  })
})

describe('round robin', () => {
  test('begins one endpoint further on each time, in whatever order the candidates come', () => {
    const policy = policyOf(roundRobin)
    const firsts = [three, [c, a, b], [b, c, a], three].map((list) => orderOf(policy, list).join(''))
    expect(firsts).toEqual(['abc', 'bca', 'cab', 'abc'])
  })
})

describe('the inverse square of the price', () => {
  const priced = [
    candidate('a', { priceUsd: 1 }),
    candidate('b', { priceUsd: 2 }),
    candidate('c', { priceUsd: 3 }),
  ]

  test('takes an endpoint at a third of the price nine times as often', () => {
    const shares = firstShares(policyOf(inverseSquarePrice), priced)
    expect((shares['a'] ?? 0) / (shares['c'] ?? 1)).toBeGreaterThan(8)
    expect((shares['a'] ?? 0) / (shares['c'] ?? 1)).toBeLessThan(10)
  })

  test('puts an endpoint whose attempts mostly failed in the last 30 s behind all others, and then forgets it', () => {
    const policy = policyOf(inverseSquarePrice)
    const [cheap] = priced
    if (cheap === undefined) throw new Error('there is no endpoint')
    tell(policy, cheap, { failure: serverError })
    expect(firstShares(policy, priced)['a']).toBeGreaterThan(0.7)
    tell(policy, cheap, { failure: serverError })
    expect(firstShares(policy, priced, 30_000)['a']).toBeUndefined()
    expect(orderOf(policy, priced, 30_000).at(-1)).toBe('a')
    expect(firstShares(policy, priced, 30_001)['a']).toBeGreaterThan(0.7)
  })
})

describe('LiteLLM’s simple-shuffle', () => {
  test('draws by the configured requests per minute', () => {
    const shares = firstShares(policyOf(liteLlmShuffle), three)
    expect(shares['a']).toBeCloseTo(0.6, 1)
    expect(shares['c']).toBeCloseTo(0.1, 1)
  })

  test('leaves out who answered a 429 for its Retry-After, else for 5 s, and keeps the first deadline', () => {
    const policy = policyOf(liteLlmShuffle)
    tell(policy, a, { failure: rateLimited(1_000) })
    tell(policy, b, { failure: rateLimited() })
    tell(policy, a, { failure: rateLimited(60_000), nowMs: 500 })
    expect(orderOf(policy, three, 999)).toEqual(['c'])
    expect(orderOf(policy, three, 1_000).toSorted()).toEqual(['a', 'c'])
    expect(orderOf(policy, three, 5_000).toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('leaves out who failed more than half of at least five requests of the clock minute', () => {
    const policy = policyOf(liteLlmShuffle)
    tell(policy, a)
    tell(policy, a)
    for (let failure = 0; failure < 2; failure += 1) tell(policy, a, { failure: serverError })
    expect(orderOf(policy, three)).toContain('a')
    tell(policy, a, { failure: serverError })
    expect(orderOf(policy, three)).not.toContain('a')
    for (let failure = 0; failure < 4; failure += 1) tell(policy, b, { failure: serverError, nowMs: 59_999 })
    tell(policy, b, { failure: serverError, nowMs: 60_000 })
    expect(orderOf(policy, three, 60_000)).toContain('b')
  })
})

describe('LiteLLM’s lowest latency', () => {
  test('takes who has no value yet first, then the lowest time to the first token per output token', () => {
    const policy = policyOf(liteLlmLatency)
    tell(policy, a, { ttftMs: 1_000, outputTokens: 1_000 })
    tell(policy, b, { ttftMs: 500, outputTokens: 100 })
    expect(orderOf(policy, three)).toEqual(['c', 'a', 'b'])
  })

  test('keeps the first nine values of ten, so that it hardly notices a change', () => {
    const policy = policyOf(liteLlmLatency)
    for (let answer = 0; answer < 10; answer += 1) {
      tell(policy, a, { ttftMs: 100 })
      tell(policy, b, { ttftMs: 200 })
      tell(policy, c, { ttftMs: 300 })
    }
    for (let answer = 0; answer < 100; answer += 1) tell(policy, a, { ttftMs: 1_000 })
    expect(orderOf(policy, three)).toEqual(['a', 'b', 'c'])
    tell(policy, a, { ttftMs: 1_200 })
    expect(orderOf(policy, three)).toEqual(['b', 'a', 'c'])
  })

  test('counts a timeout as 1000 s, and other failures not at all', () => {
    const policy = policyOf(liteLlmLatency)
    for (const one of three) tell(policy, one, { ttftMs: 100 })
    tell(policy, b, { failure: serverError })
    tell(policy, a, { failure: { kind: 'first-token-timeout', message: 'no first token' } })
    expect(orderOf(policy, three).at(-1)).toBe('a')
  })
})

describe('LiteLLM’s usage-based routing', () => {
  test('takes who was given the fewest tokens in this clock minute', () => {
    const policy = policyOf(liteLlmUsage)
    tell(policy, a, { promptTokens: 300 })
    tell(policy, b, { promptTokens: 100 })
    tell(policy, c, { promptTokens: 200 })
    expect(orderOf(policy, three)).toEqual(['b', 'c', 'a'])
    expect(new Set(Array.from({ length: 2 }, () => orderOf(policy, three, 60_000).length))).toEqual(
      new Set([3]),
    )
  })

  test('leaves out who has had its requests of the minute but one', () => {
    const policy = policyOf(liteLlmUsage)
    const start = (): void =>
      policy.observe?.({ type: 'attempt-started', endpoint: c.known.endpoint, nowMs: 10 })
    for (let request = 0; request < 98; request += 1) start()
    expect(orderOf(policy, three)).toContain('c')
    start()
    expect(orderOf(policy, three)).not.toContain('c')
    expect(orderOf(policy, three, 60_000)).toContain('c')
  })
})

describe('Portkey’s load balancing', () => {
  test('draws one target by weight and tries nothing else', () => {
    const policy = policyOf(portkeyWeighted)
    expect(orderOf(policy, three)).toHaveLength(1)
    expect(firstShares(policy, three)['a']).toBeCloseTo(0.6, 1)
    expect(portkeyWeighted.retries).toBe(5)
  })
})

describe('two choices', () => {
  test('never begin with the busiest of three, and begin with the idlest in two of three draws', () => {
    const busy = [candidate('a', { inFlight: 5 }), candidate('b', { inFlight: 1 }), candidate('c')]
    const shares = firstShares(policyOf(leastLoaded), busy)
    expect(shares['a']).toBeUndefined()
    expect(shares['c']).toBeCloseTo(2 / 3, 1)
  })
})

describe('peak EWMA', () => {
  const two = [a, b]

  test('jumps to a slow response, forgets it within a minute, and then takes an idle endpoint for free', () => {
    const policy = policyOf(peakEwma)
    for (const one of two) tell(policy, one, { durationMs: 100 })
    tell(policy, a, { durationMs: 10_000 })
    expect(orderOf(policy, two)).toEqual(['b', 'a'])
    tell(policy, b, { durationMs: 300, nowMs: 60_000 })
    expect(orderOf(policy, two, 60_000)).toEqual(['a', 'b'])
  })

  test('fears an endpoint that has something pending and has not answered yet', () => {
    const pending = [candidate('a', { inFlight: 1 }), b]
    const policy = policyOf(peakEwma)
    tell(policy, b, { durationMs: 60_000 })
    expect(orderOf(policy, pending)).toEqual(['b', 'a'])
  })
})

describe('Prequal’s hot-cold rule', () => {
  test('takes the fastest of the cold, and the hot behind them however fast', () => {
    const loaded = [
      candidate('a', { inFlight: 9 }),
      b,
      c,
      candidate('d'),
      candidate('e'),
      candidate('f'),
      candidate('g'),
    ]
    const policy = policyOf(prequal)
    loaded.forEach((one, place) => tell(policy, one, { durationMs: 100 * (place + 1) }))
    expect(orderOf(policy, loaded)).toEqual(['b', 'c', 'd', 'e', 'f', 'g', 'a'])
  })
})

describe('C3', () => {
  test('weighs response times by the cube of the queue that all instances make', () => {
    const queued = [candidate('a', { inFlight: 1 }), b]
    const policy = policyOf(c3)
    tell(policy, a, { durationMs: 100 })
    tell(policy, b, { durationMs: 100 * 5 ** 3 - 1 })
    expect(orderOf(policy, queued)).toEqual(['b', 'a'])
    tell(policy, b, { durationMs: 100 * 5 ** 3 * 10 })
    expect(orderOf(policy, queued)).toEqual(['a', 'b'])
  })
})

describe('sorting', () => {
  test('takes the cheapest, or the fastest to the whole answer, first', () => {
    const unlike = [
      candidate('a', { priceUsd: 3, ttftMs: 100, msPerToken: 50 }),
      candidate('b', { priceUsd: 2, ttftMs: 3_000, msPerToken: 5 }),
      candidate('c', { priceUsd: 1, ttftMs: 900, msPerToken: 50 }),
    ]
    expect(orderOf(policyOf(cheapestFirst), unlike)).toEqual(['c', 'b', 'a'])
    expect(orderOf(policyOf(fastestFirst), unlike)).toEqual(['b', 'a', 'c'])
  })
})
