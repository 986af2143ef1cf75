import { breakerDefaults } from '@nextbest/core'
import type { Breaker, Endpoint } from '@nextbest/core'
import type { UpstreamAccount, WaitRequest, WaitResult } from 'nextbest'
import { createVirtualBreaker } from '../virtual-breaker.ts'
import type { UpstreamGuards } from './virtual-upstream.ts'
import { VirtualQueue } from './virtual-queue.ts'

interface EndpointGuards {
  readonly breaker: Breaker
  readonly queue: VirtualQueue
}

/** Virtual breakers and waiting queues of the endpoints of an account. */
export class VirtualGuards implements UpstreamGuards {
  readonly #guards: ReadonlyMap<string, EndpointGuards>

  /** @param maxQueued - Calls that may wait for an endpoint behind the one whose turn it is. */
  constructor({ endpoints, breaker, clock, random }: UpstreamAccount, maxQueued: number) {
    const options = { ...breakerDefaults, ...breaker, random, nowMs: () => clock.nowMs() }
    this.#guards = new Map(
      endpoints.map(({ id }) => [
        id,
        { breaker: createVirtualBreaker(options), queue: new VirtualQueue(clock, maxQueued) },
      ]),
    )
  }

  breakerOf(endpoint: Endpoint): Breaker {
    return this.#of(endpoint).breaker
  }

  waitFor(endpoint: Endpoint, wait: WaitRequest): Promise<WaitResult> {
    return this.#of(endpoint).queue.wait(wait)
  }

  close(): Promise<void> {
    for (const { breaker, queue } of this.#guards.values()) {
      breaker.dispose()
      queue.stop()
    }
    return Promise.resolve()
  }

  #of({ id }: Endpoint): EndpointGuards {
    const guards = this.#guards.get(id)
    if (guards === undefined) throw new RangeError(`${id} is not an endpoint of this account`)
    return guards
  }
}
