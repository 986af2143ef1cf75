import { describe, expect, test } from 'vitest'
import type { PolicyEvent, RoutingPolicy } from '../src/index.ts'
import { model, request, scriptedFleet } from './scripted-fleet.ts'
import { callOf, providerOf, virtualFleet } from './virtual-fleet.ts'

describe('what providers say of themselves', () => {
  test('limits in headers move first picks away before a refusal comes', async () => {
    const nearly = { 'x-ratelimit-limit-requests': '100', 'x-ratelimit-remaining-requests': '6' }
    await using fleet = await scriptedFleet({ one: { behaviour: { headers: nearly } }, two: {} })
    const probability = (): number | undefined =>
      fleet.router.explain(request).ranked.find((one) => one.endpoint.startsWith('one:'))?.probability

    const before = probability()
    await fleet.router.chat(request)
    const after = probability()

    expect(before).toBeGreaterThan(0.9)
    expect(after).toBeLessThan(before ?? 0)
  })

  test('a parameter that was refused sends further requests with it elsewhere, and others not', async () => {
    const refusal = {
      error: { message: "Unsupported parameter: 'tools'", code: 'unsupported_parameter', param: 'tools' },
    }
    await using fleet = await scriptedFleet({
      one: { behaviour: { status: 400, errorBody: refusal } },
      two: {},
    })
    const withTools = { ...request, tools: [{ type: 'function', function: { name: 'f' } }] } as const

    const reply = await fleet.router.chat(withTools)

    expect(reply.route.endpoint).toBe(`two:${model}`)
    expect(fleet.router.explain(withTools).exclusions).toEqual([
      {
        endpoint: `one:${model}`,
        rule: 'learned-parameters',
        reason: 'the request uses tools, which it has refused of late',
      },
    ])
    expect(fleet.router.explain(request).exclusions).toEqual([])
  })

  test('a caller whose text a refusal echoes keeps others away for a minute, and once an answer has disproved it not at all', async () => {
    const body = '{"error":{"message":"Unknown parameter: max_tokens","code":"unsupported_parameter"}}'
    const refused = [{ afterMs: 10, fails: { type: 'status', status: 400, headers: {}, body } as const }]
    const answered = [{ afterMs: 10, text: 'Yes.' }, { afterMs: 10, ends: undefined }] // prettier-ignore
    const fleet = virtualFleet({
      upstreams: [providerOf('one', 1), providerOf('two', 5)],
      answering: { one: (attempt) => (attempt === 2 ? answered : refused), two: () => answered },
    })
    const bounded = { model: 'author/model', messages: request.messages, max_tokens: 5 } as const
    const lacking = () => fleet.router.explain(bounded).exclusions.map((exclusion) => exclusion.endpoint)

    await callOf(fleet, bounded)
    expect(lacking()).toEqual(['one:author/model'])
    await fleet.clock.advanceAsync(60_000)
    expect((await callOf(fleet, bounded)).route?.endpoint).toBe('one:author/model')

    expect((await callOf(fleet, bounded)).route?.endpoint).toBe('two:author/model')
    expect(lacking()).toEqual([])
  })
})

test('a policy hears of every attempt, and may keep endpoints away itself', async () => {
  const heard: PolicyEvent[] = []
  const policy: RoutingPolicy = {
    name: 'as configured',
    order: (candidates) => ({
      endpoints: candidates.toSorted((a, b) => (a.known.endpoint.id < b.known.endpoint.id ? -1 : 1)),
    }),
    observe: (event) => heard.push(event),
  }
  await using fleet = await scriptedFleet({ one: { behaviour: { status: 500 } }, two: {} }, { policy })

  await fleet.router.chat(request)

  expect(heard.map((event) => [event.type, event.endpoint.provider])).toEqual([
    ['attempt-started', 'one'],
    ['attempt-ended', 'one'],
    ['attempt-started', 'two'],
    ['attempt-ended', 'two'],
  ])
  expect(heard[1]).toMatchObject({ outcome: 'early', failure: { kind: 'server-error', status: 500 } })
})
