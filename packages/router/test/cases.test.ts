import type { FailureEvidence } from '@nextbest/core'
import { describe, expect, test } from 'vitest'
import type { Route, RoutingPolicy } from '../src/index.ts'
import { callOf, providerOf, virtualFleet } from './virtual-fleet.ts'
import type { Answering, Step, VirtualFleetOptions } from './virtual-fleet.ts'

const request = {
  model: 'author/model',
  messages: [{ role: 'user', content: 'a secret question' }],
  stream: true,
} as const

const usage = {
  promptTokens: 10,
  completionTokens: 4,
  cachedPromptTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
} as const

const serverError: FailureEvidence = { type: 'status', status: 500, headers: {}, body: '' }
const inBand: FailureEvidence = { type: 'in-band', error: { message: 'overheated' }, committed: false }

function answers(text: string, afterMs = 10): Answering {
  return () => [
    { afterMs, text },
    { afterMs: afterMs + 10, ends: usage },
  ]
}

function fails(fails: FailureEvidence, before: readonly Step[] = []): Answering {
  return () => [...before, { afterMs: 100, fails }]
}

/** Providers in the order of their prices, the cheapest first. */
function fleetOf(
  answering: Readonly<Record<string, Answering>>,
  options: Partial<VirtualFleetOptions> = {},
): ReturnType<typeof virtualFleet> {
  const upstreams = Object.keys(answering).map((provider, i) => providerOf(provider, 1 + i))
  return virtualFleet({ upstreams, answering, ...options })
}

function attemptsOf(route: Route | undefined): readonly string[] {
  return (route?.attempts ?? []).map(
    ({ endpoint, failure, outcome }) => `${endpoint.split(':')[0]} ${failure?.kind ?? outcome}`,
  )
}

/** A policy that guards nothing and leaves that to nobody else. */
const inGivenOrder: RoutingPolicy = {
  name: 'in the given order',
  order: (candidates) => ({ endpoints: candidates, guards: 'own' }),
}

describe('breaker and cooldown', () => {
  // case 5. A router's configuration does not change while it runs, so that no breaker has to outlive a change.
  test('an outcome counts for the breaker of the endpoint that was tried, and for no other', async () => {
    const fleet = fleetOf({ bad: fails(serverError), good: answers('fine') })
    for (let call = 0; call < 10; call += 1) await callOf(fleet, request)

    expect(fleet.router.status().map((one) => one.breaker)).toEqual(['open', 'closed'])
    expect(fleet.sent).toEqual({ bad: 5, good: 10 })
  })

  // case 6
  test('a call that a full queue turned away is busy: no attempt was made, and nobody is blamed', async () => {
    const { models = [], ...upstream } = providerOf('only', 1)
    const limited = { ...upstream, models: models.map((model) => ({ ...model, requestsPerMinute: 1 })) }
    const fleet = fleetOf({ only: answers('fine') }, { upstreams: [limited], queuesFull: true })
    await callOf(fleet, request)
    const before = fleet.router.status()
    const { error, route } = await callOf(fleet, request, { timeoutMs: 120_000 })

    expect(error).toMatchObject({ kind: 'busy', status: 429 })
    expect(route?.attempts).toEqual([])
    expect(fleet.router.status()[0]?.breaker).toBe('closed')
    expect(fleet.router.status()[0]?.signals.successRate).toBe(before[0]?.signals.successRate)
  })

  // case 8
  test('an endpoint whose key was rejected is out', async () => {
    const rejected: FailureEvidence = { type: 'status', status: 401, headers: {}, body: '' }
    const fleet = fleetOf({ bad: fails(rejected), good: answers('fine') })
    await callOf(fleet, request)

    expect(fleet.router.explain(request)).toMatchObject({
      plan: ['good:author/model'],
      exclusions: [{ endpoint: 'bad:author/model', rule: 'hold' }],
    })
  })

  test('invariant 34: a rejected key keeps out every model of its account, and the same models under another key stay', async () => {
    const rejected: FailureEvidence = { type: 'status', status: 402, headers: {}, body: '' }
    const account = (provider: string): ReturnType<typeof providerOf> => {
      const models = [providerOf(provider, 1), providerOf(provider, 1, 'author/other')].flatMap(
        (one) => one.models ?? [],
      )
      return { ...providerOf(provider, 1), apiKey: `key of ${provider}`, models }
    }
    const answering = { spent: fails(rejected), paid: answers('fine') }
    const fleet = virtualFleet({ upstreams: [account('spent'), account('paid')], answering })
    await callOf(fleet, request)

    for (const model of ['author/model', 'author/other']) {
      const { plan, exclusions } = fleet.router.explain({ ...request, model })
      expect(plan).toEqual([`paid:${model}`])
      expect(exclusions).toMatchObject([{ endpoint: `spent:${model}`, rule: 'hold' }])
    }
  })

  test.each([undefined, inGivenOrder])(
    'a call under way never fails over to an endpoint that has been held since',
    async (policy) => {
      const rejected: FailureEvidence = { type: 'status', status: 401, headers: {}, body: '' }
      const slow: Answering = () => [{ afterMs: 5_000, fails: serverError }]
      const answering = { slow, rejecting: fails(rejected) }
      const fleet = fleetOf(answering, policy === undefined ? {} : { policy })

      const preferences = { order: ['slow', 'rejecting'] }
      const failed = expect(
        fleet.router.chat({ ...request, stream: false }, { preferences }),
      ).rejects.toMatchObject({ kind: 'all-failed' })
      await callOf(fleet, request, { preferences: { only: ['rejecting'] } })
      const before = fleet.sent['rejecting']
      await fleet.clock.advanceAsync(60_000)
      await failed

      expect(before).toBe(1)
      expect(fleet.sent['rejecting']).toBe(before)
    },
  )
})

describe('fallback and streams', () => {
  // case 21
  test('an error in the first event of a stream is never seen: the next endpoint answers, once', async () => {
    const fleet = fleetOf({ bad: fails(inBand), good: answers('all of it') })
    const { text, error } = await callOf(fleet, request)

    expect([text, error]).toEqual(['all of it', undefined])
    expect(fleet.sent).toEqual({ bad: 1, good: 1 })
  })

  // case 22
  test('a provider that stays silent is left for the next when its first token is overdue', async () => {
    const fleet = fleetOf({ silent: () => [], good: answers('fine') })
    const { text, route } = await callOf(fleet, request)

    expect(text).toBe('fine')
    expect(attemptsOf(route)).toEqual(['silent first-token-timeout', 'good answered'])
    expect(route?.attempts[1]?.startedAfterMs).toBeGreaterThanOrEqual(3_000)
  })

  // case 22
  test('an answer that goes silent is cut, never completed', async () => {
    const fleet = fleetOf({ silent: () => [{ afterMs: 10, text: 'half' }], good: answers('fine') })
    const { text, error, route } = await callOf(fleet, request)

    expect([text, error?.kind]).toEqual(['half', 'answer-broken'])
    expect(attemptsOf(route)).toEqual(['silent stalled'])
  })

  // case 23
  test('the time for a first token is none for the second, and the deadline ends an answer that is too long', async () => {
    const slow: Answering = () => [
      { afterMs: 10, text: 'one ' },
      ...Array.from({ length: 9 }, (_, i) => ({ afterMs: 4_500 * (i + 1), text: 'more ' })),
      { afterMs: 45_000, ends: usage },
    ]
    const fleet = fleetOf({ slow })

    expect((await callOf(fleet, request)).error).toBeUndefined()
    const cut = await callOf(fleet, request, { timeoutMs: 20_000 })
    expect(attemptsOf(cut.route)).toEqual(['slow deadline-exceeded'])
    expect(cut.error?.kind).toBe('answer-broken')
  })

  test('an answer that is far longer than was asked for is taken for endless: it is cut, and the provider is left', async () => {
    const endless: Answering = () =>
      Array.from({ length: 100 }, (_, i) => ({ afterMs: 10 + i, text: 'x'.repeat(10_000) }))
    const fleet = fleetOf({ endless, good: answers('fine') })
    const { text, error, route } = await callOf(fleet, { ...request, max_tokens: 16 })

    // A whole 32,832 tokens of 16 characters, and the piece that was too much.
    expect(text.length).toBe(530_000)
    expect(error?.kind).toBe('answer-broken')
    expect(attemptsOf(route)).toEqual(['endless malformed-response'])
  })

  // case 24
  test('an error after part of the answer ends the call with an error, and no other answer is put behind it', async () => {
    const fleet = fleetOf({ bad: fails(inBand, [{ afterMs: 10, text: 'half' }]), good: answers('all of it') })
    const { text, error } = await callOf(fleet, request)

    expect([text, error?.kind]).toEqual(['half', 'answer-broken'])
    expect(fleet.sent).toEqual({ bad: 1 })
  })

  // case 26
  test('a 200 without content goes to the next endpoint', async () => {
    const fleet = fleetOf({ empty: fails({ type: 'empty' }), good: answers('fine') })
    const { text, route } = await callOf(fleet, request)

    expect(text).toBe('fine')
    expect(attemptsOf(route)).toEqual(['empty empty-response', 'good answered'])
  })

  test('when nobody has more to say, an answer without content is the answer, streamed or not', async () => {
    for (const stream of [true, false]) {
      const fleet = fleetOf({ empty: fails({ type: 'empty' }), bad: fails(serverError) })
      const { text, error, route } = await callOf(fleet, { ...request, stream })

      expect([text, error]).toEqual(['', undefined])
      expect(attemptsOf(route)).toEqual(['empty empty-response', 'bad server-error'])
      expect(route?.endpoint).toBe(route?.attempts[0]?.endpoint)
    }
  })

  // case 16, case 27. Others return the first failure or the last; here the error lists them all.
  test('when all fail, there is one error that names each attempt, and the route has every one', async () => {
    const fleet = fleetOf({ one: fails(serverError), two: fails(inBand), three: answers('fine') })
    const { error, route } = await callOf(fleet, request, { maxAttempts: 2 })

    expect(error?.kind).toBe('all-failed')
    expect(error?.message).toMatch(/one:.*two:/)
    expect(attemptsOf(route)).toEqual(['one server-error', 'two server-error'])
  })

  // case 28
  test('a caller that goes away brings no fallback on, and no blame', async () => {
    const fleet = fleetOf({ slow: answers('late', 2_000), good: answers('fine') })
    const errors: unknown[] = []
    const ignored = { onChunk: () => undefined, onEnd: () => undefined, onReply: () => undefined }
    const call = fleet.router.pipe(request, { ...ignored, onError: (error) => errors.push(error.kind) })
    const before = fleet.router.status()[0]?.signals.successRate
    fleet.clock.advance(500)
    call.cancel()
    fleet.clock.advance(60_000)

    expect(errors).toEqual(['aborted'])
    expect(fleet.sent).toEqual({ slow: 1 })
    expect(fleet.router.status()[0]).toMatchObject({
      breaker: 'closed',
      signals: { successRate: before, inFlight: 0 },
    })
  })

  // case 29
  test.each([
    ['before its first token', [], 'all-failed'],
    ['after its first token', [{ afterMs: 10, text: 'half' }], 'answer-broken'],
  ] as const)('without fallbacks one endpoint is tried, though it fails %s', async (_, before, kind) => {
    const fleet = fleetOf({ bad: fails(inBand, before), good: answers('fine') })
    const { error } = await callOf(fleet, request, { preferences: { allowFallbacks: false } })

    expect(error?.kind).toBe(kind)
    expect(fleet.sent).toEqual({ bad: 1 })
  })
})

describe('selection and limits', () => {
  // case 38
  test('the same input leaves the same trace but for its id, and there is no key and nothing of the prompt in it', async () => {
    const made = [0, 0.9].map((draw) => {
      const upstreams = ['bad', 'good'].map((name, i) => ({ ...providerOf(name, 1 + i), apiKey: 'key-4711' }))
      let drawn = 0
      // The first number is for the pick, all others are for the id.
      const random = (): number => (drawn++ === 0 ? 0 : draw)
      return fleetOf({ bad: fails(serverError), good: answers('fine') }, { upstreams, random })
    })
    const routes: (Route | undefined)[] = []
    for (const fleet of made) routes.push((await callOf(fleet, request)).route)
    const [one, other] = routes

    expect(one?.callId).not.toBe(other?.callId)
    expect({ ...one, callId: '' }).toEqual({ ...other, callId: '' })
    const told = JSON.stringify([routes, made.map(({ events }) => events)])
    for (const secret of ['key-4711', 'secret question']) expect(told).not.toContain(secret)
    expect(one?.plan).toContain(one?.endpoint)
  })
})
