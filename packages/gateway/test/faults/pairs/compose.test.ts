import type { FaultAction, FaultExpectation } from '@nextbest/testkit/wall'
import { referenceText } from '@nextbest/testkit/wall'
import { describe, expect, test } from 'vitest'
import { brokenOff, failed, failedOver, serverError, tolerated } from '../observed.ts'
import type { Observation } from '../observation.ts'
import { composePlaces, composeScript } from './compose.ts'
import type { Composition } from './compose.ts'
import { judgePair } from './judge-pair.ts'

const client = { status: 502, code: 'provider_error' }

function fault(action: FaultAction, more: Partial<FaultExpectation> = {}): FaultExpectation {
  return { action, health: 'failure', client, ...more }
}

function inPlaces(...actions: readonly (FaultAction | undefined)[]): Composition {
  return composePlaces(
    actions.map((action, index) => ({
      provider: ['primary', 'fallback', 'third'][index] ?? '',
      expectation: action === undefined ? undefined : fault(action),
    })),
  )
}

describe('places, one after the other', () => {
  test.for<[(FaultAction | undefined)[], Composition['endings']]>([
    [['tolerate', 'stop', undefined], [{ type: 'whole', from: 'primary' }]],
    [['stop', 'tolerate', undefined], [{ type: 'error' }]],
    [['break-off', 'tolerate', undefined], [{ type: 'broken', from: 'primary' }]],
    [
      ['failover', 'retry', undefined],
      [
        { type: 'whole', from: 'third' },
        { type: 'whole', from: 'fallback' },
      ],
    ],
    [
      ['retry', 'tolerate', undefined],
      [
        { type: 'whole', from: 'fallback' },
        { type: 'whole', from: 'primary' },
      ],
    ],
    [
      ['retry', 'break-off', undefined],
      [
        { type: 'broken', from: 'fallback' },
        { type: 'whole', from: 'primary' },
      ],
    ],
    [['failover', 'stop', undefined], [{ type: 'error' }]],
    [['failover', 'retry'], [{ type: 'error' }]],
    [[undefined, 'stop'], [{ type: 'whole', from: 'primary' }]],
    [[], [{ type: 'error' }]],
  ])('%j end with %j', ([actions, endings]) => {
    expect(inPlaces(...actions).endings).toEqual(endings)
  })

  test('what is no error is passed on where nobody is left', () => {
    const { endings } = composePlaces([
      { provider: 'primary', expectation: { action: 'retry', health: 'half' } },
    ])

    expect(endings).toEqual([{ type: 'whole', from: 'primary' }])
  })

  test('each place answers in its own words', () => {
    const { answerOf } = composePlaces([
      { provider: 'primary', expectation: fault('failover') },
      { provider: 'fallback', expectation: fault('tolerate', { text: 'other', finishReason: 'length' }) },
    ])

    expect(answerOf('fallback')).toMatchObject({ text: 'other', finishReason: 'length' })
    expect(answerOf('primary')).toMatchObject({ text: referenceText, finishReason: 'stop' })
  })
})

describe('faults of one place, one after the other', () => {
  const good = { type: 'whole', from: 'fallback' }
  const passed = { type: 'whole', from: 'primary' }

  test.for<[FaultAction, FaultAction, object[]]>([
    ['retry', 'tolerate', [good, passed, passed]],
    ['retry', 'stop', [good, passed, { type: 'error' }]],
    ['retry', 'break-off', [good, passed, { type: 'broken', from: 'primary' }]],
    ['retry', 'failover', [good, passed, good]],
    ['failover', 'tolerate', [good]],
    ['tolerate', 'stop', [passed]],
    ['stop', 'tolerate', [{ type: 'error' }]],
    ['break-off', 'tolerate', [{ type: 'broken', from: 'primary' }]],
  ])('%s, then %s, end with %j', ([first, second, endings]) => {
    const place = { provider: 'primary', expectation: fault(first) }

    expect(composeScript(place, fault(second), 'fallback').endings).toEqual(endings)
  })

  test('the answer is that of the fault that was met last', () => {
    const second = fault('tolerate', { text: 'second' })
    const [retried, taken] = [fault('retry', { text: 'first' }), fault('tolerate', { text: 'first' })].map(
      (expectation) => composeScript({ provider: 'primary', expectation }, second, 'fallback'),
    )

    expect(retried?.answerOf('primary').text).toBe('second')
    expect(taken?.answerOf('primary').text).toBe('first')
  })
})

describe('a call that met several faults', () => {
  test.for<[string, Observation, Composition]>([
    ['went on to the good place', failedOver, inPlaces('failover', undefined)],
    ['was answered at once', tolerated, inPlaces('tolerate', 'stop')],
    ['broke off', brokenOff, inPlaces('break-off', undefined)],
    ['failed', failed, inPlaces('stop', undefined)],
  ])('%s as it had to', ([, observation, composition]) => {
    expect(judgePair(observation, composition)).toEqual([])
  })

  const [attempt = failed.attempts[0], place = failed.places[0]] = []
  const unknown = attempt && { ...attempt, failure: { ...serverError, kind: 'unknown' } }
  const twice: Observation = {
    ...failed,
    attempts: unknown === undefined ? [] : [unknown, { ...unknown, provider: 'fallback' }],
    places: place === undefined ? [] : [place, { ...place, provider: 'fallback' }],
    events: { callStarts: 1, callEnds: 1, attemptStarts: 2, attemptEnds: 2 },
  }

  test('may fail when two of them say nothing', () => {
    expect(judgePair(twice, inPlaces('failover', 'failover', undefined))).toEqual([])
  })

  test.for<[string, Observation, Composition, string]>([
    [
      'answers that were to break off',
      tolerated,
      inPlaces('break-off', undefined),
      'expected an answer from primary that breaks off',
    ],
    [
      'errors where a good place was left',
      failed,
      inPlaces('failover', undefined),
      'expected a whole answer from fallback, got an error',
    ],
    [
      'truncated successes',
      { ...tolerated, answer: { ...tolerated.answer, text: referenceText.slice(0, 80) } },
      inPlaces('tolerate', undefined),
      'a success with only 80 of',
    ],
    [
      'places that are asked too often',
      { ...failedOver, attempts: [...failedOver.attempts, ...failedOver.attempts.slice(1)] },
      inPlaces('failover', undefined),
      'asked too often: fallback',
    ],
    [
      'requests that the route hides',
      { ...tolerated, places: failedOver.places },
      inPlaces('tolerate', undefined),
      'fallback saw 1 requests, and the route has 0 attempts on it',
    ],
  ])('is found out by %s', ([, observation, composition, words]) => {
    expect(judgePair(observation, composition).join('; ')).toContain(words)
  })
})
