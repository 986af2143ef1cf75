import { referenceText } from '@nextbest/testkit/wall'
import { describe, expect, test } from 'vitest'
import { continued } from '../../faults/observed.ts'
import type { ObservedAnswer } from '../../faults/observation.ts'
import { judgeRestart, requiredEnding } from './judge-restart.ts'
import { measureLine } from './measure-restarts.ts'
import { brokenScenarios, drawRestart, restartKinds } from './restart.ts'
import type { Restart } from './restart.ts'

const seeds = Array.from({ length: 300 }, (_, index) => index)
const scenario = brokenScenarios.find(({ id }) => id === 's08')
if (scenario === undefined) throw new RangeError('there is no s08')

describe('a restart that is drawn', () => {
  test.each(brokenScenarios)('is the same for the same seed: $id', (scenario) => {
    for (const kind of restartKinds)
      expect(drawRestart(scenario, kind, 7)).toEqual(drawRestart(scenario, kind, 7))
  })

  test.each(brokenScenarios)('agrees, or differs where its kind says: $id', (scenario) => {
    for (const seed of seeds) {
      const [same, within, after] = restartKinds.map((kind) =>
        drawRestart(scenario, kind, seed).pieces.join(''),
      )
      expect(same).toBe(referenceText)
      expect(within).not.toBe('')
      expect(within?.startsWith(scenario.delivered)).toBe(false)
      expect(after?.startsWith(scenario.delivered)).toBe(true)
      expect(after).not.toBe(referenceText)
    }
  })

  test('differs at the first character and at the last one that were delivered, and right after them', () => {
    const shared = (kind: Restart['kind']): ReadonlySet<number> =>
      new Set(seeds.map((seed) => sharedLength(drawRestart(scenario, kind, seed).pieces.join(''))))
    const { length } = scenario.delivered

    expect(Math.min(...shared('differs within'))).toBe(0)
    expect(Math.max(...shared('differs within'))).toBe(length - 1)
    expect(Math.min(...shared('differs after'))).toBe(length)
  })
})

function sharedLength(text: string): number {
  const at = Array.from(referenceText).findIndex((character, index) => character !== text[index])
  return at === -1 ? referenceText.length : at
}

const agreeing = drawRestart(scenario, 'agrees', 1)
const differing: Restart = { ...drawRestart(scenario, 'differs within', 1), pieces: ['word01 else'] }
const later: Restart = { ...agreeing, kind: 'differs after', pieces: [scenario.delivered, ' else'] }
const cut: ObservedAnswer = {
  ...continued.answer,
  text: scenario.delivered,
  finishReasons: ['error'],
  endMarks: 0,
  errors: [{ code: 'provider_incomplete_answer', message: 'broke off', type: 'server_error' }],
}

function judged(
  restart: Restart,
  answer: Partial<ObservedAnswer>,
  fallbackRequests = 1,
): ReturnType<typeof judgeRestart> {
  const base = restart === differing ? cut : continued.answer
  return judgeRestart(restart, { answer: { ...base, ...answer }, fallbackRequests })
}

describe('the judge of restarts', () => {
  test('tells an answer that was gone on with from one that ended', () => {
    expect(judged(agreeing, {})).toBe('whole')
    expect(judged(later, { text: `${scenario.delivered} else` })).toBe('whole')
    expect(judged(differing, {})).toBe('broken')
    expect([agreeing, later, differing].map(requiredEnding)).toEqual(['whole', 'whole', 'broken'])
  })

  test.for<[string, Restart, Partial<ObservedAnswer>, string]>([
    ['a truncated success', agreeing, { text: scenario.delivered }, 'a success with another text'],
    [
      'characters that come twice',
      agreeing,
      { text: `${scenario.delivered}${referenceText}` },
      'a success with another text',
    ],
    ['a success of two texts', later, { text: referenceText }, 'a success with another text'],
    ['a success without an end', agreeing, { endMarks: 0 }, 'a success with 0 end marks'],
    ['a success with two ends', agreeing, { endMarks: 2 }, 'a success with 2 end marks'],
    ['no finish reason', agreeing, { finishReasons: [] }, 'finishes with ""'],
    ['an answer that cannot be read', agreeing, { unreadable: 'no end' }, 'no end'],
    ['an error status', agreeing, { status: 400 }, 'status 400'],
    [
      'a character of the other text',
      differing,
      { text: `${scenario.delivered}e` },
      'an error after another text',
    ],
    ['less than was delivered', differing, { text: 'word01' }, 'an error after another text'],
    ['two error events', differing, { errors: [...cut.errors, ...cut.errors] }, '2 error events'],
    ['an end mark beside the error', differing, { endMarks: 1 }, '1 end marks'],
    ['events after the error', differing, { eventsAfterError: 1 }, '1 events after'],
    [
      'another error than the first failure',
      differing,
      { errors: [{ code: 'invalid_request', message: 'no prefill', type: 'invalid_request_error' }] },
      'an error of code invalid_request',
    ],
  ])('finds %s', ([, restart, answer, words]) => {
    expect(judged(restart, answer)).toEqual({ wrong: expect.stringContaining(words) as unknown })
  })

  test('finds a fallback that was not asked, or twice', () => {
    expect(judged(differing, {}, 0)).toEqual({ wrong: 'the fallback saw 0 requests' })
    expect(judged(differing, {}, 2)).toEqual({ wrong: 'the fallback saw 2 requests' })
  })
})

test('the line of a measure says how many ended as they have to, and which did not', () => {
  const measure = {
    scenario,
    kind: 'agrees',
    runs: 60,
    asRequired: 59,
    violations: ['restart-s08-agrees-4: broken'],
  } as const

  expect(measureLine(measure)).toBe(
    'S08 fallbacks that agree: 59 of 60 delivered whole and once\n  restart-s08-agrees-4: broken',
  )
})
