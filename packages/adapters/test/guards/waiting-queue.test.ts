import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWaitingQueue } from '../../src/guards/waiting-queue.ts'
import type { WaitResult } from '../../src/upstream/upstream.ts'
import { nowMs, queueOf, request, track } from './waits.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('admits a call that need not wait at its first ask', async () => {
  const queue = queueOf()
  const tryAdmit = vi.fn(() => undefined)

  const wait = queue.wait(request(() => true, { tryAdmit }))
  await vi.runAllTimersAsync()

  await expect(wait).resolves.toBe('admitted')
  expect(tryAdmit).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('asks again at the instant it is told, and then admits', async () => {
  const queue = queueOf()
  const start = nowMs()
  const asks: number[] = []
  const wait = track(
    queue.wait({
      deadlineAtMs: start + 10_000,
      abandoned: () => false,
      tryAdmit: () => {
        asks.push(nowMs() - start)
        return asks.length === 3 ? undefined : nowMs() + 120
      },
    }),
  )

  await vi.advanceTimersByTimeAsync(1_000)

  expect(wait.result).toBe('admitted')
  expect(asks.map((at) => at - (asks[0] ?? 0))).toEqual([0, 120, 240])
})

test('never asks in a tight loop, and never later than a quarter of a second', async () => {
  const queue = queueOf()
  const asked = vi.fn((): number => nowMs() - 5)
  const patient = vi.fn((): number => nowMs() + 9_000)
  void queue.wait(request(() => false, { tryAdmit: asked, inMs: 100 }))
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.mock.calls.length).toBeLessThanOrEqual(101)

  void queue.wait(request(() => false, { tryAdmit: patient, inMs: 10_000 }))
  await vi.advanceTimersByTimeAsync(1_100)
  expect(patient.mock.calls.length).toBeGreaterThanOrEqual(4)
})

test('gives turns by priority, and within one in the order of arrival', async () => {
  const queue = queueOf()
  const order: string[] = []
  let free = false
  const enter = (name: string, priority?: number): void => {
    void queue
      .wait(request(() => free, priority === undefined ? {} : { priority }))
      .then(() => order.push(name))
  }
  enter('head')
  await vi.advanceTimersByTimeAsync(50)
  enter('last', 9)
  enter('default, first')
  enter('default, second', 5)
  enter('urgent', 0)
  await vi.advanceTimersByTimeAsync(50)

  free = true
  await vi.advanceTimersByTimeAsync(1_000)

  expect(order).toEqual(['head', 'urgent', 'default, first', 'default, second', 'last'])
})

test('gives up at the deadline, at its turn or before it', async () => {
  const queue = queueOf()
  const head = track(queue.wait(request(() => false, { inMs: 500 })))
  const behind = track(queue.wait(request(() => false, { inMs: 200 })))

  await vi.advanceTimersByTimeAsync(190)
  expect([head.result, behind.result]).toEqual(['waiting', 'waiting'])
  await vi.advanceTimersByTimeAsync(20)
  expect([head.result, behind.result]).toEqual(['waiting', 'too-late'])
  await vi.advanceTimersByTimeAsync(400)
  expect(head.result).toBe('too-late')
  await vi.runAllTimersAsync()
  expect(vi.getTimerCount()).toBe(0)
})

test('says at once that it is too late when the next ask would be after the deadline', async () => {
  const queue = queueOf()
  const wait = track(queue.wait(request(() => false, { inMs: 500, askMs: 501 })))

  await vi.advanceTimersByTimeAsync(20)

  expect(wait.result).toBe('too-late')
})

test('still admits at the deadline itself', async () => {
  const queue = queueOf()
  const deadlineAtMs = nowMs() + 200
  const wait = track(
    queue.wait({
      deadlineAtMs,
      abandoned: () => false,
      tryAdmit: () => (nowMs() === deadlineAtMs ? undefined : deadlineAtMs),
    }),
  )

  await vi.advanceTimersByTimeAsync(300)

  expect(wait.result).toBe('admitted')
})

test('a caller that aborts leaves at once wherever it waits, and the next has its turn', async () => {
  const queue = queueOf()
  const [head, behind] = [new AbortController(), new AbortController()]
  const tryAdmit = vi.fn(() => nowMs() + 100)
  const waits = [
    track(queue.wait(request(() => false, { signal: head.signal }))),
    track(queue.wait(request(() => false, { signal: behind.signal, tryAdmit }))),
    track(queue.wait(request(() => true))),
  ]
  await vi.advanceTimersByTimeAsync(50)

  behind.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(waits.map(({ result }) => result)).toEqual(['waiting', 'abandoned', 'waiting'])

  head.abort()
  await vi.advanceTimersByTimeAsync(50)
  expect(waits.map(({ result }) => result)).toEqual(['abandoned', 'abandoned', 'admitted'])
  expect(tryAdmit).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})

test('asks whether the caller is still there before each try', async () => {
  const queue = queueOf()
  const tryAdmit = vi.fn(() => nowMs() + 100)
  let gone = false
  const wait = track(queue.wait(request(() => false, { tryAdmit, abandoned: () => gone })))
  await vi.advanceTimersByTimeAsync(150)
  const tries = tryAdmit.mock.calls.length
  expect(tries).toBeGreaterThan(0)

  gone = true
  await vi.advanceTimersByTimeAsync(150)

  expect(wait.result).toBe('abandoned')
  expect(tryAdmit).toHaveBeenCalledTimes(tries)
})

test('refuses once so many wait behind the one whose turn it is', async () => {
  const queue = queueOf(3)
  const waits = []
  for (let index = 0; index < 6; index++) waits.push(track(queue.wait(request(() => false))))

  await vi.advanceTimersByTimeAsync(100)

  expect(waits.map(({ result }) => result)).toEqual([
    'waiting',
    'waiting',
    'waiting',
    'waiting',
    'queue-full',
    'queue-full',
  ])
})

test('ends every wait when it is stopped, however many there are, and each later one', async () => {
  const queue = queueOf(1_000)
  const waits = []
  for (let index = 0; index < 500; index++) waits.push(track(queue.wait(request(() => false))))
  await vi.advanceTimersByTimeAsync(100)

  queue.stop()
  queue.stop()
  await vi.advanceTimersByTimeAsync(0)

  expect(new Set(waits.map(({ result }) => result))).toEqual(new Set(['abandoned']))
  await expect(queue.wait(request(() => true))).resolves.toBe('abandoned')
  await vi.runAllTimersAsync()
  expect(vi.getTimerCount()).toBe(0)
})

test('a request that throws leaves, and the next has its turn', async () => {
  const queue = queueOf()
  const tryAdmit = (): never => {
    throw new Error('broken')
  }
  const waits = [
    track(queue.wait(request(() => false, { tryAdmit }))),
    track(queue.wait(request(() => true))),
  ]

  await vi.advanceTimersByTimeAsync(100)

  expect(waits.map(({ result }) => result)).toEqual(['abandoned', 'admitted'])
})

test('never admits more than the endpoint lets in, and never leaves a call without a result', async () => {
  const call = fc.record({
    afterMs: fc.integer({ min: 0, max: 300 }),
    inMs: fc.integer({ min: 0, max: 2_000 }),
    abortAfterMs: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: undefined }),
    priority: fc.integer({ min: 0, max: 9 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 15 }),
      fc.integer({ min: 20, max: 400 }),
      async (calls, gapMs) => {
        const queue = queueOf(8)
        let nextFreeAtMs = 0
        const admittedAtMs: number[] = []
        const waits: { result: WaitResult | 'waiting' }[] = []
        const enter = ({ inMs, abortAfterMs, priority }: (typeof calls)[number]): void => {
          const controller = new AbortController()
          if (abortAfterMs !== undefined) setTimeout(() => controller.abort(), abortAfterMs)
          const deadlineAtMs = nowMs() + inMs
          const tryAdmit = (): number | undefined => {
            expect(nowMs()).toBeLessThanOrEqual(deadlineAtMs)
            expect(controller.signal.aborted).toBe(false)
            if (nowMs() < nextFreeAtMs) return nextFreeAtMs
            nextFreeAtMs = nowMs() + gapMs
            admittedAtMs.push(nowMs())
            return undefined
          }
          waits.push(
            track(
              queue.wait({
                deadlineAtMs,
                tryAdmit,
                abandoned: () => false,
                priority,
                signal: controller.signal,
              }),
            ),
          )
        }

        for (const next of calls) setTimeout(() => enter(next), next.afterMs)
        await vi.runAllTimersAsync()

        expect(waits).toHaveLength(calls.length)
        expect(waits.filter(({ result }) => result === 'waiting')).toHaveLength(0)
        expect(waits.filter(({ result }) => result === 'admitted')).toHaveLength(admittedAtMs.length)
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})

test.each([0, 10_001, 1.5, Number.NaN])('refuses a bound of %d', (maxQueued) => {
  expect(() => createWaitingQueue({ nowMs, maxQueued })).toThrow(
    new RangeError(`maxQueued must be an integer of 1..10000, got ${maxQueued}`),
  )
})
