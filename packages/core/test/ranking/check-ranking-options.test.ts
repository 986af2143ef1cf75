import { expect, test } from 'vitest'
import { checkRankingOptions } from '../../src/ranking/check-ranking-options.ts'
import { rankingDefaults } from '../../src/ranking/ranking-options.ts'
import type { RankingOptions } from '../../src/ranking/ranking-options.ts'

test.each<[Partial<RankingOptions>, string]>([
  [{ sharpness: -0.1 }, 'ranking.sharpness must be in 0..64, got -0.1'],
  [{ sharpness: 64.5 }, 'ranking.sharpness must be in 0..64, got 64.5'],
  [{ sharpness: -Infinity }, 'ranking.sharpness must be in 0..64, got -Infinity'],
  [{ explorationRate: -1 }, 'ranking.explorationRate must be in 0..0.1, got -1'],
  [{ explorationRate: 0.2 }, 'ranking.explorationRate must be in 0..0.1, got 0.2'],
  [{ failureUsd: -0.01 }, 'ranking.failureUsd must be in 0..1000000, got -0.01'],
  [{ failureUsd: 1_000_001 }, 'ranking.failureUsd must be in 0..1000000, got 1000001'],
  [{ minFirstTokenMs: 0 }, 'ranking.minFirstTokenMs must be in 1..600000, got 0'],
  [{ minFirstTokenMs: 600_001 }, 'ranking.minFirstTokenMs must be in 1..600000, got 600001'],
  [{ maxFirstTokenMs: 2_999 }, 'ranking.maxFirstTokenMs must be in 3000..600000, got 2999'],
  [{ maxFirstTokenMs: 600_001 }, 'ranking.maxFirstTokenMs must be in 3000..600000, got 600001'],
  [{ minIdleMs: 0 }, 'ranking.minIdleMs must be in 1..600000, got 0'],
  [{ minIdleMs: 600_001 }, 'ranking.minIdleMs must be in 1..600000, got 600001'],
  [{ maxIdleMs: 4_999 }, 'ranking.maxIdleMs must be in 5000..600000, got 4999'],
  [{ maxIdleMs: 600_001 }, 'ranking.maxIdleMs must be in 5000..600000, got 600001'],
  [{ maxIdleMs: Number.NaN }, 'ranking.maxIdleMs must be in 5000..600000, got NaN'],
])('an option out of its range is named with its bounds and its value (%#)', (wrong, message) => {
  expect(() => checkRankingOptions({ ...rankingDefaults, ...wrong })).toThrow(new RangeError(message))
})

test.each<[string, Partial<RankingOptions>]>([
  ['the defaults', {}],
  [
    'the least of each',
    { sharpness: 0, explorationRate: 0, failureUsd: 0, minFirstTokenMs: 1, minIdleMs: 1 },
  ],
  ['a shortest time that is the longest too', { maxFirstTokenMs: 3_000, maxIdleMs: 5_000 }],
  [
    'the most of each',
    {
      sharpness: 64,
      explorationRate: 0.1,
      failureUsd: 1_000_000,
      minFirstTokenMs: 600_000,
      maxFirstTokenMs: 600_000,
      minIdleMs: 600_000,
      maxIdleMs: 600_000,
    },
  ],
  ['a sharpness that takes the best always', { sharpness: Infinity }],
])('%s are in range', (_, given) => {
  expect(() => checkRankingOptions({ ...rankingDefaults, ...given })).not.toThrow()
})
