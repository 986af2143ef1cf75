import { EventEmitter } from 'node:events'
import { type Breaker, breakerDefaults, type BreakerOptions, type HealthOutcome } from '@nextbest/core'
import fc from 'fast-check'
import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { breakerContract } from '../../../testkit/src/contract/breaker.ts'
import { createVirtualBreaker } from '../../../testkit/src/virtual-breaker.ts'
import { createBreaker, type CreateBreakerOptions } from '../../src/guards/opossum-breaker.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const nowMs = (): number => Date.now()

const breakerOf = (options: Partial<CreateBreakerOptions> = {}): Breaker =>
  createBreaker({ ...breakerDefaults, random: () => 1, nowMs, ...options })

const attempt = (breaker: Breaker, outcome: HealthOutcome, times = 1): void => {
  for (let time = 0; time < times; time++) {
    const permit = breaker.tryAcquire()
    if (permit === undefined) throw new Error(`a breaker that is ${breaker.state} gave no permit`)
    breaker.report(permit, outcome)
  }
}

describe('the contract of every breaker', () => {
  const variants: readonly Partial<BreakerOptions>[] = [
    {},
    {
      consecutiveFailures: 3,
      minimumSamples: 30,
      failureRateBound: 0.3,
      halfLifeMs: 7_777,
      openMs: 333,
      probesToClose: 3,
      slowStartMs: 1_000,
    },
    {
      consecutiveFailures: 9,
      minimumSamples: 18,
      failureRateBound: 0.6,
      halfLifeMs: 600_000,
      maxOpenMs: 3_600_000,
    },
  ]
  for (const variant of variants) {
    for (const random of [0, 0.37, 1]) {
      describe(`${JSON.stringify(variant)}, random ${random}`, () => {
        test.each(breakerContract.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
          const options = { ...breakerDefaults, ...variant }
          const breaker = createBreaker({ ...options, random: () => random, nowMs })
          await run({
            breaker,
            options,
            nowMs,
            advance: async (ms) => {
              await vi.advanceTimersByTimeAsync(ms)
            },
            pendingTimers: () => vi.getTimerCount(),
          })
        })
      })
    }
  }
})

describe('the virtual breaker', () => {
  const index = fc.nat({ max: 30 })
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('attempt' as const),
        outcome: fc.constantFrom(
          'success' as const,
          'failure' as const,
          'failure' as const,
          'neutral' as const,
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('start' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('report' as const),
        index,
        outcome: fc.constantFrom('success' as const, 'failure' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('fail late' as const), index }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 1_000, 4_000) }),
    },
  )
  const options = { ...breakerDefaults, halfLifeMs: 10_000, openMs: 1_000, maxOpenMs: 8_000 }
  type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

  /** A random source that draws the same numbers each time it is made. */
  const drawing = (numbers: readonly number[]) => {
    let drawn = 0
    return () => numbers[drawn++ % numbers.length] ?? 0
  }

  /** Returns a function that takes one step with the breaker and says how it is then. */
  const drive = (breaker: Breaker) => {
    const permits: ReturnType<Breaker['tryAcquire']>[] = []
    return (next: Step): string => {
      if (next.type === 'attempt' || next.type === 'start') permits.push(breaker.tryAcquire())
      const permit = 'index' in next ? permits[next.index % permits.length] : permits.at(-1)
      if (permit !== undefined && 'outcome' in next) breaker.report(permit, next.outcome)
      if (permit !== undefined && next.type === 'fail late') breaker.reportLateFailure(permit)
      return [
        breaker.state,
        breaker.openings,
        breaker.admits,
        permits.at(-1)?.probe,
        breaker.opensUntilMs,
        breaker.admitShare(nowMs()),
      ].join(' ')
    }
  }

  test('never differs from it, whatever happens when', () => {
    const reached = new Set<string>()
    const numbers = fc.array(
      fc.nat({ max: 9 }).map((tenths) => tenths / 10),
      { minLength: 1, maxLength: 10 },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), numbers, (steps, numbers) => {
        vi.clearAllTimers()
        const real = createBreaker({ ...options, random: drawing(numbers), nowMs })
        const virtual = createVirtualBreaker({
          ...options,
          random: drawing(numbers),
          nowMs,
        })
        const [takeReal, takeVirtual] = [drive(real), drive(virtual)]

        for (const next of steps) {
          if (next.type === 'wait') vi.advanceTimersByTime(next.ms)
          const state = takeReal(next)
          expect(state).toBe(takeVirtual(next))
          reached.add(state.split(' ').slice(0, 4).join(' '))
        }

        real.dispose()
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 500 },
    )
    for (const state of [
      'closed 0 true false',
      'open 3 false true',
      'half-open 1 false true',
      'half-open 3 true true',
    ]) {
      expect(reached).toContain(state)
    }
  })
})

describe('what it costs and holds', () => {
  test('a breaker holds no timer but that of its open time, where opossum alone holds two', () => {
    const circuit = new CircuitBreaker(() => Promise.resolve())
    expect(vi.getTimerCount()).toBe(2)
    circuit.shutdown()
    const breakers = Array.from({ length: 50 }, () => breakerOf())
    expect(vi.getTimerCount()).toBe(0)

    for (const breaker of breakers) attempt(breaker, 'failure', 5)
    expect(vi.getTimerCount()).toBe(50)
    vi.advanceTimersByTime(breakerDefaults.openMs)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('changes state before report returns', () => {
    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)
    expect(breaker.state).toBe('open')

    vi.advanceTimersByTime(breakerDefaults.openMs)
    attempt(breaker, 'success', 2)
    expect(breaker.state).toBe('closed')
  })

  test('is not half-open before the instant that it named, though its timer fires early', () => {
    const started = Date.now()
    let aheadMs = 0
    const breaker = breakerOf({ nowMs: () => Date.now() + aheadMs })
    attempt(breaker, 'failure', 5)
    aheadMs = -7
    vi.advanceTimersByTime(breakerDefaults.openMs)
    expect([breaker.state, breaker.admits]).toEqual(['open', false])
    expect(breaker.opensUntilMs).toBe(started + breakerDefaults.openMs)
    expect(breaker.tryAcquire()).toBeUndefined()

    vi.advanceTimersByTime(7)
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true])
  })

  test('admits and counts nothing once disposed', () => {
    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)

    breaker.dispose()

    attempt(breaker, 'failure', 50)
    expect([breaker.state, breaker.admits, breaker.openings]).toEqual(['closed', true, 0])
  })

  test.each([
    [{ consecutiveFailures: 0 }, 'breaker.consecutiveFailures must be an integer of 1..100, got 0'],
    [{ minimumSamples: 9.5 }, 'breaker.minimumSamples must be an integer of 1..1000, got 9.5'],
    [{ failureRateBound: 0 }, 'breaker.failureRateBound must be above 0 and at most 1, got 0'],
    [{ failureRateBound: 1.01 }, 'breaker.failureRateBound must be above 0 and at most 1, got 1.01'],
    [{ minimumSamples: 1_001 }, 'breaker.minimumSamples must be an integer of 1..1000, got 1001'],
    [{ halfLifeMs: Number.NaN }, 'breaker.halfLifeMs must be an integer of 1000..3600000, got NaN'],
    [{ openMs: 90_000 }, 'breaker.openMs must be an integer of 100..60000, got 90000'],
    [{ probesToClose: 11 }, 'breaker.probesToClose must be an integer of 1..10, got 11'],
    [{ slowStartMs: -1 }, 'breaker.slowStartMs must be an integer of 0..600000, got -1'],
  ])('refuses %j', (options, message) => {
    expect(() => breakerOf(options)).toThrow(new RangeError(message))
  })
})

describe('what opossum alone would do', () => {
  const bare = (options: CircuitBreaker.Options): CircuitBreaker<[boolean], void> =>
    new CircuitBreaker(
      (failed: boolean) => {
        if (failed) throw new Error('failed')
        return Promise.resolve()
      },
      { timeout: false, enableSnapshots: false, resetTimeout: 5_000, ...options },
    )
  /** Returns a breaker of ours together with the circuit inside it, which it hands to its listeners. */
  const exposed = () => {
    const seen: CircuitBreaker[] = []
    const emit = vi.spyOn(CircuitBreaker.prototype, 'emit').mockImplementation(function (
      this: CircuitBreaker,
      ...args
    ) {
      seen.push(this)
      return EventEmitter.prototype.emit.apply(this, args)
    })
    const breaker = breakerOf()
    attempt(breaker, 'neutral')
    attempt(breaker, 'success')
    emit.mockRestore()
    const [circuit] = seen
    if (circuit === undefined) throw new Error('the breaker has no circuit')
    return { breaker, circuit, options: Reflect.get(circuit, 'options') as CircuitBreaker.Options }
  }
  const fire = async (circuit: CircuitBreaker<[boolean], void>, failed: boolean): Promise<void> => {
    await circuit.fire(failed).catch(() => undefined)
  }

  test('opossum counts a filtered error as a success; a neutral outcome hides no outage', async () => {
    const circuit = bare({ volumeThreshold: 10, errorFilter: () => true })
    for (let time = 0; time < 20; time++) await fire(circuit, true)
    expect(circuit.stats.successes).toBe(20)

    const breaker = breakerOf({ consecutiveFailures: 100 })
    attempt(breaker, 'neutral', 100)
    attempt(breaker, 'failure', 8)
    expect(breaker.state).toBe('open')
  })

  test('opossum closes a half-open circuit on a filtered error; a neutral probe only makes room for the next', async () => {
    const circuit = bare({ errorFilter: () => true })
    circuit.open()
    vi.advanceTimersByTime(5_000)
    await fire(circuit, true)
    expect(circuit.closed).toBe(true)

    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)
    vi.advanceTimersByTime(5_000)
    attempt(breaker, 'neutral', 10)
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true])
  })

  test('opossum closes on the success of a call from before the opening; a stale success closes nothing', async () => {
    let succeed = (): void => undefined
    const circuit = new CircuitBreaker(() => new Promise<void>((resolve) => (succeed = resolve)), {
      timeout: false,
    })
    const early = circuit.fire()
    circuit.open()
    vi.advanceTimersByTime(30_000)
    succeed()
    await early
    expect(circuit.closed).toBe(true)
    circuit.shutdown()

    const breaker = breakerOf({ probesToClose: 1 })
    const permit = breaker.tryAcquire()
    attempt(breaker, 'failure', 5)
    vi.advanceTimersByTime(5_000)
    if (permit !== undefined) breaker.report(permit, 'success')
    expect(breaker.state).toBe('half-open')
  })

  test('opossum stays half-open for ever while a probe hangs; an unreported probe blocks only until it is reported', () => {
    const circuit = new CircuitBreaker(() => new Promise<void>(() => undefined), {
      timeout: false,
      resetTimeout: 5_000,
    })
    circuit.open()
    vi.advanceTimersByTime(5_000)
    void circuit.fire()
    vi.advanceTimersByTime(600_000)
    expect([circuit.halfOpen, circuit.pendingClose]).toEqual([true, false])
    circuit.shutdown()

    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)
    vi.advanceTimersByTime(5_000)
    const probe = breaker.tryAcquire()
    expect(breaker.admits).toBe(false)
    if (probe !== undefined) breaker.report(probe, 'neutral')
    expect(breaker.admits).toBe(true)
  })

  test('opossum counts calls when they start, failures when they end; outcomes are counted once, together', async () => {
    const pending: (() => void)[] = []
    const circuit = new CircuitBreaker(
      () => new Promise<void>((_resolve, reject) => pending.push(() => reject(new Error('failed')))),
      { timeout: false, rollingCountTimeout: 10_000, volumeThreshold: 2 },
    )
    const calls = [1, 2, 3].map(() => circuit.fire().catch(() => undefined))
    vi.advanceTimersByTime(10_000)
    for (const fail of pending) fail()
    await Promise.all(calls)
    expect(circuit.closed).toBe(true)
    circuit.shutdown()

    const breaker = breakerOf({ consecutiveFailures: 3 })
    const permits = [1, 2, 3].map(() => breaker.tryAcquire())
    vi.advanceTimersByTime(600_000)
    for (const permit of permits) if (permit !== undefined) breaker.report(permit, 'failure')
    expect(breaker.state).toBe('open')
  })

  test('opossum keeps the failures of before when it closes; a closed breaker starts afresh', async () => {
    const circuit = bare({ volumeThreshold: 5, rollingCountTimeout: 60_000 })
    for (let time = 0; time < 5; time++) await fire(circuit, true)
    vi.advanceTimersByTime(5_000)
    await fire(circuit, false)
    expect(circuit.closed).toBe(true)
    await fire(circuit, true)
    expect(circuit.opened).toBe(true)
    circuit.shutdown()

    const breaker = breakerOf()
    attempt(breaker, 'failure', 5)
    vi.advanceTimersByTime(5_000)
    attempt(breaker, 'success', 2)
    attempt(breaker, 'failure', 4)
    expect(breaker.state).toBe('closed')
  })

  test('opossum writes into the options it is given; ours stay as they were', () => {
    const shared: CircuitBreaker.Options = { timeout: false }
    bare(shared)
    const given: CircuitBreaker.Options = { timeout: 100 }
    const circuit = new CircuitBreaker(() => Promise.resolve(), given)
    expect(Object.keys(given).length).toBeGreaterThan(10)
    circuit.shutdown()

    const options = Object.freeze({ ...breakerDefaults, random: () => 1, nowMs })
    expect(() => createBreaker(options)).not.toThrow()
  })

  test('opossum fails a call that returns nothing, and rejects for each failure; nothing goes unhandled', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const breaker = breakerOf()

    attempt(breaker, 'success', 20)
    attempt(breaker, 'failure', 5)
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)

    expect(unhandled).not.toHaveBeenCalled()
    expect(breaker.state).toBe('open')
  })

  test('opossum warns of a leak at eleven breakers on one rotation controller; each of ours has its own', async () => {
    const warnings = vi.fn()
    process.on('warning', warnings)
    const rotateBucketController = new EventEmitter()
    const circuits = Array.from({ length: 12 }, () => bare({ rotateBucketController }))
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    const bareWarnings = warnings.mock.calls.length
    const breakers = Array.from({ length: 50 }, () => breakerOf())
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warnings)

    expect(bareWarnings).toBe(1)
    expect(warnings).toHaveBeenCalledTimes(bareWarnings)
    for (const circuit of circuits) circuit.shutdown()
    for (const breaker of breakers) breaker.dispose()
  })

  test('opossum never settles a call whose error filter or failure listener throws; ours has neither', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const broken = (): never => {
      throw new Error('broken')
    }
    const circuits = [
      new CircuitBreaker(() => Promise.reject(new Error('failed')), { timeout: false, errorFilter: broken }),
      new CircuitBreaker(() => Promise.reject(new Error('failed')), { timeout: false }).on('failure', broken),
    ]
    const settled = vi.fn()
    for (const circuit of circuits) void circuit.fire().then(settled, settled)
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect([settled.mock.calls.length, unhandled.mock.calls.length]).toEqual([0, 2])

    const { circuit } = exposed()
    expect(circuit.listenerCount('failure')).toBe(1)
    expect(circuit.listenerCount('fallback')).toBe(1)
    for (const one of circuits) one.shutdown()
  })

  test('opossum aborts every call by the time-out of one, and counts its own refusals; ours has nothing of the kind', async () => {
    const abortController = new AbortController()
    const hanging = new CircuitBreaker(() => new Promise<void>(() => undefined), {
      timeout: 100,
      abortController,
    })
    const full = new CircuitBreaker(() => new Promise<void>(() => undefined), { timeout: false, capacity: 1 })
    hanging.fire().catch(() => undefined)
    for (let time = 0; time < 3; time++) full.fire().catch(() => undefined)
    await vi.advanceTimersByTimeAsync(100)
    expect([abortController.signal.aborted, full.opened]).toEqual([true, true])

    const { options } = exposed()
    expect(options).toMatchObject({
      timeout: false,
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
    })
    expect(options).toMatchObject({ capacity: Number.MAX_SAFE_INTEGER, coalesce: false })
    for (const name of [
      'abortController',
      'cache',
      'fallback',
      'allowWarmUp',
      'status',
      'state',
      'maxFailures',
    ]) {
      expect(options).not.toHaveProperty(name)
    }
    hanging.shutdown()
    full.shutdown()
  })

  test('opossum counts the calls it refuses; ours asks it for nothing while it is open', () => {
    const { breaker, circuit } = exposed()
    attempt(breaker, 'failure', 5)
    const { fires } = circuit.stats

    for (let time = 0; time < 100; time++) expect(breaker.tryAcquire()).toBeUndefined()

    expect([circuit.stats.fires, circuit.stats.rejects]).toEqual([fires, 0])
  })

  test('opossum collects a latency per outcome for the whole window; ours keeps a few', () => {
    const { breaker, circuit } = exposed()

    for (let time = 0; time < 1_000; time++) attempt(breaker, time % 4 === 0 ? 'failure' : 'success')

    expect(circuit.closed).toBe(true)
    const latencies = circuit.status.window.flatMap((bucket) => [...bucket.latencyTimes])
    expect(latencies.length).toBeLessThanOrEqual(128)
  })

  test('opossum opens above a share of failures; ours has put that out of its reach', async () => {
    const circuit = bare({})
    await fire(circuit, true)
    expect(circuit.opened).toBe(true)
    circuit.shutdown()

    const patient = { consecutiveFailures: 100, failureRateBound: 1 }
    const breaker = breakerOf(patient)
    attempt(breaker, 'failure', 99)
    expect(breaker.state).toBe('closed')
    attempt(breaker, 'success')
    attempt(breaker, 'failure', 99)
    expect(breaker.state).toBe('closed')
    attempt(breaker, 'failure')
    expect(breaker.state).toBe('open')
  })

  test('opossum closes by the first success while half-open; ours by the second, which it hears', () => {
    const { breaker, circuit } = exposed()
    attempt(breaker, 'failure', 5)
    vi.advanceTimersByTime(breakerDefaults.openMs)
    const { successes } = circuit.stats

    attempt(breaker, 'success')
    expect([circuit.halfOpen, circuit.stats.successes]).toEqual([true, successes])
    attempt(breaker, 'success')
    expect([circuit.closed, circuit.stats.successes]).toEqual([true, successes + 1])
  })

  test('opossum hears every outcome that counts', () => {
    const { breaker, circuit } = exposed()
    const heard = { ...circuit.stats }

    attempt(breaker, 'success', 7)
    attempt(breaker, 'failure', 2)
    attempt(breaker, 'neutral', 9)

    expect(circuit.stats.successes - heard.successes).toBe(7)
    expect(circuit.stats.failures - heard.failures).toBe(2)
  })
})
