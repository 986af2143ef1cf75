import Bottleneck from 'bottleneck'
import { vi } from 'vitest'
import { createWaitingQueue, type WaitingQueue } from '../../src/guards/waiting-queue.ts'
import type { WaitRequest, WaitResult } from '../../src/upstream/upstream.ts'

export const nowMs = (): number => Date.now()

export const queueOf = (maxQueued = 100): WaitingQueue => createWaitingQueue({ nowMs, maxQueued })

/** A request that is admitted as soon as `free()` says so, and else asks again after `askMs`. */
export const request = (
  free: () => boolean,
  { inMs = 60_000, askMs = 100, ...rest }: Partial<WaitRequest> & { inMs?: number; askMs?: number } = {},
): WaitRequest => ({
  deadlineAtMs: nowMs() + inMs,
  tryAdmit: () => (free() ? undefined : nowMs() + askMs),
  abandoned: () => false,
  ...rest,
})

export const track = (wait: Promise<WaitResult>): { result: WaitResult | 'waiting' } => {
  const tracked: { result: WaitResult | 'waiting' } = { result: 'waiting' }
  void wait.then((result) => (tracked.result = result))
  return tracked
}

/** A job that never ends. */
export const hang = (): Promise<void> => new Promise(() => undefined)

/** The limiter inside of a queue of ours, and the options of every job that it is given from now on. */
export const exposedQueue = (maxQueued?: number) => {
  const scheduled = vi.spyOn(Bottleneck.prototype, 'schedule')
  const queue = queueOf(maxQueued)
  const done = queue.wait(request(() => true))
  const limiter = scheduled.mock.contexts[0] as Bottleneck
  scheduled.mockRestore()
  const jobs = vi.spyOn(limiter, 'schedule')
  return { queue, limiter, done, jobOptions: () => jobs.mock.calls.map(([options]): unknown => options) }
}
