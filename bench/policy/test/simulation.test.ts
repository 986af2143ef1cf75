import { describe, expect, test } from 'vitest'

import type { Contender } from '../contender.ts'
import { contenders, nextbest } from '../contenders.ts'
import { metricsOf } from '../metrics.ts'
import { objectives } from '../objective.ts'
import type { Objective } from '../objective.ts'
import { oracle } from '../policies/oracle.ts'
import type { RunLog } from '../run-log.ts'
import { run } from '../simulation.ts'
import { baseProviders, scenarios } from '../testkit.ts'
import type { Scenario } from '../testkit.ts'

const [balanced] = objectives as readonly [Objective, ...Objective[]]

/**
 * Providers that refuse nobody, feel no load and are never so slow that a first token is given up: what is left of an attempt is its luck.
 */
const unlimited: Scenario = {
  number: 0,
  name: 'unlimited',
  about: '',
  lookAt: '',
  durationMs: 40_000,
  providers: baseProviders.map((one) => ({
    ...one,
    requestsPerMinute: 1e9,
    fullAt: 1e9,
    ttftMs: one.ttftMs / 10,
    promptTokensPerMs: one.promptTokensPerMs * 10,
  })),
}

async function runOf(contender: Contender, scenario: Scenario, objective = balanced): Promise<RunLog> {
  return run({ scenario, contender, objective, seed: 1 })
}

describe('the oracle', () => {
  test.each(objectives)(
    'loses no more than any policy on any request, where an attempt depends on nothing but its luck ($name)',
    async (objective) => {
      const best = await runOf(oracle, unlimited, objective)
      for (const contender of contenders) {
        const log = await runOf(contender, unlimited, objective)
        expect(log.requests).toEqual(best.requests)
        for (let request = 0; request < log.requests.length; request += 1) {
          const lossUsd = log.lossUsdOf(request)
          expect(best.lossUsdOf(request), `${contender.name}, request ${request}`).toBeLessThanOrEqual(
            lossUsd + 1e-9,
          )
        }
      }
    },
  )
})

describe('luck', () => {
  test('is the same for every policy: who makes the same attempt at an unloaded provider sees the same', async () => {
    const seen = new Map<string, number>()
    let repeated = 0
    for (const contender of contenders.filter(({ retries }) => retries === undefined)) {
      const { attempts } = await runOf(contender, unlimited)
      for (const { request, provider, startedAtMs, endedAtMs, result } of attempts) {
        if (result === 'hang' || result === 'cancelled') continue
        const key = `${request} at ${provider}`
        const lastedMs = endedAtMs - startedAtMs
        if (seen.has(key)) {
          repeated += 1
          expect(lastedMs, key).toBeCloseTo(seen.get(key) ?? 0, 5)
        }
        seen.set(key, lastedMs)
      }
    }
    expect(repeated).toBeGreaterThan(2_000)
  })
})

describe('a run', () => {
  const steady = { ...(scenarios[0] ?? unlimited), durationMs: 120_000 }

  test('is the same, attempt for attempt, each time', async () => {
    const once = await runOf(nextbest, steady)
    const again = await runOf(nextbest, steady)
    expect(again.attempts).toEqual(once.attempts)
    expect(again.durationMs).toEqual(once.durationMs)
  })

  test('ends every request within the deadline, and every attempt', async () => {
    const { durationMs, providers } = await runOf(nextbest, steady)
    for (const ms of durationMs) expect(ms).toBeLessThanOrEqual(60_000)
    expect(providers.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0, 0, 0])
  })

  test('is measured: shares sum to 1, the loss is money, time and failures', async () => {
    const log = await runOf(nextbest, steady)
    const metrics = metricsOf(log)
    const { usdPer1000, meanSeconds, success } = metrics
    expect(Object.values(metrics.shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
    expect(metrics.lossUsd).toBeCloseTo(usdPer1000 / 1_000 + 1e-4 * meanSeconds + 0.01 * (1 - success), 12)
    expect(metrics.attemptsPerRequest).toBeGreaterThanOrEqual(1)
  })
})
