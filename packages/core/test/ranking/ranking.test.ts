import { expect, test } from 'vitest'
import { rank } from '../../src/ranking/rank.ts'
import type { Ranking } from '../../src/ranking/ranking.ts'
import { fleetOf, question, steady } from './fleet.ts'

const fleet = fleetOf([{ ...steady, promptUsd: 9, outcomes: ['early', 'late'] }, steady])
const ranking = rank(fleet, { ...question(), demotions: undefined })

test('the numbers of a rank are those of the endpoint that has it', () => {
  expect(ranking.list().map(({ known }) => known.endpoint.provider)).toEqual(['provider-1', 'provider-0'])
  for (const [at, scored] of ranking.list().entries()) {
    expect(scored).toMatchObject({
      known: ranking.knownAt(at),
      tier: ranking.tierAt(at),
      indexUsd: ranking.indexUsdAt(at),
      attemptUsd: ranking.attemptUsdAt(at),
      early: ranking.earlyAt(at),
      cacheSavingUsd: ranking.cacheSavingUsdAt(at),
      share: ranking.shareAt(at),
      ttftMs: ranking.ttftMsAt(at),
      parts: { answerUsd: ranking.answerUsdAt(at) },
    })
  }
})

test('a rank that nobody has is refused with its bounds', () => {
  for (const beyond of [-1, 2]) {
    expect(() => ranking.knownAt(beyond)).toThrow(new RangeError(`rank must be in 0..1, got ${beyond}`))
  }
})

test.each<[string, (one: Ranking, at: number) => number]>([
  ['tier', (one, at) => one.tierAt(at)],
  ['index', (one, at) => one.indexUsdAt(at)],
  ['share', (one, at) => one.shareAt(at)],
])('the %s of a rank that nobody has is not a number', (_, read) => {
  expect([read(ranking, -1), read(ranking, 2)]).toEqual([Number.NaN, Number.NaN])
})
