import type { Demand } from '../demand/demand.ts'
import type { RoutingPreferences } from '../eligibility/preferences.ts'
import type { KnownEndpoint } from './candidate.ts'
import type { Demotions } from './demotion-memory.ts'
import type { CacheMemory } from '../signals/cache-memory.ts'
import { usdPerSecondOf } from './objective.ts'
import { emptyScore, Ranking } from './ranking.ts'
import type { RankingOptions } from './ranking-options.ts'
import { scoreInto } from './score.ts'
import type { CachedUsage, ScoringQuestion } from './score.ts'

/** Where to look up what providers are expected to have cached of a conversation. */
export interface CacheLookup {
  readonly memory: CacheMemory
  readonly key: string
}

export interface RankQuestion {
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  readonly nowMs: number
  readonly options: RankingOptions
  readonly cache?: CacheLookup | undefined
  /** Probability that an answer that breaks off is gone on with to its end, 0..1. Default: 0. */
  readonly continuation?: number | undefined
  /** Who is demoted. Default: nobody. */
  readonly demotions?: Demotions
}

/** Ranks the endpoints that can serve a demand now. */
export function rank(ready: readonly KnownEndpoint[], question: RankQuestion): Ranking {
  const { demand, preferences, nowMs, options } = question
  const { promptTokens, images } = demand
  const answerUsage: CachedUsage = {
    promptTokens,
    images,
    outputTokens: demand.expectedOutputTokens,
    cachedTokens: 0,
  }
  const promptUsage: CachedUsage = { promptTokens, images, outputTokens: 0, cachedTokens: 0 }
  const cached = cachedTokensOf(ready, question)
  const scoring: ScoringQuestion = {
    answerUsage,
    promptUsage,
    usdPerSecond: usdPerSecondOf(preferences.objective ?? 'balanced'),
    failureUsd: options.failureUsd,
    continuation: question.continuation ?? 0,
    nowMs,
    writtenShare: cached === undefined ? 0 : Math.max(...cached) / promptTokens,
  }
  const ranking = new Ranking(ready, question.demotions)
  // One score for all: it is copied into the ranking's rows.
  const score = { ...emptyScore }
  let row = 0
  for (const known of ready) {
    answerUsage.cachedTokens = promptUsage.cachedTokens = cached?.[row] ?? 0
    scoreInto(score, known, scoring)
    ranking.write(row, score)
    row += 1
  }
  ranking.sort()
  return ranking
}

/** Returns what each endpoint is expected to have cached of the prompt, in tokens, or nothing where none has anything. */
function cachedTokensOf(
  ready: readonly KnownEndpoint[],
  { cache, demand, nowMs }: RankQuestion,
): readonly number[] | undefined {
  if (cache === undefined || demand.promptTokens === 0) return undefined
  const { memory, key } = cache
  const tokens = ready.map(({ endpoint }) =>
    memory.expectedCachedTokens({ key, endpointId: endpoint.id, promptTokens: demand.promptTokens }, nowMs),
  )
  return tokens.some((count) => count > 0) ? tokens : undefined
}
