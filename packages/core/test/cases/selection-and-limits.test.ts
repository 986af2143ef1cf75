import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { callBudget } from '../../src/call/call-budget.ts'
import { defineEndpoint } from '../../src/catalog/define-endpoint.ts'
import { classify } from '../../src/failure/classify.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { decide } from '../../src/ranking/decide.ts'
import type { Decision } from '../../src/ranking/decide.ts'
import type { RoutingPolicy } from '../../src/ranking/policy.ts'
import type { ScoredEndpoint } from '../../src/ranking/scored-endpoint.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { Permits } from '../../src/signals/permits.ts'
import type { PermitLimits } from '../../src/signals/permits.ts'
import { failed, follow, started } from '../call/follow.ts'
import { knownEndpoint, nowMs, question, steady } from '../ranking/fleet.ts'
import type { Past } from '../ranking/fleet.ts'

function firstOf({ plan }: Decision): string | undefined {
  return plan[0]?.endpoint.provider
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

type Weights = Readonly<Record<string, number>>

/** Draws the first endpoint by fixed weights; the others follow by increasing index. */
function weighted(weights: Weights): RoutingPolicy {
  const weightOf = ({ known }: ScoredEndpoint): number => weights[known.endpoint.provider] ?? 0
  return {
    name: 'weighted',
    order(candidates, { random }) {
      const open = candidates.filter((one) => weightOf(one) > 0)
      const total = sum(open.map(weightOf))
      let rest = random() * total
      const first = open.find((one) => (rest -= weightOf(one)) < 0)
      const probabilities = candidates.map((one) => (total === 0 ? 0 : weightOf(one) / total))
      return { endpoints: first === undefined ? [] : [first, ...open], probabilities }
    },
  }
}

/** Takes turns by fixed weights, spread as evenly as they can be. Source: NGINX's smooth weighted round robin. */
function turns(weights: Weights): RoutingPolicy {
  const credit = new Map<string, number>()
  const creditOf = ({ known }: ScoredEndpoint): number => credit.get(known.endpoint.provider) ?? 0
  return {
    name: 'turns',
    order(candidates) {
      for (const one of candidates) {
        const { provider } = one.known.endpoint
        credit.set(provider, creditOf(one) + (weights[provider] ?? 0))
      }
      const endpoints = candidates.toSorted((one, other) => creditOf(other) - creditOf(one))
      const [first] = endpoints
      const total = sum(candidates.map(({ known }) => weights[known.endpoint.provider] ?? 0))
      if (first !== undefined) credit.set(first.known.endpoint.provider, creditOf(first) - total)
      return { endpoints }
    },
  }
}

const trio = ['a', 'b', 'c'].map((name) => knownEndpoint(name, steady))

describe('selection by a policy of one’s own', () => {
  // case 31. Weights are not offered; a policy of one's own has them.
  test('weights of 3 to 1 draw so, and a weight of 0 never', () => {
    const policy = weighted({ a: 3, b: 1, c: 0 })
    const random = seededRandom(31)
    const drawn = Array.from({ length: 4_000 }, () => decide(trio, question({ policy, random })))

    expect(drawn.filter((one) => firstOf(one) === 'a').length / 4_000).toBeCloseTo(0.75, 1)
    expect(drawn.every(({ plan }) => plan.every(({ endpoint }) => endpoint.provider !== 'c'))).toBe(true)
  })

  // case 31
  test('with all weights 0 nobody is drawn, and nothing breaks', () => {
    const decision = decide(trio, question({ policy: weighted({}) }))

    expect(decision.plan).toEqual([])
    expect([...decision.probabilities]).toEqual([0, 0, 0])
  })

  // case 32. Turns are not offered either, since they pass over what an endpoint does; a policy of one's own takes them.
  test('turns by weights of 5, 1 and 1 come in their exact order', () => {
    const policy = turns({ a: 5, b: 1, c: 1 })
    const drawn = Array.from({ length: 14 }, () => firstOf(decide(trio, question({ policy }))))

    expect(drawn.join('')).toBe('aabacaaaabacaa')
  })
})

/** Tells an endpoint of streamed answers of the same speed, one a second. */
function answers(
  known: KnownEndpoint,
  count: number,
  speed: { ttftMs: number; msPerToken: number },
  fromMs: number,
): void {
  for (let i = 0; i < count; i += 1) {
    const { ttftMs, msPerToken } = speed
    const report = { outcome: 'success', weight: 1, promptTokens: 1_000, outputTokens: 51 } as const
    known.signals.attemptStarted(fromMs + i * 1_000)
    known.signals.attemptEnded(
      { ...report, ttftMs, durationMs: ttftMs + 50 * msPerToken },
      fromMs + i * 1_000,
    )
  }
}

describe('selection by latency', () => {
  const untried: Past = { ...steady, outcomes: [] }

  // case 33
  test('of 20 tokens in 2 s and 50 tokens in 3 s, the time per token decides for who wants throughput', () => {
    const [one, other] = [knownEndpoint('20-in-2s', untried), knownEndpoint('50-in-3s', untried)]
    answers(one, 5, { ttftMs: 100, msPerToken: 2_000 / 20 }, nowMs - 5_000)
    answers(other, 5, { ttftMs: 100, msPerToken: 3_000 / 50 }, nowMs - 5_000)

    expect(firstOf(decide([one, other], question({ preferences: { sort: 'throughput' } })))).toBe('50-in-3s')
  })

  // case 33. A buffer is not offered: the nearer two endpoints are, the more evenly they share.
  test('two that are nearly as good share the first picks', () => {
    const [one, other] = [knownEndpoint('one', steady), knownEndpoint('other', { ...steady, ttftMs: 420 })]
    const { probabilities } = decide([one, other], question({ preferences: { objective: 'fastest' } }))

    expect(Math.min(...probabilities)).toBeGreaterThan(0.3)
  })

  // case 33
  test('an endpoint whose requests of the minute are spent leaves the call to another', () => {
    const spent = {
      ...knownEndpoint('spent', steady),
      signals: new EndpointSignals({ limits: { requestsPerMinute: 1 } }),
    }
    spent.signals.permits.tryReserve(1, nowMs)

    expect(firstOf(decide([spent, knownEndpoint('free', steady)], question()))).toBe('free')
  })

  // case 33
  test('an endpoint that becomes fast after ten slow answers is picked up within a minute', () => {
    const [usual, reformed] = [knownEndpoint('usual', steady), knownEndpoint('reformed', untried)]
    const asked = question({ preferences: { sort: 'latency' } })
    answers(reformed, 10, { ttftMs: 5_000, msPerToken: 12 }, nowMs - 200_000)
    expect(firstOf(decide([usual, reformed], asked))).toBe('usual')

    answers(reformed, 60, { ttftMs: 100, msPerToken: 12 }, nowMs - 60_000)
    answers(usual, 60, { ttftMs: 400, msPerToken: 12 }, nowMs - 60_000)
    expect(firstOf(decide([usual, reformed], asked))).toBe('reformed')
  })
})

describe('limits', () => {
  const price = { prompt: 1, completion: 1 }

  // case 34
  test('a limit of 0 tokens a minute is refused, and a request of more tokens than a minute has is never sent there', () => {
    const small = { provider: 'small', model: 'author/model', contextTokens: 128_000, price }
    const endpoint = defineEndpoint({ ...small, tokensPerMinute: 500 })
    const { breaker } = knownEndpoint('small', steady)
    const known = { endpoint, breaker, signals: new EndpointSignals({ limits: endpoint.limits }) }
    const decision = decide([known, knownEndpoint('large', steady)], question())

    expect(() => defineEndpoint({ ...small, tokensPerMinute: 0 })).toThrow(/tokensPerMinute.*0/)
    expect(firstOf(decision)).toBe('large')
    expect(decision.standby).toMatchObject([{ retryAtMs: undefined }])
  })

  // case 34
  test.each<PermitLimits>([{ requestsPerMinute: 1 }, { tokensPerMinute: 150 }, { maxConcurrent: 1 }])(
    'of two requests for the last place of %j one is admitted',
    (limits) => {
      const permits = new Permits(limits)

      expect(permits.tryReserve(100, 0)).toBeDefined()
      expect(permits.tryReserve(100, 0)).toBeUndefined()
    },
  )

  // case 35
  test('every limit must admit a request, and a stream that is cancelled gives back what it did not use', () => {
    const permits = new Permits({ requestsPerMinute: 2, tokensPerMinute: 1_000 })
    const stream = permits.tryReserve(900, 0)
    expect(permits.tryReserve(200, 0)).toBeUndefined()
    if (stream !== undefined) permits.settle(stream, 100, 0)

    expect(permits.tryReserve(200, 0)).toBeDefined()
    expect(permits.tryReserve(1, 0)).toBeUndefined()
    expect(() => new Permits({ requestsPerMinute: 0 })).toThrow('requestsPerMinute')
  })
})

describe('selection by price and ability', () => {
  // case 37
  test('the cheaper of two that are otherwise alike is first most of the time', () => {
    const cheap = knownEndpoint('cheap', { ...steady, promptUsd: 0.25, completionUsd: 0.75 })
    const { ranked, probabilities } = decide([knownEndpoint('dear', steady), cheap], question())

    expect(ranked[0]?.known).toBe(cheap)
    expect(probabilities[0]).toBeGreaterThan(0.9)
  })

  // case 37
  test('an image is sent to an endpoint that takes images only', () => {
    const { endpoint, ...others } = knownEndpoint('seeing', steady)
    const capabilities = { ...endpoint.capabilities, inputModalities: new Set(['text', 'image'] as const) }
    const demand = { ...question().demand, inputModalities: ['text', 'image'], images: 1 } as const
    const decision = decide(
      [knownEndpoint('blind', steady), { endpoint: { ...endpoint, capabilities }, ...others }],
      question({ demand }),
    )

    expect(decision.plan.map((planned) => planned.endpoint.provider)).toEqual(['seeing'])
  })

  // case 37
  test('a 529 moves on to the next endpoint, and however many attempts are allowed, each is tried once', () => {
    const { plan, standby } = decide(trio.slice(0, 2), question({ maxAttempts: 10 }))
    const overloaded = classify({ type: 'status', status: 529, headers: {}, body: '' })
    const budget = callBudget({ deadlineAtMs: 60_000, maxAttempts: 10 })
    const { state } = follow({ budget, plan, standby }, [
      started(1),
      failed(1, 0, overloaded),
      started(2),
      failed(2, 0, overloaded),
    ])

    expect(state.attempts.map((attempt) => attempt.planned.endpoint.provider).toSorted()).toEqual(['a', 'b'])
    expect(state.outcome).toMatchObject({ type: 'failed', reason: 'all-failed' })
  })
})
