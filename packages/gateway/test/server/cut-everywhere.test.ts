import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ChatChunk, ChatCompletion } from '@nextbest/core'
import { createRouter } from 'nextbest'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  casesOf,
  type CutCase,
  cutCompletion,
  type CutReading,
  cutStreams,
  headCasesOf,
  isSentWhole,
  requestOf,
} from '../../../adapters/test/upstream/cut-answers.ts'
import {
  type CuttingProvider,
  startCuttingProvider,
} from '../../../adapters/test/upstream/cutting-provider.ts'
import { inFlight } from '../../../adapters/test/upstream/in-flight.ts'
import { isPrefixOf, readingOf } from '../../../adapters/test/upstream/reading.ts'
import { startGateway } from '../../src/server/start-gateway.ts'
import { type Answer, chatPath } from '../support/client.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/** Thousands of connections: on a busy machine they take their time. */
vi.setConfig({ testTimeout: 120_000 })

let provider: CuttingProvider

beforeAll(async () => {
  provider = await startCuttingProvider()
})

afterAll(async () => {
  agent.destroy()
  await provider.close()
})

/** Failures in a row that open no breaker yet. */
const casesPerEndpoint = 90

const modelOf = (index: number): string => `author/model-${Math.floor(index / casesPerEndpoint)}`

/**
 * Starts a gateway whose calls make one attempt each: what a client gets is what that came to. There are enough endpoints that
 * no breaker opens: the call would be held back.
 */
async function gatewayFor(cases: readonly CutCase[]): Promise<AsyncDisposable & { readonly url: string }> {
  const models = [...new Set(cases.map((_, index) => modelOf(index)))].map((model) => ({
    model,
    contextTokens: 8_000,
    price: { prompt: 1, completion: 1 },
  }))
  const { baseUrl } = provider
  const router = createRouter({
    upstreams: [{ provider: 'only', baseUrl, allowPrivateNetwork: true, models }],
    maxAttempts: 1,
    breaker: { consecutiveFailures: 100, failureRateBound: 1 },
  })
  const gateway = await startGateway({ router, port: 0 })
  return {
    url: gateway.url,
    async [Symbol.asyncDispose]() {
      await gateway.close({ drainMs: 0 })
      await router.close()
    },
  }
}

function post(url: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${chatPath}`, { method: 'POST', agent }, (response) => {
      text(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        reject,
      )
    })
    sent.once('error', reject)
    sent.end(JSON.stringify(body))
  })
}

type Event = ChatChunk & { readonly error?: object }

/** What a client is told of a call. */
interface Told {
  /** `whole`; `broken`, by an error after a part of the answer; `refused`, by an error and nothing else; or none of these. */
  readonly how: string
  readonly reading: CutReading
}

function toldByStream({ status, headers, text }: Answer): Told {
  if (headers['content-type'] !== 'text/event-stream; charset=utf-8') return toldByError(status, text)
  const events = text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'))
  const ended = events.at(-1) === 'data: [DONE]'
  const chunks = events
    .slice(0, ended ? -1 : undefined)
    .map((event) => JSON.parse(event.slice('data: '.length)) as Event)
  const errors = chunks.filter(({ error }) => error !== undefined)
  const reading = readingOf(chunks.filter(({ error }) => error === undefined))
  if (status !== 200 || new Set(chunks.map(({ id }) => id)).size !== 1)
    return { how: `status ${status}`, reading }
  if (ended) return { how: errors.length === 0 ? 'whole' : 'an end after an error', reading }
  if (errors.length !== 1 || chunks.at(-1)?.error === undefined)
    return { how: `${errors.length} errors`, reading }
  return { how: 'broken', reading }
}

function toldByAnswer({ status, text }: Answer): Told {
  if (status !== 200) return toldByError(status, text)
  return { how: 'whole', reading: readingOf([JSON.parse(text) as ChatCompletion]) }
}

function toldByError(status: number, text: string): Told {
  const { error, choices } = JSON.parse(text) as { readonly error?: object; readonly choices?: unknown }
  const refused = status >= 500 && error !== undefined && choices === undefined
  return { how: refused ? 'refused' : `status ${status}`, reading: {} }
}

interface Summary {
  /** The first of those that did not end as they should. */
  readonly wrong: readonly string[]
  readonly whole: number
  readonly cut: number
  /** Requests that reached the provider. */
  readonly requests: number
}

async function run(cases: readonly CutCase[], stream: boolean): Promise<Summary> {
  await using gateway = await gatewayFor(cases)
  const before = provider.requests
  const told = await inFlight([...cases.entries()], 16, async ([index, cut]) => {
    const answer = await post(gateway.url, { ...requestOf(cut), model: modelOf(index), stream })
    return { cut, ...(stream ? toldByStream(answer) : toldByAnswer(answer)) }
  })
  return {
    wrong: told
      .filter((one) => !isRight(one))
      .slice(0, 10)
      .map(written),
    whole: told.filter(({ how }) => how === 'whole').length,
    cut: told.filter(({ how }) => how !== 'whole').length,
    requests: provider.requests - before,
  }
}

function isRight({ cut, how, reading }: Told & { readonly cut: CutCase }): boolean {
  const { whole } = cut.answer
  if (how === 'whole') return isSentWhole(cut) && isPrefixOf(reading, whole) && isPrefixOf(whole, reading)
  if (isSentWhole(cut)) return false
  return how === 'refused' || (how === 'broken' && isPrefixOf(reading, whole))
}

function written({
  cut: { framing, how: end, sent },
  how,
  reading,
}: Told & { readonly cut: CutCase }): string {
  return `${framing} ${end} ${sent}: ${how} ${JSON.stringify(reading)}`
}

function expected(cases: readonly CutCase[]): Summary {
  const whole = cases.filter(isSentWhole).length
  return { wrong: [], whole, cut: cases.length - whole, requests: cases.length }
}

describe('a stream whose provider is cut at any byte is whole and has an end mark, or ends in one error:', () => {
  test.each(cutStreams)('$name', async (answer) => {
    const cases = casesOf(answer, ['chunked', 'unframed'])

    expect(await run(cases, true)).toEqual(expected(cases))
    expect(cases.length).toBeGreaterThan(4 * answer.body.length)
    expect(expected(cases).whole).toBeGreaterThan(4)
  })
})

describe('an answer in JSON whose provider is cut at any byte is whole or an error:', () => {
  test('sent as JSON', async () => {
    const cases = casesOf(cutCompletion, ['content-length', 'chunked', 'unframed'])

    expect(await run(cases, false)).toEqual(expected(cases))
    expect(expected(cases)).toMatchObject({ whole: 6, requests: cases.length })
    expect(cases.length).toBeGreaterThan(6 * cutCompletion.body.length)
  })

  test('sent as a stream', async () => {
    const cases = cutStreams.slice(4, 5).flatMap((answer) => casesOf(answer, ['chunked', 'unframed']))

    expect(await run(cases, false)).toEqual(expected(cases))
    expect(expected(cases).whole).toBeGreaterThan(4)
  })
})

test.each([true, false])('a response that is cut in its head is an error (streamed: %s)', async (stream) => {
  const cases = headCasesOf(cutCompletion, ['content-length', 'chunked'])

  expect(await run(cases, stream)).toEqual({ wrong: [], whole: 0, cut: cases.length, requests: cases.length })
  expect(cases.length).toBeGreaterThan(300)
})
