import type { Endpoint, RoutingPolicy } from '@nextbest/core'
import { defineEndpoint, failurePolicies } from '@nextbest/core'
import { describe, expect, test } from 'vitest'
import { drawOutcome, outcomePriorDefaults } from '../../src/replay/draw-outcome.ts'
import { AzureCsvReader, namedReplayPolicy, replay, replayPolicyNames } from '../../src/replay/index.ts'
import type { CallStatistics, ReplayPolicy, ReplayRecord, ReplayReport } from '../../src/replay/index.ts'
import { luckOf } from '../../src/replay/luck.ts'
import { OutcomeModels } from '../../src/replay/outcome-models.ts'
import type { TraceAttempt, TraceCall } from '../../src/trace/index.ts'
import { model, providers, truthOf, worldCalls, worldTrace } from './known-world.ts'
import type { Truth } from './known-world.ts'

function named(...names: readonly string[]): readonly ReplayPolicy[] {
  return names.map((name) => namedReplayPolicy(name) ?? expect.unreachable(name))
}

const mixed = { calls: 3_000, seed: 8, picks: [0.3, 0.5, 0.2] } as const

async function* edited(
  edit: (call: TraceCall, number: number) => TraceCall | undefined,
): AsyncGenerator<readonly ReplayRecord[]> {
  let number = 0
  for await (const batch of worldTrace(mixed)) {
    yield batch.flatMap((record) => (record.type === 'call' ? (edit(record, number++) ?? []) : record))
  }
}

function covers(statistics: CallStatistics | undefined, truth: Truth): void {
  for (const measure of ['lossUsd', 'costUsd', 'success', 'attempts'] as const) {
    const { low, high } = statistics?.[measure] ?? expect.unreachable(measure)
    expect(low, measure).toBeLessThanOrEqual(truth[measure])
    expect(high, measure).toBeGreaterThanOrEqual(truth[measure])
  }
}

interface Measured {
  readonly value: number
}

function quotient(one: Measured | undefined, other: Measured | undefined): number {
  return (one?.value ?? Number.NaN) / (other?.value ?? Number.NaN)
}

describe('playing calls again', () => {
  const report = replay({
    source: () => worldTrace(mixed),
    policies: named('cheapest-first', 'fastest-first', 'logged'),
  })
  const modelled = async (name: string): Promise<ReplayReport['modelled'][number] | undefined> =>
    (await report).modelled.find(({ policy }) => policy === name)
  const allCheap = truthOf([1, 0, 0], 21)
  const allFast = truthOf([0, 0, 1], 22)

  test('in a world that is known, gives intervals that hold the truth', async () => {
    covers((await modelled('cheapest-first'))?.statistics, allCheap)
    covers((await modelled('fastest-first'))?.statistics, allFast)
    covers((await modelled('logged'))?.statistics, truthOf(mixed.picks, 23))
  })

  test('says by how much a policy is worse than what was done', async () => {
    const truth = truthOf(mixed.picks, 23).lossUsd
    for (const [name, { lossUsd }] of [
      ['cheapest-first', allCheap],
      ['fastest-first', allFast],
    ] as const) {
      const against = (await modelled(name))?.lossAgainstLogged ?? expect.unreachable()
      expect(against.low).toBeGreaterThan(0)
      expect(against.low).toBeLessThan(lossUsd / truth - 1)
      expect(against.high).toBeGreaterThan(lossUsd / truth - 1)
    }
  })

  test('comes to what was observed where the picks are those of the trace', async () => {
    const { observed } = await report
    const logged = await modelled('logged')

    for (const measure of ['lossUsd', 'costUsd', 'success', 'attempts'] as const) {
      expect(quotient(logged?.statistics[measure], observed?.[measure]), measure).toBeCloseTo(1, 1)
    }
    for (const time of ['ttftP50Ms', 'ttftP95Ms'] as const) {
      expect(quotient(logged?.statistics[time], observed?.[time]), time).toBeCloseTo(1, 1)
    }
    expect(logged?.bases).toMatchObject({ assumed: 0 })
    expect(logged?.bases.measured).toBeGreaterThan(0.9)
  })

  test('gives the same report for the same seed, and another for another', async () => {
    const run = (seed: number): Promise<ReplayReport> =>
      replay({
        source: () => worldTrace({ ...mixed, calls: 300 }),
        policies: named('random', 'balanced'),
        seed,
      })

    expect(await run(3)).toEqual(await run(3))
    expect((await run(3)).modelled).not.toEqual((await run(4)).modelled)
  })

  test('plays every policy that has a name', async () => {
    const all = await replay({
      source: () => worldTrace({ ...mixed, calls: 200 }),
      policies: named(...replayPolicyNames),
    })

    expect(all.modelled.map(({ policy }) => policy)).toEqual(replayPolicyNames)
    for (const { statistics } of all.modelled) expect(statistics.success.value).toBeGreaterThan(0.9)
    expect(namedReplayPolicy('slowest')).toBeUndefined()
  })

  test('never tries an endpoint twice in a call, nor more than the attempts that the call may make', async () => {
    let tried: string[] = []
    let mostTried = 0
    let created = 0
    const policy: RoutingPolicy = {
      name: 'witness',
      order(candidates) {
        return { endpoints: [...candidates, ...candidates] }
      },
      observe(event) {
        if (event.type === 'attempt-started') tried.push(event.endpoint.id)
        mostTried = Math.max(mostTried, tried.length)
        expect(new Set(tried).size).toBe(tried.length)
        if (event.type === 'attempt-ended' && event.outcome !== 'early') tried = []
        if (tried.length === 2 && event.type === 'attempt-ended') tried = []
      },
    }
    // Each call is over long before the next one begins, and may make two attempts.
    await replay({
      source: () => edited((call, number) => ({ ...call, atMs: number * 1e6, maxAttempts: 2 })),
      // The first is the one in the played world.
      policies: [
        {
          name: 'witness',
          create: () => (created++ === 0 ? policy : { ...policy, observe: () => undefined }),
        },
      ],
    })

    expect(mostTried).toBe(2)
  })
})

describe('calls that say nothing of policies', () => {
  test('are left out: those that their callers ended, and those at fault themselves', async () => {
    const { calls, observed } = await replay({
      policies: named('balanced'),
      source: () =>
        edited((call, number) => {
          if (number % 3 === 0) return { ...call, outcome: 'aborted' }
          const [first] = call.attempts
          if (number % 3 > 1 || first === undefined) return call
          const refused: TraceAttempt = {
            ...first,
            outcome: 'failed',
            failure: 'invalid-request',
            firstTokenMs: undefined,
          }
          return { ...call, attempts: [refused], outcome: 'failed', reason: 'refused' }
        }),
    })

    expect(calls).toMatchObject({ played: 1_000, aborted: 1_000, atFault: 1_000, late: 0, endpoints: 3 })
    expect(observed?.success.value).toBeGreaterThan(0.9)
  })

  test('are alike under all policies where their caller prescribed the order', async () => {
    const { counterfactual, modelled, observed } = await replay({
      policies: named('fastest-first', 'cheapest-first'),
      source: () => edited((call) => ({ ...call, prescribed: true })),
    })

    expect(modelled[0]?.statistics).toEqual(modelled[1]?.statistics)
    expect(modelled[0]?.lossAgainstLogged).toMatchObject({ value: 0 })
    for (const { statistics } of counterfactual)
      expect(statistics.lossUsd?.value).toBeCloseTo(observed?.lossUsd.value ?? -1, 12)
  })
})

describe('a model of an endpoint', () => {
  const endpoint = providers[0]?.endpoint.id ?? ''
  const template = worldCalls({ calls: 1, seed: 1, picks: [1, 0, 0] }).next().value ?? expect.unreachable()
  const attempt = template.attempts[0] ?? expect.unreachable()

  function callWith(told: Partial<TraceAttempt>, atMs: number): TraceCall {
    return { ...template, atMs, attempts: [{ ...attempt, ...told }] }
  }

  function modelOf(
    callAt: (second: number) => Partial<TraceAttempt> | undefined,
    seconds = 3_600,
  ): OutcomeModels {
    const models = new OutcomeModels()
    for (let second = 0; second < seconds; second += 1) {
      const told = callAt(second)
      if (told === undefined) continue
      const logged = callWith(told, second * 1_000)
      models.learn({ atMs: logged.atMs, demand: logged.demand, logged, offered: endpoint, outputTokens: 50 })
    }
    return models
  }

  function drawn(models: OutcomeModels, second: number, promptTokens = 500) {
    return Array.from({ length: 500 }, (_, call) =>
      drawOutcome(models, {
        endpoint,
        atMs: second * 1_000,
        promptTokens,
        prior: outcomePriorDefaults,
        random: luckOf(1, call, 0),
      }),
    )
  }

  const failed = {
    outcome: 'failed',
    failure: 'server-error',
    firstTokenMs: undefined,
    durationMs: 70,
    usage: undefined,
  } as const
  const answered = {
    outcome: 'answered',
    failure: undefined,
    firstTokenMs: 300,
    durationMs: 300 + 19 * 10,
  } as const
  const usage = {
    ...template.usage,
    promptTokens: 500,
    completionTokens: 20,
    cachedPromptTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    source: 'reported',
  } as const

  test('keeps an outage where it was', () => {
    const models = modelOf((second) => (second >= 1_200 && second < 1_800 ? failed : { ...answered, usage }))
    const share = (second: number): number =>
      drawn(models, second).filter(({ end }) => end === 'answered').length / 500

    expect(share(600)).toBeGreaterThan(0.95)
    expect(share(1_500)).toBeLessThan(0.05)
    expect(share(2_400)).toBeGreaterThan(0.95)
    expect(
      drawn(models, 1_500)
        .filter((one) => one.end === 'server-error')
        .every(({ failureMs }) => Math.abs(failureMs - 70) < 6),
    ).toBe(true)
  })

  test('takes an outage to last while nobody tries the endpoint', () => {
    const models = modelOf((second) => {
      if (second >= 1_200 && second < 1_260) return failed
      return second >= 1_260 && second < 1_440 ? undefined : { ...answered, usage }
    })

    const outcomes = drawn(models, 1_300)
    expect(outcomes.filter(({ end }) => end === 'server-error').length).toBeGreaterThan(450)
    expect(new Set(outcomes.map(({ basis }) => basis))).toEqual(new Set(['borrowed']))
  })

  test('tells fast from slow times, and long from short prompts', () => {
    const models = modelOf((second) => ({
      ...answered,
      usage,
      firstTokenMs: second < 1_800 ? 300 : 900,
      durationMs: (second < 1_800 ? 300 : 900) + 190,
    }))
    const [early, late] = [drawn(models, 600), drawn(models, 3_000)].map(
      (list) => list.map(({ ttftMs }) => ttftMs).toSorted((one, other) => one - other)[250] ?? 0,
    )

    expect(Math.abs((early ?? 0) / 300 - 1)).toBeLessThan(0.05)
    expect(Math.abs((late ?? 0) / 900 - 1)).toBeLessThan(0.05)
    expect(
      drawn(models, 600)
        .map(({ msPerToken }) => msPerToken)
        .toSorted((one, other) => one - other)[250],
    ).toBeCloseTo(10, 0)
  })

  test('assumes where the trace shows nothing, and says so', () => {
    const outcomes = drawn(new OutcomeModels(), 10)

    expect(new Set(outcomes.map(({ basis }) => basis))).toEqual(new Set(['assumed']))
    expect(outcomes.filter(({ end }) => end === 'answered').length / 500).toBeCloseTo(0.97, 1)
    expect(outcomes.reduce((sum, { ttftMs }) => sum + ttftMs, 0) / 500).toBeGreaterThan(900)
  })

  test('whenever a trace is long, stays within its bound: windows become longer', () => {
    const models = new OutcomeModels()
    for (let hour = 0; hour < 24 * 30; hour += 1) {
      const logged = callWith({ ...answered, usage }, hour * 3_600_000)
      models.learn({ atMs: logged.atMs, demand: logged.demand, logged, offered: endpoint, outputTokens: 20 })
    }
    expect(models.windowAt(24 * 30 * 3_600_000)).toBeLessThanOrEqual(96)
    expect(models.of(endpoint)?.total.answered).toBe(720)
    expect(models.of(endpoint)?.spreads).toBeLessThanOrEqual(2 * 96)
  })

  test('leaves out how an attempt would have ended that was ended for it', () => {
    const cancelled = modelOf((second) =>
      second % 2 === 0 ? { outcome: 'cancelled' } : { ...failed, failure: 'deadline-exceeded' },
    )

    expect(cancelled.of(endpoint)?.total.ended ?? 0).toBe(0)
    expect(failurePolicies['deadline-exceeded'].health).toBe(0)
  })
})

describe('a trace of demand alone', () => {
  const head = 'TIMESTAMP,ContextTokens,GeneratedTokens\n'
  const rows = Array.from(
    { length: 400 },
    (_, i) =>
      `2023-11-16 18:${String(15 + Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}.6805900,${300 + i},${20 + (i % 90)}`,
  )

  function source(): AsyncIterable<readonly ReplayRecord[]> {
    const reader = new AzureCsvReader(model)
    return (async function* read() {
      yield reader.read(`${head}${rows.join('\r\n')}`)
      yield reader.end()
    })()
  }

  const offer = (provider: string, usd: number): Endpoint =>
    defineEndpoint({ provider, model, contextTokens: 128_000, price: { prompt: usd, completion: usd } })

  test('is played with prices and beliefs that are given', async () => {
    const quick = offer('quick', 3)
    const report = await replay({
      source,
      endpoints: [offer('slow', 1), quick],
      policies: named('cheapest-first', 'fastest-first'),
      priorOf: ({ provider }) => ({ ...outcomePriorDefaults, ttftMs: provider === 'quick' ? 200 : 2_000 }),
    })
    const [cheap, fast] = report.modelled

    expect(report).toMatchObject({
      observed: undefined,
      counterfactual: [],
      calls: { played: 400, spanMs: 399_000 },
    })
    expect(cheap?.lossAgainstLogged).toBeUndefined()
    expect(cheap?.bases).toEqual({ measured: 0, borrowed: 0, assumed: 1 })
    expect(cheap?.statistics.ttftP50Ms?.value).toBeGreaterThan(1_200)
    expect(fast?.statistics.ttftP50Ms?.value).toBeLessThan(400)
    expect(fast?.statistics.costUsd.value).toBeGreaterThan(2 * (cheap?.statistics.costUsd.value ?? Infinity))
  })

  test('keeps fractions of a millisecond, in whatever pieces it is read', () => {
    const reader = new AzureCsvReader(model)
    const text = `${head}${rows.slice(0, 3).join('\n')}`
    const records = text
      .split('')
      .flatMap((character) => reader.read(character))
      .concat(reader.end())

    expect(records).toHaveLength(3)
    expect(records[0]).toMatchObject({
      outputTokens: 20,
      demand: { promptTokens: 300, expectedOutputTokens: 256, stream: true },
    })
    expect((records[0]?.atMs ?? 0) % 1_000).toBeCloseTo(680.59, 2)
    expect((records[1]?.atMs ?? 0) - (records[0]?.atMs ?? 0)).toBeCloseTo(1_000, 3)
  })

  test.each([
    ['2023-11-16 18:15:46.68,x,1', 'ContextTokens must be a whole number in 0..100000000, got "x"'],
    ['2023-11-16 18:15:46.68,1,-1', 'GeneratedTokens must be a whole number in 0..100000000, got "-1"'],
    ['yesterday,1,1', 'TIMESTAMP must look like 2023-11-16 18:15:46.68, got "yesterday"'],
    ['2023-11-16 18:15:46.68,1', 'a line must have 3 fields: TIMESTAMP,ContextTokens,GeneratedTokens'],
    ['x'.repeat(2_000), 'a line must have at most 1024 characters'],
  ])('of %j says %j', (row, message) => {
    const reader = new AzureCsvReader(model)
    expect(() => [reader.read(`${head}${row}`), reader.end()]).toThrow(message)
    expect(AzureCsvReader.fits(head)).toBe(true)
    expect(AzureCsvReader.fits('{"type":"header"}')).toBe(false)
  })
})

test('what cannot be played is refused', async () => {
  const source = (): AsyncIterable<readonly ReplayRecord[]> => edited((call) => call)
  async function* undescribed(): AsyncGenerator<readonly ReplayRecord[]> {
    for await (const batch of source()) yield batch.filter((record) => record.type !== 'endpoint')
  }

  await expect(replay({ source, policies: [], seed: 0.5 })).rejects.toThrow(
    'seed must be a safe integer, got 0.5',
  )
  await expect(replay({ source: undescribed, policies: named('balanced') })).rejects.toThrow(
    /^the trace does not describe the endpoint "cheap:author\/model"$/,
  )
})
