import { AdaptiveThrottle, ContinuationRecord, PoolAllowance } from '@nextbest/core'

/** What all calls for one model share of each other's fate. */
export interface ModelPool {
  readonly allowance: PoolAllowance
  readonly throttle: AdaptiveThrottle
  readonly continuations: ContinuationRecord
  /** Whether the last call found every breaker of the model open. */
  panics: boolean
}

/** The pool of each model; bounded by the models of the catalog. */
export class ModelPools {
  readonly #pools = new Map<string, ModelPool>()

  of(model: string): ModelPool {
    const known = this.#pools.get(model)
    if (known !== undefined) return known
    const pool = {
      allowance: new PoolAllowance(),
      throttle: new AdaptiveThrottle(),
      continuations: new ContinuationRecord(),
      panics: false,
    }
    this.#pools.set(model, pool)
    return pool
  }
}
