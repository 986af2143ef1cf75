import { requireRange } from '../signals/range.ts'
import type { RankingOptions } from './ranking-options.ts'

/** Throws a RangeError that names the first number out of its range. */
export function checkRankingOptions(options: RankingOptions): void {
  const { sharpness, minFirstTokenMs, minIdleMs } = options
  if (sharpness !== Infinity) requireRange('ranking.sharpness', sharpness, [0, 64])
  requireRange('ranking.explorationRate', options.explorationRate, [0, 0.1])
  requireRange('ranking.failureUsd', options.failureUsd, [0, 1e6])
  requireRange('ranking.minFirstTokenMs', minFirstTokenMs, [1, 600_000])
  requireRange('ranking.maxFirstTokenMs', options.maxFirstTokenMs, [minFirstTokenMs, 600_000])
  requireRange('ranking.minIdleMs', minIdleMs, [1, 600_000])
  requireRange('ranking.maxIdleMs', options.maxIdleMs, [minIdleMs, 600_000])
}
