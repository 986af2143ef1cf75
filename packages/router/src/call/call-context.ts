import type {
  CacheMemory,
  DemotionMemory,
  ExtraAttempts,
  RankingOptions,
  RoutingPolicy,
} from '@nextbest/core'
import type { Fleet } from '../fleet.ts'
import type { OutputLengths } from '../output-lengths.ts'
import type { CallSink } from '../router.ts'
import type { RouterEvent, RouterRuntime } from '../router-options.ts'
import type { ModelPools } from './model-pools.ts'

/** What all calls of a router share. */
export interface CallContext {
  readonly fleet: Fleet
  readonly runtime: RouterRuntime
  readonly outputLengths: OutputLengths
  readonly ranking: RankingOptions
  /** Undefined where calls are ordered by expected cost. */
  readonly policy: RoutingPolicy | undefined
  readonly demotions: DemotionMemory
  readonly panic: 'never' | undefined
  /** What providers have cached of which conversation. */
  readonly cache: CacheMemory
  /** Hedges and retries on the same endpoint that all calls may still make. */
  readonly extraAttempts: ExtraAttempts
  readonly pools: ModelPools
  /** Tells what happens; never throws. */
  readonly tell: (event: RouterEvent) => void
}

/** What one call may spend. */
export interface CallBounds {
  readonly timeoutMs: number
  readonly maxAttempts: number
  readonly maxWaitMs: number
}

/** Whom a call serves and within what bounds. */
export interface CallEnds {
  readonly sink: CallSink
  readonly bounds: CallBounds
  readonly whenSettled: () => void
}
