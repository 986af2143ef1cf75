import { describe, expect, test } from 'vitest'
import { createRouter } from '../src/index.ts'
import { attemptsOf, failureOf, read } from './outcomes.ts'
import { model, request, scriptedFleet } from './scripted-fleet.ts'

describe('chat', () => {
  test('answers from the best endpoint, with usage, cost and route', async () => {
    await using fleet = await scriptedFleet({ cheap: { behaviour: { text: 'forty two' } }, dear: {} })

    const reply = await fleet.router.chat(request)

    expect(reply.text).toBe('forty two')
    expect(reply.usage).toMatchObject({ completionTokens: 2, source: 'reported' })
    expect(reply.route).toMatchObject({
      endpoint: `cheap:${model}`,
      provider: 'cheap',
      plan: [`cheap:${model}`, `dear:${model}`],
    })
    expect(reply.route.attempts).toMatchObject([{ number: 1, outcome: 'answered', billing: 'billed' }])
    expect(reply.route.costNanoUsd).toBe(reply.usage.promptTokens * 1_000 + 2 * 2_000)
    expect(fleet.upstreams['dear']?.received).toHaveLength(0)
  })

  test.each([
    ['a 500', { status: 500 }, 'server-error'],
    ['a 429', { status: 429, headers: { 'retry-after': '7' } }, 'rate-limited'],
    ['a reset', { reset: 'before-headers' }, 'connection-lost'],
    ['a truncated body', { cutAfterTokens: 2 }, 'incomplete-answer'],
    ['malformed JSON', { malformedJson: true }, 'malformed-response'],
    ['an empty answer', { emptyAnswer: true }, 'empty-response'],
    ['a rejected key', { status: 401 }, 'credential-rejected'],
  ] as const)('fails over when the best endpoint answers with %s', async (_, behaviour, kind) => {
    await using fleet = await scriptedFleet({ bad: { behaviour }, good: { behaviour: { text: 'fine' } } })

    const reply = await fleet.router.chat(request)

    expect(reply.text).toBe('fine')
    expect(attemptsOf(reply.route)).toEqual([`bad ${kind}`, 'good answered'])
  })

  test('fails over when nothing listens at the address', async () => {
    await using fleet = await scriptedFleet({ bad: {}, good: { behaviour: { text: 'fine' } } })
    await fleet.upstreams['bad']?.close()

    const reply = await fleet.router.chat(request)

    expect(attemptsOf(reply.route)).toEqual(['bad unreachable', 'good answered'])
    expect(reply.route.attempts[0]).toMatchObject({ billing: 'free', costNanoUsd: 0 })
  })

  test.each([true, false])(
    'tries every endpoint although the deadline is short, when each fails at once (stream: %s)',
    async (stream) => {
      await using fleet = await scriptedFleet({ one: {}, two: {}, three: {} })
      await Promise.all(Object.values(fleet.upstreams).map((upstream) => upstream.close()))

      const call = stream
        ? read(fleet.router.stream(request, { timeoutMs: 1_000 })).then(({ error }) => Promise.reject(error))
        : fleet.router.chat(request, { timeoutMs: 1_000 })

      expect(attemptsOf((await failureOf(call)).route)).toEqual([
        'one unreachable',
        'two unreachable',
        'three unreachable',
      ])
    },
  )

  test('names every attempt when all fail, and says what the provider said of waiting', async () => {
    const behaviour = { status: 429, headers: { 'retry-after': '3' } }
    await using fleet = await scriptedFleet({ one: { behaviour }, two: { behaviour } })

    const error = await failureOf(fleet.router.chat(request))

    expect(error).toMatchObject({ kind: 'all-failed', status: 429, retryAfterMs: 3_000 })
    expect(error.message).toMatch(/^all 2 attempts failed: one:.*; two:/)
    expect(attemptsOf(error.route)).toEqual(['one rate-limited', 'two rate-limited'])
  })

  test('stops at once when the request is at fault', async () => {
    const errorBody = {
      error: {
        message: 'temperature is too hot',
        type: 'invalid_request_error',
        code: null,
        param: 'temperature',
      },
    }
    await using fleet = await scriptedFleet({ strict: { behaviour: { status: 400, errorBody } }, other: {} })

    const error = await failureOf(fleet.router.chat(request))

    expect(error).toMatchObject({ kind: 'refused', status: 400 })
    expect(fleet.upstreams['other']?.received).toHaveLength(0)
  })

  test('ends by its deadline when every endpoint hangs', async () => {
    const behaviour = { hang: 'before-headers' } as const
    await using fleet = await scriptedFleet({ one: { behaviour }, two: { behaviour } })

    const error = await failureOf(fleet.router.chat(request, { timeoutMs: 300 }))

    expect(error.kind).toBe('deadline-exceeded')
    expect(error.route?.attempts.length).toBeGreaterThanOrEqual(1)
    await Promise.all(Object.values(fleet.upstreams).map((upstream) => upstream.whenIdle()))
  })

  test('ends as aborted when its signal fires, and the upstream sees the connection close', async () => {
    await using fleet = await scriptedFleet({ slow: { behaviour: { hang: 'before-headers' } } })
    const controller = new AbortController()

    const reply = failureOf(fleet.router.chat(request, { signal: controller.signal }))
    await expect.poll(() => fleet.upstreams['slow']?.received.length).toBe(1)
    controller.abort()

    expect(await reply).toMatchObject({ kind: 'aborted', status: 499 })
    await fleet.upstreams['slow']?.whenIdle()
    expect(fleet.upstreams['slow']?.received).toMatchObject([{ outcome: 'client-closed' }])
  })

  test('sends nothing when its signal has fired already', async () => {
    await using fleet = await scriptedFleet({ only: {} })

    const error = await failureOf(fleet.router.chat(request, { signal: AbortSignal.abort() }))

    expect(error.kind).toBe('aborted')
    expect(fleet.upstreams['only']?.received).toHaveLength(0)
  })

  test('holds every endpoint of an account whose key was rejected, and says so to the next call', async () => {
    await using fleet = await scriptedFleet({ bad: { behaviour: { status: 401 } }, good: {} })

    await fleet.router.chat(request)
    const next = await fleet.router.chat(request)

    expect(next.route.exclusions).toMatchObject([{ endpoint: `bad:${model}`, rule: 'hold' }])
    expect(fleet.upstreams['bad']?.received).toHaveLength(1)
  })

  test('leaves a rate-limited endpoint alone until its time is over', async () => {
    await using fleet = await scriptedFleet({
      busy: { behaviour: { status: 429, headers: { 'retry-after': '60' } } },
      free: {},
    })

    await fleet.router.chat(request)
    const next = await fleet.router.chat(request)

    expect(next.route.unavailable).toMatchObject([{ endpoint: `busy:${model}`, reason: 'rate-gate' }])
    expect(fleet.upstreams['busy']?.received).toHaveLength(1)
  })

  test('waits for a busy endpoint when it is the only one, and is answered', async () => {
    await using fleet = await scriptedFleet({
      only: { behaviour: { latencyMs: 100, text: 'done' }, model: { maxConcurrent: 1 } },
    })

    const replies = await Promise.all([fleet.router.chat(request), fleet.router.chat(request)])

    expect(replies.map((reply) => reply.text)).toEqual(['done', 'done'])
    expect(fleet.upstreams['only']?.counters.completed).toBe(2)
  })

  test('fails at once as busy when waiting is not allowed', async () => {
    await using fleet = await scriptedFleet(
      { only: { behaviour: { hang: 'before-headers' }, model: { maxConcurrent: 1 } } },
      { maxWaitMs: 0 },
    )
    const controller = new AbortController()
    const first = failureOf(fleet.router.chat(request, { signal: controller.signal }))

    const second = await failureOf(fleet.router.chat(request))

    expect(second).toMatchObject({ kind: 'busy', status: 429 })
    controller.abort()
    await first
  })
})

describe('an ineligible endpoint', () => {
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }]

  test('is never sent a prompt that its window does not hold', async () => {
    await using fleet = await scriptedFleet({ small: { model: { contextTokens: 1_000 } }, large: {} })
    const long = { model, messages: [{ role: 'user', content: 'word '.repeat(3_000) }] } as const

    const reply = await fleet.router.chat(long)

    expect(reply.route.endpoint).toBe(`large:${model}`)
    expect(reply.route.exclusions).toMatchObject([{ endpoint: `small:${model}`, rule: 'context-window' }])
    expect(fleet.upstreams['small']?.received).toHaveLength(0)
  })

  test('is never sent tools that it does not take', async () => {
    await using fleet = await scriptedFleet({ plain: { model: { parameters: ['max_tokens'] } }, able: {} })

    const reply = await fleet.router.chat({ ...request, tools })

    expect(reply.route.endpoint).toBe(`able:${model}`)
    expect(reply.route.exclusions).toMatchObject([{ endpoint: `plain:${model}`, rule: 'parameters' }])
  })

  test('is named with its reason when none is left', async () => {
    await using fleet = await scriptedFleet({
      plain: { model: { parameters: ['max_tokens'] } },
      small: { model: { contextTokens: 20, parameters: [] } },
    })

    const error = await failureOf(fleet.router.chat({ ...request, tools }))

    expect(error).toMatchObject({ kind: 'no-endpoint', status: 404, code: 'no_endpoint_available' })
    expect(error.message).toContain(`plain:${model}: `)
    expect(error.message).toContain(`small:${model}: `)
  })
})

describe('stream', () => {
  test('delivers the chunks of one endpoint in order, and the route at the end', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { text: 'one two three' } } })

    const stream = fleet.router.stream(request)
    const { text, error } = await read(stream)

    expect(error).toBeUndefined()
    expect(text).toBe('one two three')
    expect(await stream.route).toMatchObject({
      endpoint: `only:${model}`,
      attempts: [{ outcome: 'answered' }],
    })
  })

  test.each([
    ['cut', { cutAfterTokens: 0 }],
    ['an in-band error', { errorAfterTokens: 0 }],
    ['a reset', { reset: 'after-headers' }],
  ] as const)('fails over silently on %s before the first content', async (_, behaviour) => {
    await using fleet = await scriptedFleet({
      bad: { behaviour },
      good: { behaviour: { text: 'all of it' } },
    })

    const stream = fleet.router.stream(request)

    expect(await read(stream)).toMatchObject({ text: 'all of it', error: undefined })
    expect((await stream.route).attempts).toHaveLength(2)
  })

  test('ends with an error, and no other endpoint, when the answer is cut after content', async () => {
    await using fleet = await scriptedFleet({
      bad: { behaviour: { text: 'one two three four', cutAfterTokens: 2 } },
      good: {},
    })

    const { text, error } = await read(fleet.router.stream(request))

    expect(text.trim()).toBe('one two')
    expect(error).toMatchObject({ kind: 'answer-broken' })
    expect(fleet.upstreams['good']?.received).toHaveLength(0)
  })

  test('cancels the upstream when its reader breaks off', async () => {
    await using fleet = await scriptedFleet({
      only: { behaviour: { outputTokens: 10_000, tokensPerSecond: 2_000 } },
    })

    const stream = fleet.router.stream(request)
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break
    }

    expect((await stream.route).attempts).toMatchObject([{ outcome: 'cancelled' }])
    await fleet.upstreams['only']?.whenIdle()
    expect(fleet.upstreams['only']?.received).toMatchObject([{ outcome: 'client-closed' }])
  })

  test('pauses the upstream while its reader is slow, and loses nothing', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { outputTokens: 3_000 } } })

    const stream = fleet.router.stream(request)
    let words = 0
    for await (const chunk of stream) {
      if (words % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
      words += chunk.choices[0]?.delta.content === undefined ? 0 : 1
    }

    expect(words).toBeGreaterThanOrEqual(3_000)
  })
})

describe('explain', () => {
  test('decides as the next call will, and sends nothing', async () => {
    await using fleet = await scriptedFleet({ cheap: {}, dear: {}, held: { model: { contextTokens: 10 } } })

    const route = fleet.router.explain(request)

    expect(Object.values(fleet.upstreams).map((upstream) => upstream.received.length)).toEqual([0, 0, 0])
    const reply = await fleet.router.chat(request)
    expect(reply.route).toMatchObject({ plan: route.plan, exclusions: route.exclusions })
    expect(reply.route.ranked.map((one) => one.endpoint)).toEqual(route.ranked.map((one) => one.endpoint))
  })

  test('shows index parts that make the index', async () => {
    await using fleet = await scriptedFleet({ cheap: {}, dear: {} })

    for (const { indexUsd, parts } of fleet.router.explain(request).ranked) {
      const { success, early, late, answerUsd, earlyFailureUsd, lateFailureUsd } = parts
      expect(
        (success * answerUsd + early * earlyFailureUsd + late * lateFailureUsd) / (1 - early),
      ).toBeCloseTo(indexUsd, 12)
    }
  })
})

describe('a router', () => {
  test('refuses a model that nobody offers, naming those that are', async () => {
    await using fleet = await scriptedFleet({ only: {} })

    const error = await failureOf(fleet.router.chat({ ...request, model: 'nobody/knows' }))

    expect(error).toMatchObject({ kind: 'model-unknown', status: 404, field: 'model' })
    expect(error.message).toContain(model)
  })

  test('refuses an invalid request by naming the field, never the prompt', async () => {
    await using fleet = await scriptedFleet({ only: {} })

    const error = await failureOf(
      fleet.router.chat({
        ...request,
        messages: [{ role: 'user', content: 'secret words' }],
        temperature: 9,
      }),
    )

    expect(error).toMatchObject({ kind: 'invalid-request', status: 400, field: 'temperature' })
    expect(error.message).not.toContain('secret')
  })

  test('refuses wrong options by naming option, bound and value', () => {
    expect(() => createRouter({ upstreams: [] })).toThrow(/^upstreams: /)
    const upstreams = [
      {
        provider: 'a',
        baseUrl: 'https://a.example/v1',
        models: [{ model, contextTokens: 1_000, price: { prompt: 1, completion: 1 } }],
      },
    ]
    expect(() => createRouter({ upstreams, maxAttempts: 0 })).toThrow(/^maxAttempts: .*1 to 10.*0/)
    expect(() => createRouter({ upstreams: [...upstreams, ...upstreams] })).toThrow(
      /provider "a" is listed twice/,
    )
    expect(() => createRouter({ upstreams: [{ provider: 'b', baseUrl: 'https://b.example/v1' }] })).toThrow(
      /"b" serves nothing/,
    )
  })

  test('takes a sort from the suffix of the model', async () => {
    await using fleet = await scriptedFleet({ cheap: {}, dear: {} })

    expect(fleet.router.explain({ ...request, model: `${model}:floor` }).plan[0]).toBe(`cheap:${model}`)
  })

  test('tells what happens in order, and nothing of keys or prompts', async () => {
    await using fleet = await scriptedFleet({ bad: { behaviour: { status: 500 } }, good: {} })

    await fleet.router.chat(request)

    expect(fleet.events.map((event) => event.type)).toEqual([
      'call-start',
      'attempt-start',
      'attempt-end',
      'attempt-start',
      'attempt-end',
      'call-end',
    ])
    expect(JSON.stringify(fleet.events)).not.toContain('meaning of life')
  })

  test('leaves nothing in flight when its observer cancels a call between two attempts', async () => {
    const controller = new AbortController()
    await using fleet = await scriptedFleet(
      { bad: { behaviour: { status: 500 } }, good: { model: { maxConcurrent: 1 } } },
      { onEvent: (event) => (event.type === 'attempt-end' ? controller.abort() : undefined) },
    )

    const error = await failureOf(fleet.router.chat(request, { signal: controller.signal }))

    expect(error.kind).toBe('aborted')
    expect(fleet.router.status().map((one) => one.signals.inFlight)).toEqual([0, 0])
    expect((await fleet.router.chat(request)).route.endpoint).toBe(`good:${model}`)
  })

  test('refuses calls once it is closed', async () => {
    const fleet = await scriptedFleet({ only: {} })
    await fleet[Symbol.asyncDispose]()

    expect((await failureOf(fleet.router.chat(request))).kind).toBe('closed')
  })

  test('lets calls under way finish within the time that close allows', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 100, text: 'done' } } })

    const reply = fleet.router.chat(request)
    await fleet.router.close({ timeoutMs: 5_000 })

    expect((await reply).text).toBe('done')
  })
})
