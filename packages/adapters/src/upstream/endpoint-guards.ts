import {
  type Breaker,
  breakerDefaults,
  checkBreakerOptions,
  type BreakerOptions,
  type Endpoint,
  type Random,
} from '@nextbest/core'
import { createBreaker } from '../guards/opossum-breaker.ts'
import { createWaitingQueue } from '../guards/waiting-queue.ts'
import type { WaitRequest, WaitResult } from './upstream.ts'

/** A breaker and a waiting queue for each endpoint, made when they are first asked for. */
export interface EndpointGuards {
  breakerOf(endpoint: Endpoint): Breaker
  waitFor(endpoint: Endpoint, wait: WaitRequest): Promise<WaitResult>
  close(): void
}

export interface EndpointGuardsOptions {
  /** Guards exist for these only; ids must differ. */
  readonly endpoints: readonly Endpoint[]
  readonly breaker?: Partial<BreakerOptions>
  readonly random: Random
  nowMs(): number
}

/** Returns the guards of an upstream's endpoints; up to `maxQueued` calls may wait for each. */
export function createEndpointGuards(options: EndpointGuardsOptions, maxQueued: number): EndpointGuards {
  const breakerOptions = { ...breakerDefaults, ...options.breaker }
  checkBreakerOptions(breakerOptions)
  const breakers = new PerEndpoint(options.endpoints, {
    create: () => createBreaker({ ...breakerOptions, random: options.random, nowMs: () => options.nowMs() }),
    end: (breaker) => breaker.dispose(),
  })
  const queues = new PerEndpoint(options.endpoints, {
    create: () => createWaitingQueue({ nowMs: () => options.nowMs(), maxQueued }),
    end: (queue) => queue.stop(),
  })
  return {
    breakerOf: (endpoint) => breakers.of(endpoint),
    waitFor: (endpoint, wait) => queues.of(endpoint).wait(wait),
    close() {
      breakers.close()
      queues.close()
    },
  }
}

interface Lifetime<Guard> {
  create(): Guard
  end(guard: Guard): void
}

class PerEndpoint<Guard> {
  readonly #ids: ReadonlySet<string>
  readonly #lifetime: Lifetime<Guard>
  readonly #guards = new Map<string, Guard>()
  #closed = false

  constructor(endpoints: readonly Endpoint[], lifetime: Lifetime<Guard>) {
    this.#ids = new Set(endpoints.map(({ id }) => id))
    if (this.#ids.size < endpoints.length) throw new TypeError('endpoints must have ids that differ')
    this.#lifetime = lifetime
  }

  of({ id }: Endpoint): Guard {
    return this.#guards.get(id) ?? this.#add(id)
  }

  close(): void {
    this.#closed = true
    for (const guard of this.#guards.values()) this.#lifetime.end(guard)
  }

  #add(id: string): Guard {
    if (!this.#ids.has(id)) throw new RangeError(`${id} is not an endpoint of this upstream`)
    const guard = this.#lifetime.create()
    this.#guards.set(id, guard)
    if (this.#closed) this.#lifetime.end(guard)
    return guard
  }
}
