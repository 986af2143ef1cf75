import { breakerDefaults } from '@nextbest/core'
import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBreaker } from '../../src/guards/opossum-breaker.ts'
import {
  attempt,
  bareCircuit,
  breakerOf,
  type CircuitOptions,
  exposed,
  nowMs,
  signalOf,
  unhandledDuring,
} from './breakers.ts'

/**
 * What opossum does to the calls that it runs, and to whoever shares something between circuits; and that nothing of it can
 * happen to ours, which runs no calls: it hears outcomes.
 */

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const failed = (): Promise<never> => Promise.reject(new Error('failed'))
const hang = (): Promise<void> => new Promise(() => undefined)
const broken = (): never => {
  throw new Error('broken')
}

/** How many of the calls have settled, and how many promises were rejected unheard. */
const settledOf = async (
  calls: readonly Promise<unknown>[],
): Promise<[settled: number, unhandled: number]> => {
  const settled = vi.fn()
  const unhandled = await unhandledDuring(() => {
    for (const call of calls) void call.then(settled, settled)
  })
  return [settled.mock.calls.length, unhandled]
}

test('trap O1: opossum never settles a call whose error filter throws; ours has no filter and settles nothing of a call', async () => {
  const circuit = new CircuitBreaker(failed, { timeout: false, errorFilter: broken })
  expect(await settledOf([circuit.fire()])).toEqual([0, 1])
  circuit.shutdown()

  const { breaker, circuit: own, options } = exposed()
  const handed = vi.spyOn(own, 'fire')
  const unhandled = await unhandledDuring(() => {
    attempt(breaker, 'success', 5)
    attempt(breaker, 'failure', 5)
  })
  expect([unhandled, breaker.state]).toEqual([0, 'open'])
  expect(new Set(handed.mock.calls.flat())).toEqual(new Set([true, false]))
  expect(options.errorFilter?.(new Error('any'))).toBe(false)
})

test('trap O2: opossum is broken by a listener that throws; ours has no listeners but opossum’s own', async () => {
  const failing = new CircuitBreaker(failed, { timeout: false }).on('failure', broken)
  expect(await settledOf([failing.fire()])).toEqual([0, 1])
  const falling = new CircuitBreaker(failed, { timeout: false })
    .fallback(() => 'other')
    .on('fallback', broken)
  await expect(falling.fire()).rejects.toThrow('broken')
  const succeeding = new CircuitBreaker(() => Promise.resolve('fine'), { timeout: false })
  succeeding.on('success', broken)
  await expect(succeeding.fire()).rejects.toThrow('broken')
  expect([succeeding.stats.failures, succeeding.opened]).toEqual([1, true])

  const { breaker, circuit } = exposed()
  const bare = bareCircuit()
  const listenersOf = (one: CircuitBreaker): readonly unknown[] =>
    one.eventNames().map((name) => [name, one.listenerCount(name)])
  expect(listenersOf(circuit)).toEqual(listenersOf(bare as unknown as CircuitBreaker))
  expect(breaker).not.toHaveProperty('on')
  for (const one of [failing, falling, succeeding, bare]) one.shutdown()
})

test('trap O3: opossum aborts every call, and each later one, by the time-out of one; ours has nothing to abort', async () => {
  const abortController = new AbortController()
  const signals: (AbortSignal | undefined)[] = []
  const circuit: CircuitBreaker<[], void> = new CircuitBreaker(
    () => {
      signals.push(signalOf(circuit))
      return hang()
    },
    { timeout: 100, abortController, errorThresholdPercentage: 100 },
  )
  circuit.fire().catch(() => undefined)
  await vi.advanceTimersByTimeAsync(90)
  for (let time = 0; time < 20; time++) circuit.fire().catch(() => undefined)
  await vi.advanceTimersByTimeAsync(10)
  expect([circuit.stats.timeouts, signals.filter((signal) => signal?.aborted).length]).toEqual([1, 21])
  circuit.fire().catch(() => undefined)
  expect(signals.at(-1)?.aborted).toBe(true)
  circuit.shutdown()

  const own = exposed()
  attempt(own.breaker, 'failure', 5)
  expect([signalOf(own.circuit), own.options.abortController]).toEqual([undefined, undefined])
})

test('trap O4: opossum gives a call up after 10 s unless told otherwise, and the call goes on; ours has no time-out', async () => {
  const ended = vi.fn()
  const circuit = new CircuitBreaker(() => new Promise((resolve) => setTimeout(resolve, 60_000)).then(ended))
  const call = circuit.fire().catch((error: NodeJS.ErrnoException) => error.code)
  await vi.advanceTimersByTimeAsync(10_000)
  await expect(call).resolves.toBe('ETIMEDOUT')
  expect(ended).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(50_000)
  expect(ended).toHaveBeenCalledTimes(1)
  circuit.shutdown()

  const own = exposed()
  const permit = own.breaker.tryAcquire()
  const { successes } = own.circuit.stats
  await vi.advanceTimersByTimeAsync(600_000)
  if (permit !== undefined) own.breaker.report(permit, 'success')
  expect(own.circuit.stats).toMatchObject({ successes: successes + 1, timeouts: 0, failures: 0 })
  expect(own.options.timeout).toBe(false)
})

test('trap O5: opossum stays half-open for ever while a probe hangs; an unreported probe blocks only until it is reported', async () => {
  const circuit = new CircuitBreaker(hang, { timeout: false, resetTimeout: 5_000 })
  circuit.open()
  await vi.advanceTimersByTimeAsync(5_000)
  void circuit.fire()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([circuit.halfOpen, circuit.pendingClose]).toEqual([true, false])
  await expect(circuit.fire()).rejects.toMatchObject({ code: 'EOPENBREAKER' })
  circuit.shutdown()

  const breaker = breakerOf()
  attempt(breaker, 'failure', 5)
  await vi.advanceTimersByTimeAsync(5_000)
  const probe = breaker.tryAcquire()
  expect(breaker.admits).toBe(false)
  if (probe !== undefined) breaker.report(probe, 'neutral')
  expect(breaker.admits).toBe(true)
})

test('trap O12: opossum writes into its options, and circuits that share them answer for each other; ours share nothing', async () => {
  const shared: CircuitOptions = { timeout: false, coalesce: true, coalesceTTL: 60_000 }
  const [first, second] = ['first', 'second'].map(
    (answer) => new CircuitBreaker(() => Promise.resolve(answer), shared),
  )
  await first?.fire()
  await expect(second?.fire()).resolves.toBe('first')
  expect(Object.keys(shared).length).toBeGreaterThan(10)
  for (const one of [first, second]) one?.shutdown()

  const given = Object.freeze({ ...breakerDefaults, random: () => 1, nowMs })
  const [ours, other] = [createBreaker(given), createBreaker(given)]
  attempt(ours, 'failure', 5)
  expect([ours.state, other.state]).toEqual(['open', 'closed'])
  const [one, two] = [exposed(), exposed()]
  expect(one.options).not.toBe(two.options)
  for (const name of ['cache', 'coalesceCache', 'status', 'state', 'fallback', 'allowWarmUp', 'maxFailures'])
    expect(one.options).not.toHaveProperty(name)
  expect(one.options.coalesce).toBe(false)
})

test('trap O15: opossum’s health check cannot be ended and throws from its timer; ours checks nothing', async () => {
  const circuit = bareCircuit({ rollingCountTimeout: 60_000 })
  let healthy = true
  const check = vi.fn(() => (healthy ? Promise.resolve() : undefined))
  // @ts-expect-error -- what returns no promise is what the trap is about
  circuit.healthCheck(check, 1_000)
  circuit.shutdown()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(check).toHaveBeenCalledTimes(11)
  healthy = false
  expect(() => vi.advanceTimersByTime(1_000)).toThrow(TypeError)
  vi.clearAllTimers()

  const started = vi.spyOn(globalThis, 'setInterval')
  const breaker = breakerOf()
  attempt(breaker, 'failure', 5)
  await vi.advanceTimersByTimeAsync(5_000)
  attempt(breaker, 'success', 2)
  breaker.dispose()
  expect([started.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0])
  started.mockRestore()
})

test('trap O16: opossum fails a call that returns nothing; what ours runs returns something, and nothing goes unhandled', async () => {
  // @ts-expect-error -- so does any action without a return
  const circuit = new CircuitBreaker(() => undefined, { timeout: false })
  await expect(circuit.fire()).rejects.toThrow(TypeError)
  expect(circuit.opened).toBe(true)
  circuit.shutdown()

  const own = exposed()
  const before = { ...own.circuit.stats }
  const unhandled = await unhandledDuring(() => attempt(own.breaker, 'success', 20))
  expect(own.circuit.stats).toMatchObject({ successes: before.successes + 20, failures: 0 })
  expect(unhandled).toBe(0)
})
