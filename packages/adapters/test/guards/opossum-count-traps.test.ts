import { breakerDefaults } from '@nextbest/core'
import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attempt, bareCircuit, breakerOf, exposed, fire } from './breakers.ts'

/** What opossum counts, and when; and what ours makes of the same outcomes. */

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A circuit whose calls end when they are told to. */
const pendingCircuit = (options: CircuitBreaker.Options) => {
  const ends: { readonly succeed: () => void; readonly fail: () => void }[] = []
  const circuit = new CircuitBreaker(
    () =>
      new Promise<void>((resolve, reject) => {
        ends.push({ succeed: resolve, fail: () => reject(new Error('failed')) })
      }),
    { timeout: false, ...options },
  )
  return { circuit, ends, start: () => circuit.fire().catch(() => undefined) }
}

test('trap O6: opossum closes on the success of a call from before the opening; a stale success closes nothing', async () => {
  const { circuit, ends, start } = pendingCircuit({ resetTimeout: 5_000 })
  const early = start()
  circuit.open()
  vi.advanceTimersByTime(5_000)
  ends[0]?.succeed()
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

test('trap O7: opossum counts a filtered error as a success and closes on it; a neutral outcome hides no outage and closes nothing', async () => {
  const counting = bareCircuit({ volumeThreshold: 10, errorFilter: () => true })
  for (let time = 0; time < 20; time++) await fire(counting, true)
  expect(counting.stats.successes).toBe(20)
  const probing = bareCircuit({ errorFilter: () => true })
  probing.open()
  vi.advanceTimersByTime(5_000)
  await fire(probing, true)
  expect(probing.closed).toBe(true)
  for (const circuit of [counting, probing]) circuit.shutdown()

  const breaker = breakerOf({ consecutiveFailures: 100 })
  attempt(breaker, 'neutral', 100)
  attempt(breaker, 'failure', 8)
  expect(breaker.state).toBe('open')
  vi.advanceTimersByTime(5_000)
  attempt(breaker, 'neutral', 10)
  expect([breaker.state, breaker.admits]).toEqual(['half-open', true])
})

test('trap O8: opossum counts calls when they start and failures when they end; outcomes are counted once, together', async () => {
  const eager = pendingCircuit({ rollingCountTimeout: 10_000 })
  const patient = pendingCircuit({ rollingCountTimeout: 10_000, volumeThreshold: 2 })
  const calls = [eager, patient].flatMap(({ start }) => Array.from({ length: 20 }, start))
  vi.advanceTimersByTime(10_000)
  eager.ends[0]?.fail()
  for (const { fail } of patient.ends) fail()
  await Promise.all(calls.slice(20))
  expect([eager.circuit.stats.fires, eager.circuit.stats.failures]).toEqual([0, 1])
  expect([eager.circuit.opened, patient.circuit.opened]).toEqual([true, false])
  for (const { circuit } of [eager, patient]) circuit.shutdown()

  const outcomesAfterTenMinutes = (failures: number): string => {
    const breaker = breakerOf()
    const permits = Array.from({ length: 20 }, () => breaker.tryAcquire())
    vi.advanceTimersByTime(600_000)
    permits.forEach((permit, index) => {
      if (permit !== undefined) breaker.report(permit, index < failures ? 'failure' : 'success')
    })
    return breaker.state
  }
  expect([outcomesAfterTenMinutes(1), outcomesAfterTenMinutes(20)]).toEqual(['closed', 'open'])
})

test('trap O9: opossum counts its own refusals as failures and opens; ours bounds nothing', async () => {
  const { circuit, start } = pendingCircuit({ capacity: 10 })
  for (let time = 0; time < 10; time++) void start()
  expect(circuit.closed).toBe(true)
  for (let time = 0; time < 11; time++) await start()
  expect([circuit.stats.failures, circuit.opened]).toEqual([11, true])
  circuit.shutdown()

  const { breaker, options } = exposed()
  const permits = Array.from({ length: 5_000 }, () => breaker.tryAcquire())
  expect(permits).not.toContain(undefined)
  expect([breaker.state, options.capacity]).toEqual(['closed', Number.MAX_SAFE_INTEGER])
})

test('trap O10: opossum counts the calls that it refuses; ours asks it for nothing while it is open', async () => {
  const bare = bareCircuit()
  bare.open()
  for (let time = 0; time < 100; time++) await fire(bare, false)
  expect([bare.stats.fires, bare.stats.rejects]).toEqual([100, 100])
  bare.shutdown()

  const { breaker, circuit } = exposed()
  attempt(breaker, 'failure', 5)
  const { fires } = circuit.stats
  for (let time = 0; time < 100; time++) expect(breaker.tryAcquire()).toBeUndefined()
  expect([circuit.stats.fires, circuit.stats.rejects]).toEqual([fires, 0])
})

test('trap O11: opossum dates an opening back to its making, so one that is restored is half-open at once; ours restores nothing', () => {
  const made = Date.now()
  const saved = bareCircuit()
  vi.advanceTimersByTime(60_000)
  saved.open()
  const { state } = saved.toJSON()
  expect(Reflect.get(state, 'lastTimerAt')).toBe(made)
  const restored = bareCircuit({ state })
  expect([restored.halfOpen, restored.opened]).toEqual([true, false])
  for (const circuit of [saved, restored]) circuit.shutdown()

  const { breaker, options } = exposed()
  vi.advanceTimersByTime(60_000)
  attempt(breaker, 'failure', 5)
  expect(breaker.opensUntilMs).toBe(Date.now() + breakerDefaults.openMs)
  vi.advanceTimersByTime(breakerDefaults.openMs - 1)
  expect(breaker.state).toBe('open')
  expect(options).not.toHaveProperty('state')
})

test('opossum keeps the failures of before when it closes; a closed breaker starts afresh', async () => {
  const circuit = bareCircuit({ volumeThreshold: 5, rollingCountTimeout: 60_000 })
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

test('opossum opens above a share of failures; ours has put that out of its reach', async () => {
  const circuit = bareCircuit()
  await fire(circuit, true)
  expect(circuit.opened).toBe(true)
  circuit.shutdown()

  const breaker = breakerOf({ consecutiveFailures: 100, failureRateBound: 1 })
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
