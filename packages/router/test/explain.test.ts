import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatRequests, fleets, routingPreferences } from '../../testkit/src/arbitraries/index.ts'
import { seededRandom } from '../../testkit/src/seeded-random.ts'
import { allParameters } from '@nextbest/core'
import type { ChatRequest, Endpoint, FailureEvidence, Modality } from '@nextbest/core'
import type { Route, UpstreamConfig } from '../src/index.ts'
import { callOf, virtualFleet } from './virtual-fleet.ts'
import type { Step, VirtualFleet } from './virtual-fleet.ts'

const usage = {
  promptTokens: 100,
  completionTokens: 20,
  cachedPromptTokens: 80,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
} as const

const failures = fc.constantFrom<FailureEvidence>(
  { type: 'status', status: 500, headers: {}, body: '' },
  { type: 'status', status: 500, headers: {}, body: '' },
  { type: 'status', status: 429, headers: { 'retry-after': '5' }, body: '' },
  { type: 'status', status: 401, headers: {}, body: '' },
  { type: 'network', code: 'ECONNRESET', message: '', phase: 'sent' },
  { type: 'in-band', error: { message: 'oops' }, committed: false },
)

/** What a provider does with an attempt. */
const answers: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.nat(400), fc.constantFrom('answers', 'answers', 'fails', 'breaks off'), failures)
  .map(([afterMs, kind, fails]): readonly Step[] => {
    if (kind === 'fails') return [{ afterMs, fails }]
    const end: Step =
      kind === 'answers' ? { afterMs: afterMs + 50, ends: usage } : { afterMs: afterMs + 50, fails }
    return [{ afterMs, text: 'some words' }, end]
  })

interface History {
  readonly fleet: readonly Endpoint[]
  readonly answers: readonly (readonly Step[])[]
  readonly calls: readonly { readonly request: ChatRequest; readonly thenMs: number }[]
  readonly seed: number
}

const requests: fc.Arbitrary<ChatRequest> = fc
  .tuple(chatRequests, fc.constantFrom('author/model', 'author/model', 'author/model:floor'))
  .map(([request, model]) => ({ ...request, model }))

const modalities = new Set<Modality>(['text', 'image', 'audio', 'file', 'video'])
const capabilities = {
  parameters: new Set<string>(allParameters),
  inputModalities: modalities,
  outputModalities: modalities,
}

/** Fleets of which most endpoints can serve most requests. */
const ableFleets = fleets
  .filter((fleet) => fleet.length > 0)
  .map((fleet) =>
    fleet.map((endpoint, i) =>
      i % 4 === 3
        ? endpoint
        : { ...endpoint, capabilities, limits: { contextTokens: 1_000_000 }, disabled: false },
    ),
  )

const wishes = fc.oneof(fc.constant({}), routingPreferences)

const histories: fc.Arbitrary<History> = fc.record({
  fleet: ableFleets,
  answers: fc.array(answers, { minLength: 1, maxLength: 12 }),
  calls: fc.array(fc.record({ request: requests, thenMs: fc.constantFrom(0, 100, 3_000, 60_000) }), {
    maxLength: 8,
  }),
  seed: fc.nat(),
})

/** A router with its past: the calls of a history, made one after the other. */
async function veteran({ fleet, answers, calls, seed }: History): Promise<VirtualFleet> {
  const providers = Map.groupBy(fleet, (endpoint) => endpoint.provider)
  const upstreams: UpstreamConfig[] = [...providers].map(([provider, models]) => ({
    provider,
    baseUrl: 'https://example.com',
    models,
  }))
  const answering = Object.fromEntries(
    [...providers.keys()].map((provider, i) => [
      provider,
      (attempt: number) => answers[(attempt * 7 + i * 5) % answers.length] ?? [],
    ]),
  )
  const one = virtualFleet({ upstreams, answering, random: seededRandom(seed), timeoutMs: 20_000 })
  for (const { request, thenMs } of calls) {
    await callOf(one, request)
    await one.clock.advanceAsync(thenMs)
  }
  return one
}

/** What a route says of the decision. */
function decided({ plan, ranked, unavailable, exclusions }: Route): object {
  return { plan, ranked, unavailable, exclusions }
}

describe('explain', () => {
  test('says what a live call with the same past and seed does: plan, index, probabilities, exclusions', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(histories, requests, wishes, async (history, request, preferences) => {
        const [asked, called] = [await veteran(history), await veteran(history)]
        const explained = asked.router.explain(request, { preferences })
        const { route } = await callOf(called, request, { preferences })
        if (route === undefined) return

        compared += 1
        expect(decided(route)).toEqual(decided(explained))
        expect(explained).toMatchObject({ attempts: [], durationMs: 0, costNanoUsd: 0 })
      }),
      { numRuns: 100 },
    )
    expect(compared).toBeGreaterThan(50)
  })

  test('invariant 55: of every endpoint, a route has the parts that its index recomputes from, or why it cannot serve', async () => {
    await fc.assert(
      fc.asyncProperty(histories, requests, wishes, async (history, request, preferences) => {
        const { router } = await veteran(history)
        const { ranked, unavailable, exclusions } = router.explain(request, { preferences })
        const ids = [...ranked, ...unavailable, ...exclusions].map((one) => one.endpoint)

        expect(ids.toSorted()).toEqual(history.fleet.map((endpoint) => endpoint.id).toSorted())
        for (const { indexUsd, parts } of ranked) {
          const { success, early, late, answerUsd, earlyFailureUsd, lateFailureUsd } = parts
          const costUsd = success * answerUsd + early * earlyFailureUsd + late * lateFailureUsd
          expect(Math.abs(costUsd / (1 - early) / indexUsd - 1)).toBeLessThanOrEqual(1e-9)
        }
      }),
      { numRuns: 50 },
    )
  })
})
