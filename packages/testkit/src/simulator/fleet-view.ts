import type { Breaker, Endpoint } from '@nextbest/core'
import type { VirtualUpstream } from './virtual-upstream.ts'

/** What the upstreams of a run show of themselves. */
export class FleetView {
  readonly #upstreams: VirtualUpstream[] = []
  readonly #byEndpoint = new Map<string, VirtualUpstream>()
  readonly #byModel = new Map<string, Endpoint[]>()

  add(upstream: VirtualUpstream): void {
    this.#upstreams.push(upstream)
    for (const endpoint of upstream.endpoints) {
      this.#byEndpoint.set(endpoint.id, upstream)
      const others = this.#byModel.get(endpoint.model)
      if (others === undefined) this.#byModel.set(endpoint.model, [endpoint])
      else others.push(endpoint)
    }
  }

  /** Attempts that have arrived. */
  get attempts(): number {
    return this.#upstreams.reduce((sum, { ledger }) => sum + ledger.attempts, 0)
  }

  /** Attempts under way and calls that wait. */
  get underWay(): number {
    return this.#upstreams.reduce((sum, { ledger, waiting }) => sum + ledger.inFlight + waiting, 0)
  }

  endpointsOf(model: string): readonly Endpoint[] {
    return this.#byModel.get(model) ?? []
  }

  siblingsOf(endpoint: Endpoint): readonly Endpoint[] {
    return this.#upstreamOf(endpoint).endpoints
  }

  breakerOf(endpoint: Endpoint): Breaker {
    return this.#upstreamOf(endpoint).breakerOf(endpoint)
  }

  #upstreamOf({ id }: Endpoint): VirtualUpstream {
    const upstream = this.#byEndpoint.get(id)
    if (upstream === undefined) throw new RangeError(`${id} is not an endpoint of the fleet`)
    return upstream
  }
}
