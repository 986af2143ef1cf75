import { publicFaults, referenceText } from '@nextbest/testkit/wall'
import { describe, expect, test } from 'vitest'
import { failed, tolerated } from '../faults/observed.ts'
import type { ObservedAnswer } from '../faults/observation.ts'
import type { ObservedCall, PublicObservation } from './observation.ts'
import { scenarioLine } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const whole: ObservedCall = { atMs: 0, tookMs: 600, answer: tolerated.answer, providers: ['fallback'] }
const refused: ObservedAnswer = {
  ...failed.answer,
  status: 400,
  errors: [{ code: 'content_filter', message: 'refused', type: 'invalid_request_error' }],
}
const silent = { tokensBilled: 0 }
const answered = { tokensBilled: 60 }

/** The primary failed at once, and the fallback answered. */
const failedOver: PublicObservation = {
  mode: 'json',
  calls: [whole],
  primary: [{ atMs: 100, ...silent }],
  fallback: [{ atMs: 150, ...answered }],
  unsound: [],
  isAliveAfter: true,
}
/** The primary answered the second time, after the wait that it named. */
const retried: PublicObservation = {
  ...failedOver,
  primary: [
    { atMs: 100, ...silent },
    { atMs: 2_150, ...answered },
  ],
  fallback: [],
}
const stopped: PublicObservation = { ...failedOver, calls: [{ ...whole, answer: refused }], fallback: [] }
/** The primary was asked once more while it was down, and then when it was back. */
const flapped: PublicObservation = {
  ...failedOver,
  calls: Array.from({ length: 20 }, (_, index) => ({ ...whole, atMs: 4_000 * index })),
  primary: [
    { atMs: 100, ...silent },
    { atMs: 40_100, ...silent },
    { atMs: 72_100, ...answered },
  ],
}

const good: Readonly<Record<string, PublicObservation>> = {
  s01: retried,
  s03: retried,
  s13: stopped,
  s15: flapped,
}

function scenarioOf(id: string): Scenario {
  const scenario = scenarios.find((one) => one.id === id)
  if (scenario === undefined) throw new RangeError(`there is no ${id}`)
  return scenario
}

/** What is found where a scenario went as it should, but for this. */
function differences(id: string, changes: Partial<PublicObservation> = {}): readonly string[] {
  const observation = { ...(good[id] ?? failedOver), ...changes }
  return scenarioOf(id).checks.flatMap((check) => check(observation) ?? [])
}

/** The calls of the good observation, the last with another answer. */
function answering(id: string, answer: Partial<ObservedAnswer>): Partial<PublicObservation> {
  const calls = [...(good[id] ?? failedOver).calls]
  const last = calls.pop() ?? whole
  return { calls: [...calls, { ...last, answer: { ...last.answer, ...answer } }] }
}

function arrivals(...times: readonly number[]): PublicObservation['primary'] {
  return times.map((atMs) => ({ atMs, ...silent }))
}

const ids = scenarios.map(({ id }) => id)

describe('the sixteen scenarios', () => {
  test('are those of the wall, in their order', () => {
    expect(ids).toEqual(publicFaults.map(({ id }) => id).filter((id) => id !== 's14-fallback'))
  })

  test.each(ids)('find nothing where all is as required: %s', (id) => {
    expect(differences(id)).toEqual([])
  })

  test.each(ids)('find a gateway that is dead afterwards, and what must never be: %s', (id) => {
    expect(differences(id, { isAliveAfter: false })).toEqual(['the call after it was not answered well'])
    expect(differences(id, { unsound: ['a key is told'] })).toEqual(['a key is told'])
  })

  test.each(ids.filter((id) => id !== 's13'))('find an answer that is not whole: %s', (id) => {
    const call = id === 's15' ? 20 : 1
    expect(differences(id, answering(id, { text: referenceText.slice(0, 40) }))).toEqual([
      `call ${call}: a success with 40 of 419 characters, or other ones`,
    ])
    expect(differences(id, answering(id, { text: referenceText.replace('word41', 'word42') }))).toEqual([
      `call ${call}: a success with 419 of 419 characters, or other ones`,
    ])
    expect(differences(id, answering(id, { errors: failed.answer.errors, status: 502 }))).toEqual([
      `call ${call}: 502 provider_error: the only attempt failed`,
    ])
    expect(differences(id, answering(id, { unreadable: 'no end within 20000 ms' }))).toEqual([
      `call ${call}: no end within 20000 ms`,
    ])
  })

  test.each(ids.filter((id) => id !== 's13'))('find a stream without its end: %s', (id) => {
    expect(differences(id, { mode: 'stream', ...answering(id, { endMarks: 0 }) }).join()).toContain(
      '0 end marks',
    )
    expect(differences(id, answering(id, { finishReasons: [] })).join()).toContain('it finishes with ""')
  })

  test.each<[string, string, Partial<PublicObservation>, string]>([
    ['s01', 'no retry', { primary: arrivals(100) }, '1 requests at the primary instead of 2..Infinity'],
    ['s01', 'a retry too early', { primary: arrivals(100, 1_800) }, '1700 ms before the second request'],
    ['s01', 'a tight loop', { primary: arrivals(1, 2, 3) }, '3 requests at the primary within 1500 ms'],
    ['s02', 'a tight loop', { primary: arrivals(0, 1, 2, 3, 4) }, '5 requests at the primary within 3000 ms'],
    [
      's02',
      'too many attempts',
      { primary: arrivals(0, 4e3, 8e3, 12e3, 16e3, 20e3, 24e3) },
      '7 requests at the primary instead of 1..6',
    ],
    ['s02', 'no failover', { fallback: [] }, '0 requests at the fallback instead of 1..1'],
    ['s03', 'no retry', { primary: arrivals(100) }, '1 requests at the primary instead of 2..Infinity'],
    [
      's04',
      'too many attempts',
      { primary: arrivals(1, 2, 3, 4, 5, 6, 7) },
      '7 requests at the primary instead of 1..6',
    ],
    [
      's06',
      'a retry of what is silent',
      { primary: arrivals(100, 30_000) },
      '2 requests at the primary instead of 1..1',
    ],
    ['s06', 'a long silence', { calls: [{ ...whole, tookMs: 100_001 }] }, '100001 ms instead of 100000'],
    ['s07', 'a late first token', { calls: [{ ...whole, tookMs: 20_400 }] }, '20400 ms instead of 15000'],
    ['s09', 'a long stall', { calls: [{ ...whole, tookMs: 45_100 }] }, '45100 ms instead of 45000'],
    ['s11', 'a late end', { calls: [{ ...whole, tookMs: 8_100 }] }, '8100 ms instead of 8000'],
    ['s11', 'no usage', answering('s11', { usage: undefined }), 'no usage'],
    ['s12', 'a blind retry', { primary: arrivals(100, 200) }, '2 requests at the primary instead of 1..1'],
    ['s12', 'no failover', { fallback: [] }, '0 requests at the fallback instead of 1..1'],
    ['s13', 'an answer', { calls: [whole] }, 'expected 400 content_filter, got an answer'],
    [
      's13',
      'another error',
      answering('s13', { status: 502 }),
      'expected 400 content_filter and nothing else, got 502 content_filter: refused',
    ],
    ['s13', 'content', answering('s13', { text: 'w' }), 'expected 400 content_filter and nothing else'],
    ['s13', 'a retry', { primary: arrivals(1, 2) }, '2 requests at the primary instead of 1..1'],
    ['s13', 'a failover', { fallback: arrivals(200) }, '1 requests at the fallback instead of 0..0'],
    [
      's15',
      'a primary that is never asked again',
      { primary: arrivals(100, 40_100) },
      'the primary never answered again',
    ],
    [
      's15',
      'a late return',
      { primary: [...arrivals(100), { atMs: 90_200, ...answered }] },
      'back on the primary only 30100 ms after its recovery',
    ],
    [
      's15',
      'a call that hangs',
      { calls: [{ ...whole, tookMs: 30_100 }, whole] },
      '30100 ms instead of 30000',
    ],
    [
      's16',
      'too many attempts',
      { primary: arrivals(1, 2, 3, 4, 5, 6, 7) },
      '7 requests at the primary instead of 1..6',
    ],
    ['s16', 'no usage', answering('s16', { usage: undefined }), 'no usage'],
    [
      's16',
      'what failed in the bill',
      answering('s16', { usage: { promptTokens: 14, completionTokens: 60 } }),
      'a usage of 14 and 60 tokens',
    ],
    [
      's16',
      'the wrong provider',
      { calls: [{ ...whole, providers: ['primary'] }] },
      'it says to be wall/asked from primary',
    ],
    [
      's16',
      'another model',
      answering('s16', { models: ['wall/other'] }),
      'it says to be wall/other from fallback',
    ],
  ])('find in %s %s', (id, _what, changes, words) => {
    expect(differences(id, changes).join('; ')).toContain(words)
  })
})

test('the line of a scenario says what it is, and how it went', () => {
  expect(scenarioLine(scenarioOf('s01'), [])).toBe('S01 429 with Retry-After, once: pass')
  expect(scenarioLine(scenarioOf('s01'), ['one [json]', 'two [stream]'])).toBe(
    'S01 429 with Retry-After, once: one [json]; two [stream]',
  )
})
