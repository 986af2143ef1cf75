import { describe, expect, test } from 'vitest'
import { attemptsOf, failureOf, read } from './outcomes.ts'
import { model, request, scriptedFleet } from './scripted-fleet.ts'
import { createVirtualClock } from '../../testkit/src/virtual-clock.ts'

const failing = { behaviour: { status: 500 } }

describe('invariant 19: load does not multiply when everything fails', () => {
  /** Breakers that stay closed: only the allowance is at work. */
  const patient = { breaker: { consecutiveFailures: 100, minimumSamples: 1_000 } }

  test('calls go from three attempts to one each, and back when something answers', async () => {
    await using fleet = await scriptedFleet({ one: failing, two: failing, three: failing }, patient)
    const counts: number[] = []
    for (let i = 0; i < 8; i++) {
      counts.push((await failureOf(fleet.router.chat(request))).route?.attempts.length ?? 0)
    }

    expect(counts).toEqual([3, 3, 3, 3, 1, 1, 1, 1])
    fleet.upstreams['one']?.setBehaviour({})
    for (let i = 0; i < 20; i++) await fleet.router.chat(request)
    fleet.upstreams['one']?.setBehaviour({ status: 500 })
    expect((await failureOf(fleet.router.chat(request))).route?.attempts).toHaveLength(3)
  })

  test('failures that are the request’s own take nothing from the calls of others', async () => {
    const tooLarge = { behaviour: { status: 413 } }
    await using fleet = await scriptedFleet({ one: tooLarge, two: tooLarge }, patient)
    for (let i = 0; i < 20; i++) await failureOf(fleet.router.chat(request))

    expect((await failureOf(fleet.router.chat(request))).route?.attempts).toHaveLength(2)
  })

  test('once every breaker is open, most calls are held back, and say so', async () => {
    await using fleet = await scriptedFleet({ one: failing, two: failing })
    let last = await failureOf(fleet.router.chat(request))
    for (let i = 0; i < 30 && last.code !== 'all_endpoints_failing'; i++)
      last = await failureOf(fleet.router.chat(request))

    expect(last).toMatchObject({ kind: 'busy', status: 503, code: 'all_endpoints_failing' })
    expect(last.route?.attempts).toEqual([])
    const received = Object.values(fleet.upstreams).map((upstream) => upstream.received.length)
    await failureOf(fleet.router.chat(request))
    expect(Object.values(fleet.upstreams).map((upstream) => upstream.received.length)).toEqual(received)
  })
})

describe('a call for which every endpoint is gated', () => {
  function busy(seconds: string): { readonly behaviour: object } {
    return { behaviour: { status: 429, headers: { 'retry-after': seconds } } }
  }

  test('fails at once with the smallest delay when waiting does not fit its deadline', async () => {
    await using fleet = await scriptedFleet({ one: busy('30'), two: busy('20'), three: busy('25') })
    await failureOf(fleet.router.chat(request))

    const error = await failureOf(fleet.router.chat(request, { timeoutMs: 5_000 }))

    expect(error).toMatchObject({ kind: 'busy', status: 429 })
    expect(error.retryAfterMs).toBeGreaterThan(19_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(20_000)
  })

  test('waits for the one that opens first when that fits', async () => {
    const first = { status: 429, headers: { 'retry-after-ms': '150' } }
    await using fleet = await scriptedFleet({
      one: busy('30'),
      two: { behaviour: ({ index }) => (index === 0 ? first : { text: 'open again' }) },
    })
    await failureOf(fleet.router.chat(request))

    const reply = await fleet.router.chat(request)

    expect(reply.text).toBe('open again')
    expect(attemptsOf(reply.route)).toEqual(['two answered'])
  })
})

describe('a caller that stops reading', () => {
  test('is not taken for a stalled endpoint, however long it pauses', async () => {
    const clock = createVirtualClock()
    await using fleet = await scriptedFleet(
      { only: { behaviour: { outputTokens: 20, tokensPerSecond: 200 } } },
      { runtime: { clock, random: () => 0 } },
    )
    const over = Promise.withResolvers<string>()
    let chunks = 0
    const handle = fleet.router.pipe(
      { ...request, stream: true },
      {
        onChunk() {
          chunks += 1
          if (chunks !== 3) return
          handle.pause()
          clock.advance(60_000)
          handle.resume()
        },
        onEnd: () => over.resolve('whole'),
        onReply: () => over.resolve('reply'),
        onError: (error) => over.resolve(error.message),
      },
    )

    expect(await over.promise).toBe('whole')
    expect(chunks).toBeGreaterThanOrEqual(20)
  })
})

describe('invariant 53: the cost of a call is that of its attempts', () => {
  const text = 'one two three four five six'
  const behaviours = [
    {},
    { text },
    { status: 500 },
    { status: 429 },
    { status: 413 },
    { text, cutAfterTokens: 0 },
    { text, cutAfterTokens: 3 },
    { text, usage: 'missing' },
    { emptyAnswer: true },
    { reset: 'before-headers' },
    { text, errorAfterTokens: 2 },
  ] as const

  test.each(
    behaviours.flatMap((one) =>
      behaviours.map((other) => [JSON.stringify(one), JSON.stringify(other), one, other] as const),
    ),
  )('whenever endpoints behave as %s and %s', async (_one, _other, one, other) => {
    await using fleet = await scriptedFleet({ one: { behaviour: one }, two: { behaviour: other } })
    const stream = fleet.router.stream(request, { continueBroken: true, holdBackTokens: 1 })
    await read(stream)
    const { attempts, costNanoUsd } = await stream.route

    expect(costNanoUsd).toBe(attempts.reduce((sum, attempt) => sum + attempt.costNanoUsd, 0))
    for (const { billing, costNanoUsd: cost } of attempts) {
      expect(['billed', 'assumed', 'free']).toContain(billing)
      expect(cost === 0).toBe(billing === 'free')
    }
    const received = Object.values(fleet.upstreams).reduce((sum, { received }) => sum + received.length, 0)
    expect(attempts).toHaveLength(received)
  })

  test('is nothing for an attempt that was given up while it waited for a connection', async () => {
    await using fleet = await scriptedFleet({
      one: { behaviour: { hang: 'before-headers' }, maxConnections: 1 },
      two: {},
    })
    const hanging = fleet.router.chat(request, { timeoutMs: 2_000 })

    const { route } = await fleet.router.chat(request, { timeoutMs: 1_000 })

    expect(route.attempts).toMatchObject([
      { endpoint: `one:${model}`, failure: { kind: 'first-token-timeout' }, billing: 'free', costNanoUsd: 0 },
      { endpoint: `two:${model}`, outcome: 'answered' },
    ])
    expect((await hanging).route.attempts[0]).toMatchObject({ endpoint: `one:${model}`, billing: 'assumed' })
    expect(fleet.upstreams['one']?.received).toHaveLength(1)
  })
})
