import { setImmediate as turn } from 'node:timers/promises'
import { type ChatChunk, type ChatCompletion, defineEndpoint } from '@nextbest/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { createUpstream } from '../../src/upstream/create-upstream.ts'
import type { Upstream } from '../../src/upstream/upstream.ts'
import {
  casesOf,
  type CutCase,
  cutCompletion,
  type CutReading,
  cutStreams,
  headCasesOf,
  isSentWhole,
  requestOf,
} from './cut-answers.ts'
import { type CuttingProvider, startCuttingProvider } from './cutting-provider.ts'
import { inFlight } from './in-flight.ts'
import { isPrefixOf, readingOf } from './reading.ts'

const endpoint = defineEndpoint({
  provider: 'test',
  model: 'author/model',
  contextTokens: 8_000,
  price: { prompt: 1, completion: 1 },
})

/** Thousands of connections: on a busy machine they take their time. */
vi.setConfig({ testTimeout: 120_000 })

let provider: CuttingProvider
let upstream: Upstream

beforeAll(async () => {
  provider = await startCuttingProvider()
  upstream = createUpstream({
    provider: 'test',
    adapter: openAiChat(),
    baseUrl: provider.baseUrl,
    endpoints: [endpoint],
    allowPrivateNetwork: true,
    random: () => 0.5,
    nowMs: () => performance.now(),
  })
})

afterAll(async () => {
  await upstream.close()
  await provider.close()
})

/** What an attempt came to. */
interface Outcome {
  readonly cut: CutCase
  /** How it ended, as often as its listener heard so. */
  readonly ends: readonly string[]
  readonly reading: CutReading
}

async function attempt(cut: CutCase, stream: boolean): Promise<Outcome> {
  const heard: (ChatChunk | ChatCompletion)[] = []
  const ends: string[] = []
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const end = (how: string): void => {
    ends.push(how)
    resolve()
  }
  upstream.send(
    { endpoint, request: requestOf(cut), stream },
    {
      onPart: ({ chunk }) => heard.push(chunk),
      onAnswer: (completion) => {
        heard.push(completion)
        end('whole')
      },
      onEnd: () => end('whole'),
      onFailure: ({ type }) => end(type),
    },
  )
  await over
  await turn()
  return { cut, ends, reading: readingOf(heard) }
}

/** What came of many cases. */
interface Summary {
  /** The first of those that did not end as they should. */
  readonly wrong: readonly string[]
  readonly whole: number
  readonly failed: number
  readonly requests: number
}

async function run(cases: readonly CutCase[], stream: boolean): Promise<Summary> {
  const before = provider.requests
  const outcomes = await inFlight(cases, 16, (cut) => attempt(cut, stream))
  return {
    wrong: outcomes
      .filter((outcome) => !isRight(outcome))
      .slice(0, 10)
      .map(written),
    whole: outcomes.filter(({ ends }) => ends[0] === 'whole').length,
    failed: outcomes.filter(({ ends }) => ends[0] !== 'whole').length,
    requests: provider.requests - before,
  }
}

/** One end, which is the right one; nothing told that is not in the answer, and all of it when it is whole. */
function isRight({ cut, ends, reading }: Outcome): boolean {
  const { whole } = cut.answer
  if (ends.length !== 1 || !isPrefixOf(reading, whole)) return false
  if (ends[0] !== 'whole') return !isSentWhole(cut)
  return isSentWhole(cut) && isPrefixOf(whole, reading)
}

function written({ cut: { framing, how, sent }, ends, reading }: Outcome): string {
  return `${framing} ${how} ${sent}: ${ends.join(', ')} ${JSON.stringify(reading)}`
}

function expected(cases: readonly CutCase[]): Summary {
  const whole = cases.filter(isSentWhole).length
  return { wrong: [], whole, failed: cases.length - whole, requests: cases.length }
}

describe('a stream that is cut at any byte is whole by its finish reasons, or one failure:', () => {
  test.each(cutStreams)('$name', async (answer) => {
    const cases = casesOf(answer, ['chunked', 'unframed'])

    expect(await run(cases, true)).toEqual(expected(cases))
    expect(cases.length).toBeGreaterThan(4 * answer.body.length)
    // Some are whole although not all of them came, and most are not.
    expect(expected(cases).whole).toBeGreaterThan(4)
    expect(expected(cases).failed).toBeGreaterThan(2 * answer.body.length)
  })

  test('the same where JSON was asked for', async () => {
    const cases = cutStreams.slice(0, 1).flatMap((answer) => casesOf(answer, ['chunked', 'unframed']))

    expect(await run(cases, false)).toEqual(expected(cases))
  })
})

describe('an answer in JSON that is cut at any byte is whole by its framing, or one failure:', () => {
  const cases = casesOf(cutCompletion, ['content-length', 'chunked', 'unframed'])

  test.each([
    ['where it was asked for', false],
    ['where a stream was asked for', true],
  ])('%s', async (_name, stream) => {
    expect(await run(cases, stream)).toEqual(expected(cases))
    expect(expected(cases)).toMatchObject({ whole: 6, requests: cases.length })
    expect(cases.length).toBeGreaterThan(6 * cutCompletion.body.length)
  })
})

test('a response that is cut at any byte of its head is one failure', async () => {
  const cases = [
    ...headCasesOf(cutCompletion, ['content-length', 'chunked', 'unframed']),
    ...cutStreams.slice(0, 1).flatMap((answer) => headCasesOf(answer, ['chunked', 'unframed'])),
  ]
  const summary = await run(cases, true)

  expect(summary).toEqual({ wrong: [], whole: 0, failed: cases.length, requests: cases.length })
  expect(cases.length).toBeGreaterThan(600)
})
