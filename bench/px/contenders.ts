// Everybody who takes part. The first two know the world and are no rivals: what policies lose is measured against them.
import type { Contender } from './contender.ts'
import { c3 } from './policies/c3.ts'
import { informed } from './policies/informed.ts'
import { inverseSquarePrice } from './policies/inverse-square-price.ts'
import { liteLlmLatency } from './policies/litellm-latency.ts'
import { liteLlmShuffle } from './policies/litellm-shuffle.ts'
import { liteLlmUsage } from './policies/litellm-usage.ts'
import { oracle } from './policies/oracle.ts'
import { peakEwma } from './policies/peak-ewma.ts'
import { portkeyWeighted } from './policies/portkey-weighted.ts'
import { prequal } from './policies/prequal.ts'
import { random } from './policies/random.ts'
import { roundRobin } from './policies/round-robin.ts'
import { cheapestFirst, fastestFirst } from './policies/sorted.ts'
import { leastLoaded } from './policies/two-choices.ts'

/** Ours: the engine's own order, with the preset of the objective. */
export const nextbest: Contender = { name: 'nextbest', create: () => undefined }

/** Those that know the world. */
export const references: readonly Contender[] = [oracle, informed]

export const contenders: readonly Contender[] = [
  ...references,
  nextbest,
  inverseSquarePrice,
  liteLlmShuffle,
  liteLlmLatency,
  liteLlmUsage,
  portkeyWeighted,
  leastLoaded,
  peakEwma,
  prequal,
  c3,
  cheapestFirst,
  fastestFirst,
  roundRobin,
  random,
]
