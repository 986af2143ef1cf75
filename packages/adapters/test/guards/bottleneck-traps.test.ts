import Bottleneck from 'bottleneck'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWaitingQueue } from '../../src/guards/waiting-queue.ts'

/** What bottleneck alone would do. What the queue does instead is in its own tests, unless said here. */

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const hang = (): Promise<void> => new Promise(() => undefined)

test('bottleneck frees the place of a job that expired while it runs; nothing expires in the queue', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  const run = vi.fn(hang)
  for (let job = 0; job < 3; job++) limiter.schedule({ expiration: 100 }, run).catch(() => undefined)

  await vi.advanceTimersByTimeAsync(500)

  expect(run).toHaveBeenCalledTimes(3)
})

test('bottleneck refuses a job id that repeats; the queue gives none', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  void limiter.schedule({ id: 'a' }, hang)
  const again = limiter.schedule({ id: 'a' }, hang).catch((error: Error) => error.message)

  await vi.advanceTimersByTimeAsync(50)

  await expect(again).resolves.toContain('already exists')
})

test('bottleneck never stops while one job hangs; the queue ends every wait at once', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  void limiter.schedule(hang)
  await vi.advanceTimersByTimeAsync(50)
  const stopped = vi.fn()
  void limiter.stop({ dropWaitingJobs: true }).then(stopped)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(stopped).not.toHaveBeenCalled()

  const queue = createWaitingQueue({ nowMs: () => Date.now() })
  const wait = queue.wait({
    deadlineAtMs: Date.now() + 600_000,
    tryAdmit: () => Date.now() + 1_000,
    abandoned: () => false,
  })
  await vi.advanceTimersByTimeAsync(50)
  queue.stop()
  await expect(wait).resolves.toBe('abandoned')
  await vi.runAllTimersAsync()
  expect(vi.getTimerCount()).toBe(0)
})

test('bottleneck ignores an option that it does not know; the one that bounds the queue is tried in its tests', async () => {
  const misspelt: object = { maxConcurent: 1 }
  const limiter = new Bottleneck(misspelt)
  const run = vi.fn(hang)
  for (let job = 0; job < 5; job++) void limiter.schedule(run)

  await vi.advanceTimersByTimeAsync(50)

  expect(run).toHaveBeenCalledTimes(5)
})
