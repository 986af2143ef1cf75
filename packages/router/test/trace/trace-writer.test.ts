import type { ChatRequest } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests } from '../../../testkit/src/arbitraries/index.ts'
import type { AttemptScript } from '../../../testkit/src/simulator/attempt-script.ts'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { callRecordOf } from '../../src/trace/call-record.ts'
import { traceRecorder } from '../../src/trace/index.ts'
import { readAll } from './read-all.ts'
import { answer, cut, model, recordedRouter, refusal } from './recorded-router.ts'
import type { CallEnd, RecordedRouter } from './recorded-router.ts'

const request: ChatRequest = { model, messages: [{ role: 'user', content: 'What is it?' }], stream: true }

/** What a provider may do with an attempt. */
const fates = fc.constantFrom<AttemptScript>(
  answer(5),
  answer(40, { ttftMs: 900, msPerToken: 25 }),
  refusal(500),
  refusal(429, { headers: { 'retry-after': '3' } }),
  refusal(401),
  refusal(400, { body: '{"error":{"message":"no","type":"invalid_request_error","param":"temperature"}}' }),
  cut(400),
  [],
)

async function run(recorded: RecordedRouter): Promise<RecordedRouter> {
  await recorded.clock.advanceAsync(120_000)
  return recorded
}

async function endOfOneCall(): Promise<CallEnd> {
  const recorded = recordedRouter({ one: { arrive: () => answer(3) } })
  recorded.call(request)
  await recorded.clock.advanceAsync(10_000)
  const [end] = recorded.ends
  if (end === undefined) throw new Error('the call has not ended')
  return end
}

describe('a recorded router', () => {
  test('whenever calls end, however they do, reads back as what its events said', async () => {
    const attempts = fc.array(fates, { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        fc.record({ one: attempts, two: attempts, three: attempts }),
        fc.integer(),
        async (fated, seed) => {
          const arriveOf = (scripts: readonly AttemptScript[]) => {
            let next = 0
            return { arrive: () => scripts[next++ % scripts.length] ?? [] }
          }
          const recorded = recordedRouter(
            { one: arriveOf(fated.one), two: arriveOf(fated.two), three: arriveOf(fated.three) },
            { random: seededRandom(seed), timeoutMs: 60_000 },
          )
          for (let i = 0; i < 8; i += 1) {
            recorded.call({ ...request, stream: i % 3 > 0, max_tokens: 50 })
            await recorded.clock.advanceAsync(700)
          }
          await run(recorded)

          const { calls, counts } = readAll(recorded.text())
          expect(calls).toEqual(recorded.ends.map((end) => callRecordOf(endedOf(end))))
          expect(counts).toMatchObject({ calls: 8, damaged: 0, dropped: 0 })
          for (const [i, call] of calls.entries()) agrees(call, recorded.ends[i])
        },
      ),
      { numRuns: 40 },
    )
  })

  test('states what the decision saw: index, price and the probability of being first', async () => {
    const recorded = recordedRouter({ one: { arrive: () => refusal(500) }, two: { arrive: () => answer(7) } })
    const plan = recorded.router.explain(request)
    recorded.call(request)
    await run(recorded)

    const [call] = readAll(recorded.text()).calls
    expect(call?.candidates.map((one) => one.endpoint)).toEqual([`one:${model}`, `two:${model}`])
    expect(call?.plan).toEqual(plan.plan)
    for (const [i, candidate] of (call?.candidates ?? []).entries()) {
      const ranked = plan.ranked[i]
      expect(candidate.probability).toBeCloseTo(ranked?.probability ?? -1, 7)
      expect(candidate.answerUsd).toBeCloseTo(ranked?.parts.answerUsd ?? -1, 9)
      expect(candidate.priceUsd).toBeGreaterThan(0)
      expect(candidate.priceUsd).toBeLessThan(candidate.answerUsd)
    }
    expect(call?.attempts).toMatchObject([
      { endpoint: `one:${model}`, outcome: 'failed', failure: 'server-error', status: 500, durationMs: 50 },
      { endpoint: `two:${model}`, outcome: 'answered', startedAfterMs: 50, firstTokenMs: 200 },
    ])
    expect(call).toMatchObject({ outcome: 'answered', firstTokenMs: 250, usage: { completionTokens: 7 } })
  })

  test('names the rule of an exclusion, and says that a caller prescribed the order', async () => {
    const recorded = recordedRouter({
      small: { arrive: () => answer(1), model: { contextTokens: 20 } },
      large: { arrive: () => answer(1) },
    })
    recorded.call({ ...request, max_tokens: 30 }, { preferences: { order: ['large'], objective: 'fastest' } })
    await run(recorded)

    expect(readAll(recorded.text()).calls).toMatchObject([
      {
        prescribed: true,
        usdPerSecond: 0.01,
        exclusions: [{ endpoint: `small:${model}`, rule: 'context-window' }],
        demand: { maxOutputTokens: 30, parameters: ['max_tokens'], stream: true },
      },
    ])
  })

  test('whenever requests, answers and errors carry marked secrets, has none of them in its trace', async () => {
    const secret = 'CANARY'
    let said = false
    const says = JSON.stringify({ error: { message: secret, code: secret, type: secret, param: secret } })
    const scripts = [
      answer(3, { text: secret }),
      refusal(400, { body: says }),
      refusal(500, { body: says, headers: { 'x-request-id': secret } }),
      refusal(401, { body: says }),
    ]
    await fc.assert(
      fc.asyncProperty(chatRequests, fc.integer({ min: 0, max: 3 }), async (drawn, first) => {
        let next = first
        const arrive = (): AttemptScript => scripts[next++ % scripts.length] ?? []
        const recorded = recordedRouter({ one: { arrive }, two: { arrive } }, { timeoutMs: 5_000 })
        for (let i = 0; i < 3; i += 1) recorded.call(marked(drawn, secret))
        await run(recorded)

        said ||= JSON.stringify(recorded.ends).includes(secret)
        expect(recorded.ends).toHaveLength(3)
        expect(readAll(recorded.text()).calls).toHaveLength(3)
        expect(recorded.text()).not.toContain(secret)
      }),
      { numRuns: 100 },
    )
    // It was there to be written.
    expect(said).toBe(true)
  })
})

/** What is in an event, as the record takes it. */
function endedOf({ route, facts }: CallEnd): Parameters<typeof callRecordOf>[0] {
  if (facts === undefined) throw new Error('a router states the facts of its calls')
  return { route, facts }
}

function agrees(call: ReturnType<typeof readAll>['calls'][number], end: CallEnd | undefined): void {
  const { route } = endedOf(end ?? expect.unreachable())
  expect(call.plan).toEqual(route.plan)
  expect(call.costNanoUsd).toBe(route.costNanoUsd)
  expect(call.usage).toEqual(route.usage)
  expect(call.durationMs).toBeCloseTo(route.durationMs, 0)
  expect(call.candidates.map((one) => one.endpoint)).toEqual(route.ranked.map((one) => one.endpoint))
  expect(call.attempts.map((one) => [one.endpoint, one.outcome, one.failure, one.costNanoUsd])).toEqual(
    route.attempts.map((one) => [one.endpoint, one.outcome, one.failure?.kind, one.costNanoUsd]),
  )
  expect(call.candidates.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(
    route.ranked.length === 0 ? 0 : 1,
    6,
  )
}

/** The request with the mark in every text that a caller writes. The model is known to the router, and types are OpenAI's. */
function marked(request: ChatRequest, secret: string): ChatRequest {
  const fixed = new Set([
    'model',
    'role',
    'type',
    'detail',
    'format',
    'tool_choice',
    'modalities',
    'reasoning_effort',
  ])
  const mark = (value: unknown, key: string): unknown => {
    if (fixed.has(key) && typeof value !== 'object') return value
    if (key === 'modalities') return value
    if (typeof value === 'string') return `${secret}${value}`
    if (Array.isArray(value)) return value.map((item) => mark(item, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner, name)]))
  }
  const { response_format, ...others } = request
  return {
    ...(mark(others, '') as ChatRequest),
    model,
    ...(response_format !== undefined && { response_format }),
    user: secret,
    session_id: secret,
    prompt_cache_key: secret,
    metadata: { [secret]: secret },
    [secret]: secret,
  }
}

describe('a trace recorder', () => {
  test('writes lines that end together as one text, and none out of order', async () => {
    const end = await endOfOneCall()
    const written: string[] = []
    let release: (() => void) | undefined
    const recorder = traceRecorder({
      write: (text) => {
        written.push(text)
        return new Promise((resolve) => {
          release = resolve
        })
      },
    })

    for (let i = 0; i < 5; i += 1) recorder(end)
    expect(written).toHaveLength(1)
    release?.()
    await Promise.resolve()
    await Promise.resolve()
    release?.()
    await recorder.flush()

    expect(written.map((text) => readLines(text).length)).toEqual([3, 4])
    expect(readAll(written.join('')).counts).toMatchObject({ calls: 5, dropped: 0 })
    expect(recorder.counts).toEqual({ written: 5, dropped: 0 })
  })

  test('whenever its file is too slow, keeps what waits within its bound, and tells how many calls are missing', async () => {
    const end = await endOfOneCall()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 2, max: 60 }),
        async (bound, calls) => {
          const written: string[] = []
          const releases: (() => void)[] = []
          const recorder = traceRecorder({
            maxWaitingCharacters: bound,
            write: (text) => {
              written.push(text)
              return new Promise((resolve) => void releases.push(resolve))
            },
          })
          recorder(end)
          for (let i = 1; i < calls; i += 1) recorder(end)
          for (let release = releases.shift(); release !== undefined; release = releases.shift()) {
            release()
            await new Promise(setImmediate)
          }
          await recorder.flush()

          const text = written.join('')
          const longest = Math.max(bound, written[0]?.length ?? 0)
          for (const one of written) expect(one.length).toBeLessThanOrEqual(longest + 40)
          expect(recorder.counts.written + recorder.counts.dropped).toBe(calls)
          expect(readAll(text).counts).toMatchObject({
            calls: recorder.counts.written,
            dropped: recorder.counts.dropped,
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  test('never throws, and after a text that was written in part begins anew', async () => {
    const end = await endOfOneCall()
    let file = ''
    let writes = 0
    const recorder = traceRecorder({
      write: (text) => {
        writes += 1
        if (writes === 3) throw new Error('no space left')
        file += writes === 2 ? text.slice(0, 100) : text
        return writes === 2 ? Promise.reject(new Error('no space left')) : undefined
      },
    })

    recorder(end)
    recorder(end)
    await recorder.flush()
    recorder(end)
    recorder(end)
    await recorder.flush()

    expect(recorder.counts).toEqual({ written: 2, dropped: 2 })
    const { records, counts } = readAll(file)
    expect(counts).toMatchObject({ calls: 2, damaged: 1, dropped: 2 })
    expect(records.map((record) => record.type)).toEqual([
      'header', 'endpoint', 'call', 'header', 'endpoint', 'call', 'dropped',
    ]) // prettier-ignore
  })

  test('says why an attempt was made, where it is not the plain one', async () => {
    const end = await endOfOneCall()
    const written: string[] = []
    const recorder = traceRecorder({ write: (text) => void written.push(text) })
    const [attempt] = end.route.attempts
    if (attempt === undefined) throw new Error('there is an attempt')

    recorder({ ...end, route: { ...end.route, attempts: [attempt, { ...attempt, kind: 'hedge' }] } })

    expect(readAll(written.join('')).calls[0]?.attempts.map(({ kind }) => kind)).toEqual(['plain', 'hedge'])
  })

  test('drops a call whose numbers are none, and one that is told without its facts it leaves alone', async () => {
    const end = await endOfOneCall()
    const written: string[] = []
    const recorder = traceRecorder({ write: (text) => void written.push(text) })

    recorder({ ...end, route: { ...end.route, durationMs: Number.NaN } })
    const { facts, ...without } = end
    recorder(without)
    recorder({ type: 'call-start', callId: end.callId, model, promptTokens: 1 })

    expect(facts).toBeDefined()
    expect(written).toEqual([])
    expect(recorder.counts).toEqual({ written: 0, dropped: 1 })
  })

  test('refuses a bound that is none', () => {
    expect(() => traceRecorder({ write: () => undefined, maxWaitingCharacters: -3 })).toThrow(
      new RangeError('maxWaitingCharacters must be in 0..1073741824, got -3'),
    )
  })
})

function readLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}
