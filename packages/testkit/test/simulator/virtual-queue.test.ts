import { describe, expect, test } from 'vitest'
import { VirtualQueue } from '../../src/simulator/virtual-queue.ts'
import { createVirtualClock } from '../../src/virtual-clock.ts'
import { maxQueued, queueContract } from './queue-contract.ts'

describe('a virtual waiting queue', () => {
  test.for(queueContract)('$name', async ({ run }) => {
    const clock = createVirtualClock()
    const queue = new VirtualQueue(clock, maxQueued)

    await run({
      wait: (request) => queue.wait(request),
      stop: () => queue.stop(),
      nowMs: () => clock.nowMs(),
      advance: (ms) => clock.advanceAsync(ms),
      pendingTimers: () => clock.pendingTimers,
    })
  })

  test('refuses a priority that there is not', () => {
    const clock = createVirtualClock()
    const queue = new VirtualQueue(clock, 1)
    const request = { deadlineAtMs: 1_000, tryAdmit: () => 10, abandoned: () => false }
    void queue.wait(request)

    expect(() => queue.wait({ ...request, priority: 10 })).toThrow(
      'priority must be an integer of 0..9, got 10',
    )
  })
})
