import { AdaptiveThrottle, PoolAllowance } from '@nextbest/core'

/** What all calls for one model share of each other's fate. */
export interface ModelPool {
  readonly allowance: PoolAllowance
  readonly throttle: AdaptiveThrottle
}

/** The pool of each model; bounded by the models of the catalog. */
export class ModelPools {
  readonly #pools = new Map<string, ModelPool>()

  of(model: string): ModelPool {
    const known = this.#pools.get(model)
    if (known !== undefined) return known
    const pool = { allowance: new PoolAllowance(), throttle: new AdaptiveThrottle() }
    this.#pools.set(model, pool)
    return pool
  }
}
