import { readFileSync } from 'node:fs'
import { failurePolicies } from '@nextbest/core'
import type { FailureKind } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demands, endpoints } from '../../../testkit/src/arbitraries/index.ts'
import { endpointRecordOf } from '../../src/trace/call-record.ts'
import { roundedMs, roundedRatio, roundedUsd } from '../../src/trace/rounded.ts'
import { traceBounds, TraceError, traceLineOf, TraceReader } from '../../src/trace/index.ts'
import type { TraceCall, TraceRecord } from '../../src/trace/index.ts'
import { readAll } from './read-all.ts'

const header = {
  type: 'header',
  major: 1,
  minor: 0,
  options: { failureUsd: 0.01, sharpness: 12, explorationRate: 0.003 },
} as const satisfies TraceRecord

const ratio = fc.double({ min: 0, max: 1, noNaN: true }).map(roundedRatio)
const usd = fc.double({ min: 0, max: 100, noNaN: true }).map(roundedUsd)
const ms = fc.double({ min: 0, max: 1e7, noNaN: true }).map(roundedMs)
const tokens = fc.integer({ min: 0, max: 1_000_000 })
const ids = fc.constantFrom('alpha:author/model', 'beta/turbo:author/model', 'gamma:author/model')
const optionally = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(values, { nil: undefined })

const usages = fc.record({
  promptTokens: tokens,
  completionTokens: tokens,
  cachedPromptTokens: tokens,
  cacheWriteTokens: tokens,
  reasoningTokens: tokens,
  source: fc.constantFrom('reported' as const, 'estimated' as const),
})

const candidates = fc.record({
  endpoint: ids,
  probability: ratio,
  success: ratio,
  early: ratio,
  late: ratio,
  answerUsd: usd,
  earlyFailureUsd: usd,
  lateFailureUsd: usd,
  priceUsd: usd,
  cacheSavingUsd: usd,
  ttftMs: ms,
  msPerToken: ms,
  tier: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  share: ratio,
})

const attempts = fc.record({
  endpoint: ids,
  kind: fc.constantFrom('plain', 'hedge'),
  startedAfterMs: ms,
  durationMs: ms,
  firstTokenMs: optionally(ms),
  outcome: fc.constantFrom('answered', 'failed', 'cancelled'),
  failure: optionally(fc.constantFrom(...(Object.keys(failurePolicies) as FailureKind[]))),
  status: optionally(fc.integer({ min: 100, max: 599 })),
  retryAfterMs: optionally(ms),
  usage: optionally(usages),
  billing: fc.constantFrom('billed', 'assumed', 'free'),
  costNanoUsd: tokens,
})

const calls: fc.Arbitrary<TraceCall> = fc.record({
  type: fc.constant('call'),
  atMs: fc.double({ min: -1e9, max: 1e12, noNaN: true }).map(roundedMs),
  demand: demands,
  usdPerSecond: usd,
  prescribed: fc.boolean(),
  timeoutMs: fc.integer({ min: 1, max: 86_400_000 }),
  maxAttempts: fc.integer({ min: 1, max: 10 }),
  panic: fc.boolean(),
  candidates: fc.array(candidates, { maxLength: 5 }),
  moreCandidates: fc.nat(3),
  unavailable: fc.array(
    fc.record({ endpoint: ids, reason: fc.constant('rate-gate'), retryInMs: optionally(ms) }),
    { maxLength: 3 },
  ),
  exclusions: fc.array(fc.record({ endpoint: ids, rule: fc.constant('hold') }), { maxLength: 3 }),
  plan: fc.array(ids, { maxLength: 5 }),
  attempts: fc.array(attempts, { maxLength: 4 }),
  outcome: fc.constantFrom('answered', 'broken', 'failed', 'aborted'),
  reason: optionally(fc.constantFrom('busy', 'all-failed')),
  durationMs: ms,
  firstTokenMs: optionally(ms),
  usage: optionally(usages),
  costNanoUsd: tokens,
})

/** Modalities are told in one order. */
function told(record: TraceRecord): TraceRecord {
  if (record.type !== 'call') return record
  const order = ['text', 'image', 'audio', 'file', 'video'] as const
  const sorted = (list: readonly string[]) => order.filter((one) => list.includes(one))
  const { demand } = record
  return {
    ...record,
    demand: {
      ...demand,
      inputModalities: sorted(demand.inputModalities),
      outputModalities: sorted(demand.outputModalities),
    },
  }
}

const records: fc.Arbitrary<TraceRecord> = fc.oneof(
  calls,
  endpoints.map((endpoint) =>
    endpointRecordOf({ ...endpoint, quantization: endpoint.quantization ?? 'unknown' }),
  ),
  fc.nat(1_000).map((lines): TraceRecord => ({ type: 'dropped', lines })),
)

function textOf(list: readonly TraceRecord[]): string {
  return list.map((record) => `${traceLineOf(record)}\n`).join('')
}

const someCall = fc.sample(calls, { numRuns: 1, seed: 7 })[0] ?? expect.unreachable()
const callLine = traceLineOf(someCall)

function many<Item>(length: number, item: Item): readonly Item[] {
  return Array.from({ length }, () => item)
}

function faultOf(text: string): string {
  try {
    readAll(text)
  } catch (error) {
    if (error instanceof TraceError) return `${error.line}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('a trace', () => {
  test('whenever it is written and read again, in whatever pieces, is the same', () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.array(records, { maxLength: 6 }), pieces, (list, sizes) => {
        const text = textOf([header, ...list])
        const reader = new TraceReader()
        const read: TraceRecord[] = []
        for (let at = 0, i = 0; at < text.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1
          read.push(...reader.read(text.slice(at, at + size)))
          at += size
        }
        read.push(...reader.end())

        expect(read).toEqual([header, ...list.map(told)])
      }),
    )
  })

  test('keeps an infinite sharpness', () => {
    const infinite = { ...header, options: { ...header.options, sharpness: Infinity } }
    expect(readAll(textOf([infinite])).records).toEqual([infinite])
  })

  test('has no line beyond its bound, however many endpoints there are and however long their names', () => {
    const id = `${'p'.repeat(64)}/${'v'.repeat(64)}:${'m'.repeat(256)}`
    const [candidate] = fc.sample(candidates, { numRuns: 1, seed: 3 })
    const [attempt] = fc.sample(attempts, { numRuns: 1, seed: 3 })
    const { listed, planned } = traceBounds
    const largest: TraceCall = {
      ...someCall,
      candidates: many(listed + planned, { ...(candidate ?? expect.unreachable()), endpoint: id }),
      unavailable: many(listed, { endpoint: id, reason: 'breaker-open', retryInMs: 123_456.7 }),
      exclusions: many(listed, { endpoint: id, rule: 'output-modality' }),
      plan: many(planned, id),
      attempts: many(planned, { ...(attempt ?? expect.unreachable()), endpoint: id }),
    }

    expect(traceLineOf(largest).length).toBeLessThan(traceBounds.lineCharacters)
    expect(readAll(textOf([header, largest])).calls).toHaveLength(1)
  })
})

describe('a reader', () => {
  test('whenever the last line breaks off, reads what is before it and counts it', () => {
    const whole = textOf([header, someCall])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: callLine.length - 1 }), (length) => {
        const { calls: read, counts } = readAll(whole + callLine.slice(0, length))

        expect(read).toHaveLength(1)
        expect(counts.damaged).toBe(1)
      }),
    )
    expect(readAll(whole + callLine)).toMatchObject({ counts: { calls: 2, damaged: 0 } })
  })

  test('passes over a line that breaks off where another process went on', () => {
    const text = `${textOf([header, someCall])}${callLine.slice(0, 200)}\n\n${textOf([header, someCall])}`

    expect(readAll(text).counts).toMatchObject({ calls: 2, damaged: 1 })
  })

  test('never passes over a line that is damaged elsewhere', () => {
    const text = `${textOf([header])}${callLine.slice(0, 200)}\n${textOf([someCall])}`

    expect(faultOf(text)).toBe('2: is not valid JSON')
  })

  test('passes over fields, lines and words that later versions know', () => {
    const later = { ...JSON.parse(callLine), mood: 'fine', attempts: [{
      endpoint: 'alpha:author/model', startedAfterMs: 0, durationMs: 1, outcome: 'failed', failure: 'bored',
      billing: 'free', costNanoUsd: 0, mood: 1,
    }] } // prettier-ignore
    const text = [
      traceLineOf(header).replace('"1.0"', '"1.7"'),
      '{"type":"weather","sun":true}',
      JSON.stringify(later),
    ].join('\n')

    const { calls: read, counts } = readAll(text)

    expect(read[0]?.attempts).toMatchObject([{ failure: 'unknown' }])
    expect(counts).toMatchObject({ calls: 1, unknown: 1 })
  })

  test.each([
    ['', '1: the file is empty; a trace begins with a header'],
    ['what is this', '1: is not valid JSON'],
    [`${callLine}\n`, '1: a trace begins with a header, whose type is "header"'],
    ['[]\n', '1: a line must be an object, got []'],
    ['{}\n', '1: type is missing; it must be a text of 1..64 characters'],
    ['{"type":"header","format":"csv"}\n', '1: format must be one of nextbest-trace, got "csv"'],
    ['{"type":"header","format":"nextbest-trace","version":"2.0"}\n', '1: version must be 1.x, got "2.0"'],
  ])('of %j says %j', (text, fault) => {
    expect(faultOf(text)).toBe(fault)
  })

  const candidate = JSON.stringify(fc.sample(candidates, { numRuns: 1, seed: 1 })[0])
  test.each([
    [{ atMs: 'soon' }, 'atMs must be a number that is finite, got "soon"'],
    [{ atMs: null }, 'atMs must be a number that is finite, got null'],
    [{ durationMs: -1 }, 'durationMs must be a number of at least 0, got -1'],
    [{ outcome: undefined }, 'outcome is missing; it must be one of answered, broken, failed, aborted'],
    [{ maxAttempts: 11 }, 'maxAttempts must be a number in 1..10, got 11'],
    [{ prescribed: 1 }, 'prescribed must be true or false, got 1'],
    [{ plan: 'alpha' }, 'plan must be a list, got "alpha"'],
    [{ plan: [7] }, 'plan[0] must be a text of at most 512 characters, got 7'],
    [{ plan: Array(17).fill('a') }, 'plan must have at most 16 items, has 17'],
    [{ demand: 3 }, 'demand must be an object, got 3'],
    [
      { demand: { ...someCall.demand, choices: 0.5 } },
      'demand.choices must be a whole number of at least 1, got 0.5',
    ],
    [
      { demand: { ...someCall.demand, model: 'm'.repeat(600) } },
      `demand.model must be a text of 1..512 characters, got "${'m'.repeat(39)}…`,
    ],
    [
      { candidates: [JSON.parse(candidate), { ...JSON.parse(candidate), probability: 1.5 }] },
      'candidates[1].probability must be a number in 0..1, got 1.5',
    ],
  ])('of a call with %j says %j', (fields, fault) => {
    const line = JSON.stringify({ ...JSON.parse(callLine), ...fields })
    expect(faultOf(`${textOf([header])}${line}\n`)).toBe(`2: ${fault}`)
  })

  test('never holds more than a line of what it reads', () => {
    const reader = new TraceReader()
    reader.read(textOf([header]))

    expect(() => reader.read('x'.repeat(traceBounds.lineCharacters + 1))).toThrow(
      'a line must have at most 262144 characters',
    )
  })
})

test('the documentation names every field of every line', () => {
  const page = readFileSync(new URL('../../../../docs/traces.md', import.meta.url), 'utf8')
  const lines = fc.sample(records, { numRuns: 300, seed: 9 }).map((record) => traceLineOf(record))
  const fields = new Set<string>()
  for (const line of [traceLineOf(header), ...lines]) {
    JSON.parse(line, (field, value: unknown) => {
      if (field !== '' && !/^\d+$/.test(field)) fields.add(field)
      return value
    })
  }

  expect(fields.size).toBeGreaterThan(70)
  expect([...fields].filter((field) => !page.includes(`\`${field}\``))).toEqual([])
  for (const bound of Object.values(traceBounds).filter((value) => value !== traceBounds.described)) {
    expect(page).toContain(bound.toLocaleString('en'))
  }
})
