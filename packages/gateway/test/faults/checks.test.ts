import type { FaultExpectation } from '@nextbest/testkit/wall'
import { referenceText } from '@nextbest/testkit/wall'
import { describe, expect, test } from 'vitest'
import { faultChecks } from './checks/all.ts'
import { nothingIsLeft } from './checks/leftovers.ts'
import { keyOf } from './names.ts'
import type { Observation, ObservedHealth, ObservedPlace } from './observation.ts'
import { brokenOff, continued, failed, failedOver, serverError, tolerated } from './observed.ts'

const client = { status: 502, code: 'provider_error' }
const tolerate: FaultExpectation = { action: 'tolerate', health: 'none' }
const failover: FaultExpectation = { action: 'failover', health: 'failure', client }
const retry: FaultExpectation = { ...failover, action: 'retry' }
const stop: FaultExpectation = { ...failover, action: 'stop' }
const breakOff: FaultExpectation = { ...failover, action: 'break-off' }

function differences(observation: Observation, expectation: FaultExpectation): readonly string[] {
  return faultChecks.flatMap((check) => check(observation, expectation) ?? [])
}

/** The observation with another answer. */
function answering(observation: Observation, answer: Partial<Observation['answer']>): Observation {
  return { ...observation, answer: { ...observation.answer, ...answer } }
}

/** The observation with another first place. */
function withPrimary(observation: Observation, primary: Partial<ObservedPlace>): Observation {
  return {
    ...observation,
    places: observation.places.map((place, at) => (at === 0 ? { ...place, ...primary } : place)),
  }
}

function withHealth(observation: Observation, health: Partial<ObservedHealth>): Observation {
  const [primary] = observation.places
  return primary === undefined
    ? observation
    : withPrimary(observation, { health: { ...primary.health, ...health } })
}

/** The observation with the answer served by a model of that name. */
function servedBy(observation: Observation, servedModel: string): Observation {
  return { ...observation, attempts: observation.attempts.map((attempt) => ({ ...attempt, servedModel })) }
}

/** The observation with one more attempt, at the end, on a place that saw it. */
function withAttempt(observation: Observation, provider: string): Observation {
  const { attempts, events, places } = observation
  const more = {
    provider,
    kind: 'plain',
    outcome: 'failed',
    failure: serverError,
    servedModel: undefined,
    billing: 'assumed',
    endedAfterMs: 50,
  } as const
  return {
    ...observation,
    attempts: [...attempts, more],
    events: { ...events, attemptStarts: events.attemptStarts + 1, attemptEnds: events.attemptEnds + 1 },
    places: places.map((place) =>
      place.provider === provider ? { ...place, requests: [...place.requests, { tokensBilled: 0 }] } : place,
    ),
  }
}

/** The observation with failures that say how long to wait. */
function hinting(observation: Observation, retryAfterMs: number): Observation {
  const failure = { ...serverError, retryAfterMs }
  return { ...observation, attempts: observation.attempts.map((one) => ({ ...one, failure })) }
}

const held: FaultExpectation = { ...failover, health: 'hold-key' }
const heldWithSibling = withPrimary(
  withHealth(failedOver, { samples: 0, earlyFailureRate: 0.02, heldForMs: 9 }),
  {
    sibling: { ...tolerated.untouched, heldForMs: 9 },
  },
)
const gated = withHealth(failedOver, { samples: 0, earlyFailureRate: 0.02, gatedForMs: 7_500 })
const gate: FaultExpectation = { ...failover, health: 'gate', retryAfterMs: 7_000 }
const tooLong: FaultExpectation = { ...failover, requires: 'larger-context' }
const passedOn = { ...tolerated, setting: 'alone', places: tolerated.places.slice(0, 1) } as const
const toolCall = { index: 0, function: { arguments: '{' } }
const otherText: FaultExpectation = {
  ...tolerate,
  text: 'other',
  finishReason: 'length',
  refusal: 'no',
  toolCallDeltas: [toolCall],
}
const otherAnswer = { text: 'other', finishReasons: ['length'], refusal: 'no', toolCallDeltas: [toolCall] }

describe('nothing is found where all is as required', () => {
  test.for<[string, Observation, FaultExpectation]>([
    ['a tolerated answer', tolerated, tolerate],
    ['an answer of its own', answering(tolerated, otherAnswer), otherText],
    ['another model', servedBy(tolerated, 'other'), { ...tolerate, servedModel: 'other' }],
    ['a failover', failedOver, failover],
    ['a retry that went on', failedOver, retry],
    ['a retry that helped', tolerated, retry],
    ['an error where nobody else is', failed, failover],
    ['an error where nobody else is large enough', { ...failed, setting: 'with equal' }, tooLong],
    ['an error that says how long to wait', hinting(answering(failed, { retryAfter: '2' }), 1_500), failover],
    ['an answer that is passed on where nobody else is', passedOn, { action: 'retry', health: 'half' }],
    ['a stop', failed, stop],
    ['an answer that breaks off', brokenOff, breakOff],
    ['an answer that is gone on with', continued, breakOff],
    ['a key that is held', heldWithSibling, held],
    ['a gate', gated, gate],
    [
      'an endpoint that is avoided',
      withPrimary(tolerated, { nextShare: 0.003 }),
      { ...tolerate, avoided: true },
    ],
  ])('%s', ([, observation, expectation]) => {
    expect(differences(observation, expectation)).toEqual([])
  })
})

describe('a call that ends otherwise is found', () => {
  test.for<[string, Observation, FaultExpectation, string]>([
    ['an error instead of an answer', failed, tolerate, 'expected a whole answer from primary, got an error'],
    ['an answer instead of an error', tolerated, stop, 'expected an error, got a whole answer from primary'],
    [
      'the fallback’s answer',
      failedOver,
      tolerate,
      'expected a whole answer from primary, got a whole answer from fallback',
    ],
    [
      'an answer instead of a broken one',
      tolerated,
      breakOff,
      'expected an answer from primary that breaks off',
    ],
    [
      'a broken answer that is not gone on with',
      { ...brokenOff, setting: 'continued' },
      breakOff,
      'expected a whole answer from fallback',
    ],
    [
      'a truncated success',
      answering(tolerated, { text: referenceText.slice(0, 50) }),
      tolerate,
      'a success with only 50 of 419 characters',
    ],
    [
      'a success without an end mark',
      answering(continued, { endMarks: 0 }),
      breakOff,
      'a success with 0 end marks',
    ],
    ['two end marks', answering(continued, { endMarks: 2 }), breakOff, 'a success with 2 end marks'],
    [
      'no finish reason',
      answering(tolerated, { finishReasons: [] }),
      tolerate,
      'a success that finishes with ""',
    ],
    [
      'another finish reason',
      answering(tolerated, { finishReasons: ['length'] }),
      tolerate,
      'a success that finishes with "length"',
    ],
    ['an unasked refusal', answering(tolerated, { refusal: 'no' }), tolerate, 'as its refusal'],
    [
      'lost tool calls',
      answering(tolerated, { ...otherAnswer, toolCallDeltas: [] }),
      otherText,
      'a success with other tool calls',
    ],
    [
      'an end mark after an error',
      answering(brokenOff, { endMarks: 1 }),
      breakOff,
      'an end mark beside an error event',
    ],
    [
      'events after an error',
      answering(brokenOff, { eventsAfterError: 1 }),
      breakOff,
      'events after the error event',
    ],
    [
      'two error events',
      answering(brokenOff, { errors: [...brokenOff.answer.errors, ...failed.answer.errors] }),
      breakOff,
      '2 error events',
    ],
    [
      'another text before the error',
      answering(brokenOff, { text: 'word01 word03' }),
      breakOff,
      'a text that differs from character 12 on: "3"',
    ],
    [
      'an error event without content',
      answering(brokenOff, { text: '' }),
      breakOff,
      'an error event before any content',
    ],
    ['an error with content', answering(failed, { text: 'word01' }), failover, 'an error with content'],
    [
      'an answer that cannot be read',
      answering(tolerated, { unreadable: 'the body is no JSON object' }),
      tolerate,
      'got the body is no JSON object',
    ],
  ])('%s', ([, observation, expectation, words]) => {
    expect(differences(observation, expectation).join('; ')).toContain(words)
  })
})

describe('attempts too many are found', () => {
  test.for<[string, Observation, FaultExpectation, string]>([
    [
      'a second one where one is enough',
      withAttempt(failedOver, 'primary'),
      failover,
      '1..1 on the primary and 1..1 on the fallback; made: 2 and 1',
    ],
    [
      'a third one on the primary',
      withAttempt(withAttempt(failedOver, 'primary'), 'primary'),
      retry,
      'made: 3 and 1',
    ],
    ['another one after a stop', withAttempt(failed, 'primary'), stop, 'made: 2 and 0'],
    [
      'one on the fallback of an answer that broke off',
      withAttempt(brokenOff, 'fallback'),
      breakOff,
      'made: 1 and 1',
    ],
    [
      'one where no larger window is',
      withAttempt({ ...failed, setting: 'with equal', places: failedOver.places }, 'fallback'),
      tooLong,
      'made: 1 and',
    ],
    [
      'a second one after a timeout',
      withAttempt(
        {
          ...failed,
          attempts: failed.attempts.map((one) => ({
            ...one,
            failure: { ...serverError, kind: 'first-token-timeout' },
          })),
        },
        'primary',
      ),
      failover,
      'attempt 2 asks an endpoint again that must not be: primary first-token-timeout, primary server-error',
    ],
    [
      'a third one after a 5xx',
      withAttempt(withAttempt(failed, 'primary'), 'primary'),
      failover,
      'attempt 3 asks',
    ],
  ])('%s', ([, observation, expectation, words]) => {
    expect(differences(observation, expectation).join('; ')).toContain(words)
  })
})

describe('what a caller must not be told is found', () => {
  test.for<[string, Observation, FaultExpectation, string]>([
    [
      'another status',
      answering(failed, { status: 500 }),
      failover,
      'expected 502 provider_error, got 500 provider_error',
    ],
    [
      'another code',
      failed,
      { ...failover, client: { status: 502, code: 'other' } },
      'expected 502 other, got 502 provider_error',
    ],
    [
      'another code in an event',
      brokenOff,
      { ...breakOff, client: { status: 502, code: 'other' } },
      'expected 502 other',
    ],
    ['a page', answering(failed, { contentType: 'text/html' }), failover, 'an error of type "text/html"'],
    [
      'an error without a code',
      answering(failed, { errors: [{ code: null, message: 'm', type: 't' }] }),
      failover,
      'an error without text',
    ],
    [
      'no advice on retries',
      answering(failed, { shouldRetry: undefined }),
      failover,
      'x-should-retry is absent',
    ],
    ['advice to try again', answering(failed, { shouldRetry: 'true' }), failover, 'x-should-retry is true'],
    ['no word on how long to wait', hinting(failed, 1_500), failover, 'the error has no retry-after'],
    [
      'a longer wait than was asked for',
      hinting(answering(failed, { retryAfter: '3' }), 1_500),
      failover,
      'its retry-after is 3, and the soonest failure asked for 1500 ms',
    ],
    [
      'a wait that is no number',
      hinting(answering(failed, { retryAfter: 'soon' }), 1_500),
      failover,
      'its retry-after is soon',
    ],
    [
      'a key',
      { ...failed, texts: [`Incorrect API key ${keyOf('primary')}`] },
      failover,
      'tells the key of primary',
    ],
    ['the prompt', { ...failed, texts: ['cannot read canary-prompt'] }, failover, 'tells the prompt'],
    [
      'another model',
      answering(tolerated, { models: ['wall/asked', 'other'] }),
      tolerate,
      'told to be of the model wall/asked, other',
    ],
    [
      'a model that nobody asked for',
      servedBy(tolerated, 'other'),
      tolerate,
      'served by other instead of the model asked for',
    ],
    [
      'a model that is kept secret',
      tolerated,
      { ...tolerate, servedModel: 'other' },
      'served by the model asked for instead of other',
    ],
    [
      'wrong usage',
      answering(tolerated, { usage: { promptTokens: 7, completionTokens: 59 } }),
      tolerate,
      'the caller is told of 7 and 59 tokens, and the route of 7 and 60 tokens',
    ],
    [
      'usage that nobody reported',
      tolerated,
      { ...tolerate, usage: 'estimated' },
      'accounted for by reported instead of estimated',
    ],
  ])('%s', ([, observation, expectation, words]) => {
    expect(differences(observation, expectation).join('; ')).toContain(words)
  })

  test('wrong accounts', () => {
    const observation: Observation = {
      ...tolerated,
      usage: { promptTokens: 7, completionTokens: 0, source: 'reported' },
    }

    expect(differences(observation, tolerate)).toEqual([
      'accounted for by 7 and 0 tokens instead of 7 and 60 tokens',
    ])
  })

  test('an attempt that never ends', () => {
    expect(differences({ ...failed, inFlight: 1 }, failover)).toEqual([
      '1 attempts are counted as under way when the call is over',
    ])
  })

  test('a defect of the gateway', () => {
    expect(differences({ ...failed, gatewayFaults: ['TypeError'] }, failover)).toEqual([
      'the gateway hit TypeError',
    ])
  })
})

describe('a health that is not as required is found', () => {
  test.for<[string, Observation, FaultExpectation, string]>([
    [
      'a failure that is not counted',
      withHealth(failedOver, { samples: 0 }),
      failover,
      'expected 1 outcomes counted for the primary, got 0',
    ],
    [
      'half a failure for a whole one',
      withHealth(failedOver, { samples: 0.5 }),
      failover,
      'expected 1 outcomes counted for the primary, got 0.5',
    ],
    [
      'a whole failure for half a one',
      failedOver,
      { ...failover, health: 'half' },
      'expected 0.5 outcomes counted for the primary, got 1',
    ],
    ['a failure where none is', failedOver, { ...failover, health: 'none' }, 'expected 0 outcomes'],
    [
      'a failure that is told as a late one',
      withHealth(failedOver, { earlyFailureRate: 0.01, lateFailureRate: 0.1 }),
      failover,
      'its rate of early failures did not rise',
    ],
    [
      'a late failure that is told as an early one',
      withHealth(brokenOff, { earlyFailureRate: 0.1 }),
      breakOff,
      'its rate of early failures rose',
    ],
    ['a gate that is not there', failedOver, gate, 'expected the primary gated, is neither gated nor held'],
    [
      'a gate that is not required',
      gated,
      { ...gate, health: 'none' },
      'expected the primary neither gated nor held, is gated',
    ],
    [
      'a gate that opens too early',
      withHealth(gated, { gatedForMs: 6_900 }),
      gate,
      'expected a wait of 7000 ms and a fifth of it at most, got 6900',
    ],
    ['a gate that stays too long', withHealth(gated, { gatedForMs: 8_500 }), gate, 'got 8500'],
    [
      'a gate without a time',
      withHealth(gated, { gatedForMs: 1_300 }),
      { ...gate, retryAfterMs: 0 },
      'got 1300',
    ],
    [
      'a key that is held for one endpoint',
      withPrimary(heldWithSibling, { sibling: tolerated.untouched }),
      held,
      'expected the primary held and held with its sibling, is held',
    ],
    [
      'a key that is held for a model’s sake',
      heldWithSibling,
      { ...held, health: 'hold-model' },
      'is held and held with its sibling',
    ],
    [
      'an endpoint that is not avoided',
      tolerated,
      { ...tolerate, avoided: true },
      'the next call begins at the primary with probability 0.5',
    ],
    [
      'another one that suffers',
      {
        ...failedOver,
        places: failedOver.places.map((place) => ({ ...place, health: { ...place.health, heldForMs: 1 } })),
      },
      failover,
      'fallback is gated or held',
    ],
  ])('%s', ([, observation, expectation, words]) => {
    expect(differences(observation, expectation).join('; ')).toContain(words)
  })
})

describe('a route that tells something else than what happened is found', () => {
  test.for<[string, Observation, string]>([
    [
      'a request that the route hides',
      withPrimary(failedOver, { requests: [{ tokensBilled: 0 }, { tokensBilled: 0 }] }),
      'primary saw 2 requests, and the route has 1',
    ],
    [
      'an attempt that nobody saw',
      withPrimary(failedOver, { requests: [] }),
      'primary saw 0 requests, and the route has 1',
    ],
    [
      'a request that an origin should not have seen',
      withPrimary(failedOver, { isOrigin: true, requests: [{ tokensBilled: 0 }, { tokensBilled: 0 }] }),
      'primary saw 2 requests',
    ],
    [
      'a billed attempt that is called free',
      withPrimary(
        { ...failedOver, attempts: failedOver.attempts.map((one) => ({ ...one, billing: 'free' as const })) },
        { requests: [{ tokensBilled: 3 }] },
      ),
      'the route calls free what primary billed',
    ],
    [
      'an attempt that is told of twice',
      { ...failedOver, events: { ...failedOver.events, attemptEnds: 3 } },
      '2 attempts were told to start and 3 to end',
    ],
    [
      'a call that is not told to end',
      { ...failedOver, events: { ...failedOver.events, callEnds: 0 } },
      '1 calls were told to start and 0 to end',
    ],
  ])('%s', ([, observation, words]) => {
    expect(differences(observation, failover)).toEqual([expect.stringContaining(words)])
  })

  test('an origin may miss what fails below requests, but nothing that it answered', () => {
    const missed = { isOrigin: true, requests: [] }

    expect(differences(withPrimary(failedOver, missed), failover)).toEqual([])
    expect(differences(withPrimary(tolerated, missed), tolerate)).toEqual([
      'primary saw 0 requests, and the route has 1 attempts on it',
    ])
  })

  test('a request that was lost on a used connection may be sent once more, and no more than once', () => {
    const seen = (requests: number): Observation =>
      withPrimary(failedOver, {
        mayResend: true,
        requests: Array.from({ length: requests }, () => ({ tokensBilled: 0 })),
      })

    expect(differences(seen(2), failover)).toEqual([])
    expect(differences(seen(3), failover)).toEqual([
      'primary saw 3 requests, and the route has 1 attempts on it',
    ])
  })
})

describe('what is left open is found', () => {
  test('nothing is nothing', () => {
    expect(nothingIsLeft({ connections: 0, resources: [] })).toBeUndefined()
  })

  test('a connection and a timer', () => {
    expect(nothingIsLeft({ connections: 1, resources: [] })).toBe(
      'left open: 1 connections, no other resources',
    )
    expect(nothingIsLeft({ connections: 0, resources: ['Timeout'] })).toBe(
      'left open: 0 connections, Timeout',
    )
  })
})
