import { Permits } from '@nextbest/core'
import Bottleneck from 'bottleneck'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WaitRequest } from '../../src/upstream/upstream.ts'
import { exposedQueue, hang, nowMs, queueOf, request, track } from './waits.ts'

/**
 * What bottleneck does as a limiter, by rate and by time. Ours limits nothing by it: what a wait waits for are the permits
 * of core, which are asked at its turn.
 */

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A wait for the permits to admit so many tokens. */
const permitted = (permits: Permits, tokens = 1, inMs = 600_000): WaitRequest =>
  request(() => false, {
    inMs,
    tryAdmit: () =>
      permits.tryReserve(tokens, nowMs()) === undefined ? permits.availableAtMs(tokens, nowMs()) : undefined,
  })

test('trap B2: bottleneck never refills its reservoir again once its settings were updated; permits refill for ever', async () => {
  const reservoir = { reservoir: 1, reservoirRefreshAmount: 1, reservoirRefreshInterval: 1_000 }
  const counts = []
  for (const update of [false, true]) {
    const limiter = new Bottleneck(reservoir)
    if (update) limiter.updateSettings({ maxConcurrent: 9 })
    await vi.advanceTimersByTimeAsync(1)
    const run = vi.fn(() => Promise.resolve())
    for (let job = 0; job < 20; job++) void limiter.schedule(run)
    await vi.advanceTimersByTimeAsync(60_000)
    counts.push(run.mock.calls.length)
    await Promise.all([limiter.disconnect(), vi.advanceTimersByTimeAsync(10)])
  }
  expect(counts).toEqual([20, 1])

  const { queue, limiter } = exposedQueue()
  const { heartbeat, storeOptions } = Reflect.get(limiter, '_store') as {
    readonly heartbeat?: unknown
    readonly storeOptions: Readonly<Record<string, unknown>>
  }
  expect([heartbeat, storeOptions['reservoir'], storeOptions['minTime']]).toEqual([undefined, null, 0])
  const permits = new Permits({ requestsPerMinute: 10 })
  const waits = Array.from({ length: 60 }, () => track(queue.wait(permitted(permits))))
  await vi.advanceTimersByTimeAsync(310_000)
  expect(new Set(waits.map(({ result }) => result))).toEqual(new Set(['admitted']))
})

test('trap B3: bottleneck holds every job for ever behind one that weighs more than the reservoir; ours passes over it', async () => {
  const limiter = new Bottleneck({
    reservoir: 10,
    reservoirRefreshAmount: 10,
    reservoirRefreshInterval: 1_000,
  })
  const run = vi.fn(() => Promise.resolve())
  for (let job = 0; job < 11; job++) void limiter.schedule({ weight: job === 0 ? 11 : 1 }, run)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(run).not.toHaveBeenCalled()
  vi.clearAllTimers()

  const { queue, jobOptions } = exposedQueue()
  const permits = new Permits({ tokensPerMinute: 10 })
  const waits = [11, 1, 1].map((tokens) => track(queue.wait(permitted(permits, tokens))))
  await vi.advanceTimersByTimeAsync(50)
  expect(waits.map(({ result }) => result)).toEqual(['too-late', 'admitted', 'admitted'])
  expect(jobOptions()).not.toContainEqual(expect.objectContaining({ weight: expect.anything() }))
})

test('trap B4: bottleneck runs twice its limit around the end of a window; permits never exceed limit and inflow in any time', async () => {
  const limiter = new Bottleneck({
    reservoir: 60,
    reservoirRefreshAmount: 60,
    reservoirRefreshInterval: 60_000,
  })
  const run = vi.fn(() => Promise.resolve())
  await vi.advanceTimersByTimeAsync(59_500)
  for (let job = 0; job < 120; job++) void limiter.schedule(run)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(run).toHaveBeenCalledTimes(120)
  vi.clearAllTimers()

  const queue = queueOf(200)
  const permits = new Permits({ requestsPerMinute: 60 })
  const admittedAtMs: number[] = []
  await vi.advanceTimersByTimeAsync(59_500)
  for (let wait = 0; wait < 120; wait++) {
    void queue.wait(permitted(permits)).then((result) => result === 'admitted' && admittedAtMs.push(nowMs()))
  }
  await vi.advanceTimersByTimeAsync(100_000)
  expect(admittedAtMs).toHaveLength(120)
  for (const [first, firstAtMs] of admittedAtMs.entries()) {
    for (const [last, lastAtMs] of admittedAtMs.entries()) {
      const admitted = last - first + 1
      expect(admitted).toBeLessThanOrEqual(60 + (lastAtMs - firstAtMs) / 1_000)
    }
  }
})

test('trap B5: bottleneck frees the place of a job that expired while it runs; nothing expires in ours, whose turns never overlap', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 2 })
  const run = vi.fn(hang)
  for (let job = 0; job < 10; job++) limiter.schedule({ expiration: 100 }, run).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(900)
  expect(run).toHaveBeenCalledTimes(10)

  const { queue, jobOptions } = exposedQueue()
  await vi.advanceTimersByTimeAsync(50)
  const asked = new Set<number>()
  for (let call = 0; call < 10; call++) {
    const tryAdmit = (): number => {
      asked.add(call)
      return nowMs() + 10
    }
    void queue.wait(request(() => false, { tryAdmit }))
  }
  await vi.advanceTimersByTimeAsync(50_000)
  expect([...asked]).toEqual([0])
  expect(jobOptions()).toEqual(Array.from({ length: 10 }, () => ({ priority: 5 })))
  queue.stop()
})

test('trap B6: bottleneck throws from a timer for a job that expires as it waits, and a long expiration does at once; ours waits for any time', async () => {
  const limiter = new Bottleneck({ minTime: 60_000 })
  void limiter.schedule(hang)
  void limiter.schedule({ expiration: 2 ** 31 }, hang)
  await expect(vi.advanceTimersByTimeAsync(1_000)).rejects.toThrow('Invalid job status RUNNING')
  vi.clearAllTimers()

  const queue = queueOf()
  const far = { inMs: 2 ** 40, askMs: 2 ** 39 }
  const waits = [track(queue.wait(request(() => false, far))), track(queue.wait(request(() => false, far)))]
  await vi.advanceTimersByTimeAsync(600_000)
  expect(waits.map(({ result }) => result)).toEqual(['waiting', 'waiting'])
  queue.stop()
})
