import type { RoutingPolicy } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptScript } from '../../../testkit/src/simulator/attempt-script.ts'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { namedReplayPolicy, replay } from '../../src/replay/index.ts'
import type { CounterfactualStatistics, ReplayPolicy } from '../../src/replay/index.ts'
import { readAll } from '../trace/read-all.ts'
import { answer, cut, model as recordedModel, recordedRouter, refusal } from '../trace/recorded-router.ts'
import { truthOf, worldTrace } from './known-world.ts'
import type { Truth, WorldOptions } from './known-world.ts'

function named(...names: readonly string[]): readonly ReplayPolicy[] {
  return names.map((name) => namedReplayPolicy(name) ?? expect.unreachable(name))
}

async function judged(
  options: WorldOptions,
  ...policies: readonly ReplayPolicy[]
): Promise<readonly CounterfactualStatistics[]> {
  const { counterfactual } = await replay({ source: () => worldTrace(options), policies })
  return counterfactual.map((one) => one.statistics)
}

const mixed = { calls: 4_000, seed: 5, picks: [0.3, 0.5, 0.2] } as const
const mixedVerdicts = judged(mixed, ...named('cheapest-first', 'fastest-first', 'random'))
const allCheap = truthOf([1, 0, 0], 11)
const allFast = truthOf([0, 0, 1], 12)
const anyone = truthOf([1 / 3, 1 / 3, 1 / 3], 13)

function covers(statistics: CounterfactualStatistics | undefined, truth: Truth): void {
  for (const measure of ['lossUsd', 'costUsd', 'success', 'attempts'] as const) {
    const { low, high } = statistics?.[measure] ?? expect.unreachable(measure)
    expect(low, measure).toBeLessThanOrEqual(truth[measure])
    expect(high, measure).toBeGreaterThanOrEqual(truth[measure])
  }
  expect(statistics?.lossByIndexUsd.low).toBeLessThanOrEqual(truth.lossUsd)
  expect(statistics?.lossByIndexUsd.high).toBeGreaterThanOrEqual(truth.lossUsd)
}

describe('judging a policy by the picks of another', () => {
  test('in a world that is known, gives intervals that hold the truth', async () => {
    const [cheap, fast, random] = await mixedVerdicts

    covers(cheap, allCheap)
    covers(fast, allFast)
    covers(random, anyone)
    expect(cheap?.supported).toBe(1)
    expect(cheap?.effectiveCalls).toBeCloseTo(4_000 * 0.3, -2)
  })

  test('says which of two policies is better, and by how much', async () => {
    const [cheap, fast] = await mixedVerdicts

    expect(allFast.lossUsd / allCheap.lossUsd).toBeGreaterThan(1.1)
    expect(cheap?.lossUsd?.high).toBeLessThan(fast?.lossUsd?.low ?? 0)
    expect((fast?.lossUsd?.value ?? 0) - (cheap?.lossUsd?.value ?? 0)).toBeCloseTo(
      allFast.lossUsd - allCheap.lossUsd,
      3,
    )
  })

  test('is right where the index is wrong, and more precise where it is right', async () => {
    const [wrong] = await judged({ ...mixed, belief: 3 }, ...named('fastest-first'))
    const [, right] = await mixedVerdicts

    covers(wrong, allFast)
    const width = (one: CounterfactualStatistics | undefined, field: 'lossUsd' | 'lossByIndexUsd'): number =>
      (one?.[field]?.high ?? 0) - (one?.[field]?.low ?? 0)
    expect(width(right, 'lossByIndexUsd')).toBeLessThan(0.8 * width(right, 'lossUsd'))
  })

  test('has nothing to go by but the index where the pick was never random', async () => {
    const [fast] = await judged({ ...mixed, picks: [1, 0, 0] }, ...named('fastest-first'))

    expect(fast).toMatchObject({
      effectiveCalls: 0,
      supported: 0,
      lossUsd: undefined,
      success: undefined,
      ttftP50Ms: undefined,
    })
    expect(fast?.lossByIndexUsd.value).toBeCloseTo(allFast.lossUsd, 3)
  })

  test('cuts weights that are too large, and tells of it', async () => {
    const [cheap] = await judged({ ...mixed, picks: [0.01, 0.69, 0.3] }, ...named('cheapest-first'))

    expect(cheap?.clipped).toBeCloseTo(0.01, 2)
    expect(cheap?.effectiveCalls).toBeLessThan(80)
  })

  test('lets a policy that learns hear of each attempt before the decisions after it', async () => {
    const seen: number[] = []
    let heardUntilMs = -1
    const learning: RoutingPolicy = {
      name: 'learning',
      order(candidates, { nowMs }) {
        expect(heardUntilMs).toBeLessThanOrEqual(nowMs)
        return { endpoints: candidates }
      },
      observe(event) {
        if (event.nowMs < heardUntilMs) return
        heardUntilMs = event.nowMs
        if (event.type === 'attempt-ended') seen.push(event.durationMs)
      },
    }
    let created = 0
    const create = (): RoutingPolicy => {
      created += 1
      // The first is asked in the played world, where it hears of other attempts.
      return created === 1
        ? { ...learning, observe: () => undefined, order: (list) => ({ endpoints: list }) }
        : learning
    }
    await judged({ ...mixed, calls: 200 }, { name: 'learning', create })

    expect(created).toBe(2)
    expect(seen.length).toBeGreaterThan(180)
    expect(new Set(seen.map((ms) => ms > 0))).toEqual(new Set([true]))
  })
})

describe('the estimate of the policy that made the picks', () => {
  const fates = fc.constantFrom<AttemptScript>(
    answer(5),
    answer(30, { ttftMs: 2_000, msPerToken: 30 }),
    refusal(500),
    refusal(503),
    refusal(429, { headers: { 'retry-after': '4' } }),
    cut(300),
  )

  test('whatever happened, is what happened: every call weighs 1', async () => {
    const scripts = fc.array(fates, { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(
        fc.record({ one: scripts, two: scripts, three: scripts }),
        fc.constantFrom('cheapest' as const, 'balanced' as const, 'fastest' as const),
        fc.nat(),
        async (fated, objective, seed) => {
          const text = await record(fated, { objective, seed })
          const { counterfactual, observed } = await replay({
            source: () => batches(text),
            policies: named(objective),
          })

          const statistics = counterfactual[0]?.statistics
          const calls = readAll(text).calls.filter((call) => call.outcome !== 'aborted')
          expect(statistics?.effectiveCalls).toBeCloseTo(calls.length, 2)
          expect(statistics?.supported).toBeCloseTo(1, 4)
          // Weights are quotients of powers of rounded numbers.
          expect((statistics?.lossUsd?.value ?? 0) / (observed?.lossUsd.value ?? 1)).toBeCloseTo(1, 3)
        },
      ),
      { numRuns: 25 },
    )
  })

  /** A conversation whose prompt two providers cache, so that some picks are pinned; and failures that open breakers. */
  async function record(
    fated: Readonly<Record<'one' | 'two' | 'three', readonly AttemptScript[]>>,
    { objective, seed }: { readonly objective: 'cheapest' | 'balanced' | 'fastest'; readonly seed: number },
  ): Promise<string> {
    const memberOf = (scripts: readonly AttemptScript[], cacheRead: number) => {
      let next = 0
      const arrive = (): AttemptScript => scripts[next++ % scripts.length] ?? []
      return { arrive, model: { price: { prompt: 1, completion: 2, cacheRead } } }
    }
    const recorded = recordedRouter(
      { one: memberOf(fated.one, 0.1), two: memberOf(fated.two, 0.5), three: memberOf(fated.three, 1) },
      { random: seededRandom(seed), preferences: { objective }, timeoutMs: 60_000 },
    )
    for (let i = 0; i < 60; i += 1) {
      recorded.call({
        model: recordedModel,
        messages: [
          { role: 'system', content: 'word '.repeat(2_000) },
          { role: 'user', content: 'word '.repeat(1 + (i % 7)) },
        ],
        stream: i % 4 > 0,
      })
      await recorded.clock.advanceAsync(i % 10 === 9 ? 20_000 : 900)
    }
    await recorded.clock.advanceAsync(120_000)
    return recorded.text()
  }

  async function* batches(text: string): AsyncGenerator<ReturnType<typeof readAll>['records']> {
    yield readAll(text).records
  }
})
