import Bottleneck from 'bottleneck'
import { afterEach, expect, test, vi } from 'vitest'
import { started } from '../transport/opened.ts'
import { response, serve } from '../transport/raw-server.ts'
import { attempted, endpoint, upstreamTo } from '../upstream/attempts.ts'

/** What bottleneck costs where nobody need wait; and that no attempt pays it. Over real sockets, so with real timers. */

afterEach(() => {
  vi.restoreAllMocks()
})

test('trap B1: bottleneck takes four timers to run a job that need not wait; no attempt passes through it, only waits do', async () => {
  const limiter = new Bottleneck({ maxConcurrent: 1 })
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await limiter.schedule(() => Promise.resolve())
  expect(timers).toHaveBeenCalledTimes(4)
  timers.mockRestore()

  const scheduled = vi.spyOn(Bottleneck.prototype, 'schedule')
  const server = await started(serve((socket) => socket.write(response('{}'))))
  const upstream = upstreamTo(server)
  for (let time = 0; time < 5; time++) await attempted(upstream, false)
  expect([server.requests, scheduled.mock.calls.length]).toEqual([5, 0])
  const deadlineAtMs = performance.now() + 60_000
  const wait = upstream.waitFor(endpoint, { deadlineAtMs, tryAdmit: () => undefined, abandoned: () => false })
  await expect(wait).resolves.toBe('admitted')
  expect(scheduled).toHaveBeenCalledTimes(1)
})
