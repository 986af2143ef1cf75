import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attempt, bareCircuit, breakerOf, exposed, fire } from './breakers.ts'

/** What opossum's statistics cost, in numbers that do not depend on the machine; and what is left of that in ours. */

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const latenciesIn = (circuit: Pick<CircuitBreaker, 'status'>): number =>
  circuit.status.window.reduce((sum, { latencyTimes }) => sum + latencyTimes.length, 0)

test('trap O13: opossum sorts every latency of its window at each failure, and keeps them even where it does not; ours keeps a few', async () => {
  const numbersSorted = async (run: () => unknown): Promise<number> => {
    const sort = vi.spyOn(Array.prototype, 'sort')
    await run()
    const sorted = sort.mock.contexts.reduce((sum: number, array) => sum + (array as unknown[]).length, 0)
    sort.mockRestore()
    return sorted
  }
  const options = { errorThresholdPercentage: 100, rollingCountTimeout: 60_000 }
  const [sorting, keeping] = [
    bareCircuit(options),
    bareCircuit({ ...options, rollingPercentilesEnabled: false }),
  ]
  for (const circuit of [sorting, keeping]) {
    for (let time = 0; time < 1_000; time++) await fire(circuit, false)
  }
  expect(await numbersSorted(() => fire(sorting, true))).toBe(1_001)
  expect(await numbersSorted(() => fire(keeping, true))).toBe(0)
  expect(latenciesIn(keeping)).toBe(1_001)
  for (const circuit of [sorting, keeping]) circuit.shutdown()

  const { breaker, circuit, options: ours } = exposed()
  const sorted = await numbersSorted(() => {
    for (let time = 0; time < 1_000; time++) attempt(breaker, time % 4 === 0 ? 'failure' : 'success')
  })
  expect([circuit.closed, sorted]).toEqual([true, 0])
  expect(latenciesIn(circuit)).toBeLessThanOrEqual(128)
  expect(ours).toMatchObject({ rollingPercentilesEnabled: false, enableSnapshots: false })
})

test('trap O14: opossum holds two intervals per breaker, and a shared one warns of a leak at eleven; ours holds the timer of its open time only', async () => {
  const warnings = vi.fn()
  process.on('warning', warnings)
  const idle = new CircuitBreaker(() => Promise.resolve())
  expect(vi.getTimerCount()).toBe(2)
  idle.shutdown()
  const rotateBucketController = new EventEmitter()
  const circuits = Array.from({ length: 11 }, () => bareCircuit({ rotateBucketController }))

  const breakers = Array.from({ length: 50 }, () => breakerOf())
  expect(vi.getTimerCount()).toBe(0)
  for (const breaker of breakers) attempt(breaker, 'failure', 5)
  expect(vi.getTimerCount()).toBe(50)
  for (const breaker of breakers) breaker.dispose()
  expect(vi.getTimerCount()).toBe(0)

  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', warnings)
  expect(warnings.mock.calls.map(([{ name }]) => name)).toEqual(['MaxListenersExceededWarning'])
  for (const circuit of circuits) circuit.shutdown()
})
