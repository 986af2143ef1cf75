import { allParameters } from '@nextbest/core'
import type { ToolCall } from '@nextbest/core'
import { describe, expect, test } from 'vitest'
import type { Behaviour } from '../../testkit/src/scripted-upstream/index.ts'
import type { Route } from '../src/index.ts'
import { attemptsOf, read } from './outcomes.ts'
import { request, scriptedFleet } from './scripted-fleet.ts'
import type { ScriptedFleet } from './scripted-fleet.ts'

const text = 'one two three four five six'
const cut = { text, cutAfterTokens: 2 }
const wanted = { continueBroken: true }

function pair(bad: Behaviour, good: Behaviour): Promise<ScriptedFleet> {
  return scriptedFleet({ bad: { behaviour: bad }, good: { behaviour: good } })
}

describe('an endpoint that goes on from a given beginning', () => {
  const native = { text: 'three four five six' }

  test('is asked for the rest, and gives only that', async () => {
    await using fleet = await scriptedFleet({
      bad: { behaviour: cut },
      other: { behaviour: { text: 'another answer' } },
      good: { behaviour: native, model: { continuesNatively: true } },
    })

    const stream = fleet.router.stream(request, wanted)
    const result = await read(stream)

    expect(result).toMatchObject({ text, error: undefined })
    expect(fleet.upstreams['good']?.received[0]?.body).toMatchObject({
      messages: [...request.messages, { role: 'assistant', content: 'one two ' }],
    })
    expect(fleet.upstreams['other']?.received).toHaveLength(0)
    expect((await stream.route).attempts).toMatchObject([{ kind: 'plain' }, { kind: 'continuation' }])
  })

  test('leaves the answer broken when it refuses the beginning', async () => {
    await using fleet = await scriptedFleet({
      bad: { behaviour: cut },
      good: { behaviour: { status: 400 }, model: { continuesNatively: true } },
    })

    expect(await read(fleet.router.stream(request, wanted))).toMatchObject({
      text: 'one two ',
      error: { kind: 'answer-broken' },
    })
  })
})

describe('a stream that breaks off', () => {
  test.each([
    ['is cut', cut],
    ['brings an error', { text, errorAfterTokens: 2 }],
    ['ends without a finish reason', { text, endAfterTokens: 2 }],
    ['is reset', { text, reset: { afterTokens: 2 } }],
  ])('is whole for its reader when it %s and another endpoint says the same', async (_, behaviour) => {
    await using fleet = await pair(behaviour, { text })

    const stream = fleet.router.stream(request, wanted)
    const result = await read(stream)

    expect(result).toMatchObject({ text, error: undefined })
    expect(result.chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? [])).toEqual(['stop'])
    expect(await stream.route).toMatchObject({
      continuedAt: 'one two '.length,
      continuedFrom: 'bad',
      provider: 'good',
      attempts: [{ kind: 'plain' }, { kind: 'restart', outcome: 'answered' }],
    })
  })

  test.each([1, 2, 3, 4, 100])(
    'is whole also when the other one cuts its chunks by %i',
    async (chunkTokens) => {
      await using fleet = await pair(cut, { text, chunkTokens })

      expect(await read(fleet.router.stream(request, wanted))).toMatchObject({ text, error: undefined })
    },
  )

  test('is whole when the delivered text was all there is', async () => {
    await using fleet = await pair({ text, cutAfterTokens: 6 }, { text })

    const result = await read(fleet.router.stream(request, wanted))

    expect(result).toMatchObject({ text, error: undefined })
    expect(result.chunks.at(-1)?.choices[0]?.finish_reason ?? 'stop').toBe('stop')
  })

  test('stays broken when the other endpoint says something else, and shows nothing of that', async () => {
    await using fleet = await pair(cut, { text: 'one too many' })

    const result = await read(fleet.router.stream(request, wanted))

    expect(result).toMatchObject({ text: 'one two ', error: { kind: 'answer-broken' } })
    const { route } = result.error as { route: { attempts: unknown; continuedAt?: number } }
    expect(route.attempts).toMatchObject([
      { outcome: 'failed' },
      { kind: 'restart', outcome: 'cancelled', billing: 'assumed' },
    ])
    expect(route.continuedAt).toBeUndefined()
    await fleet.upstreams['good']?.whenIdle()
  })

  test.each([
    ['says less', { text: 'one' }],
    ['fails', { status: 500 }],
    ['breaks off too', { text, cutAfterTokens: 1 }],
    ['calls a tool', { text: 'one ', toolCalls: [toolCall()] }],
  ])('stays broken when the other endpoint %s', async (_, behaviour) => {
    await using fleet = await pair(cut, behaviour)

    expect(await read(fleet.router.stream(request, wanted))).toMatchObject({
      text: 'one two ',
      error: { kind: 'answer-broken' },
    })
  })

  test('is gone on with once only', async () => {
    await using fleet = await scriptedFleet({
      bad: { behaviour: cut },
      worse: { behaviour: { text, cutAfterTokens: 4 } },
      good: { behaviour: { text } },
    })

    const result = await read(fleet.router.stream(request, wanted))

    expect(result).toMatchObject({ text: 'one two three four ', error: { kind: 'answer-broken' } })
    expect(fleet.upstreams['good']?.received).toHaveLength(0)
  })

  test('is not gone on with unless the caller wants that', async () => {
    await using fleet = await pair(cut, { text })

    const result = await read(fleet.router.stream(request))

    expect(result).toMatchObject({ text: 'one two ', error: { kind: 'answer-broken' } })
    expect(fleet.upstreams['good']?.received).toHaveLength(0)
  })

  test.each([
    ['a tool call', { text: 'so ', toolCalls: [toolCall()], cutAfterTokens: 3 }, {}],
    ['reasoning', { reasoning: 'let me think', text, cutAfterTokens: 4 }, {}],
    ['structured output', cut, { response_format: { type: 'json_object' } }],
    ['log probabilities', cut, { logprobs: true }],
    ['several choices', cut, { n: 2 }],
  ] as const)('is never gone on with inside %s', async (_, behaviour, fields) => {
    const model = { parameters: allParameters }
    await using fleet = await scriptedFleet({ bad: { behaviour, model }, good: { model } })

    const result = await read(fleet.router.stream({ ...request, ...fields }, wanted))

    expect(result.error).toMatchObject({ kind: 'answer-broken' })
    expect(fleet.upstreams['good']?.received).toHaveLength(0)
  })

  test('accounts for both attempts', async () => {
    await using fleet = await pair(cut, { text })

    const route = await routeOf(fleet)

    expect(attemptsOf(route)).toEqual(['bad incomplete-answer', 'good answered'])
    expect(route.usage).toMatchObject({ completionTokens: 6 })
    expect(route.attempts.map((attempt) => attempt.billing)).toEqual(['assumed', 'billed'])
    expect(route.costNanoUsd).toBe(route.attempts.reduce((sum, one) => sum + one.costNanoUsd, 0))
  })
})

async function routeOf({ router }: ScriptedFleet): Promise<Route> {
  const stream = router.stream(request, wanted)
  await read(stream)
  return stream.route
}

function toolCall(): ToolCall {
  return { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"the sky"}' } }
}

describe('the ranking of a call that may be gone on with', () => {
  const streamed = { ...request, stream: true }

  function costOfBreaking({ router }: ScriptedFleet, options: object): number {
    const parts = router
      .explain(streamed, options)
      .ranked.find(({ endpoint }) => endpoint.startsWith('bad'))?.parts
    return parts === undefined ? Number.NaN : parts.lateFailureUsd - parts.answerUsd
  }

  test('counts a second answer instead of the penalty, the more of them have come whole', async () => {
    await using fleet = await pair(cut, { text })
    expect(costOfBreaking(fleet, wanted)).toBeCloseTo(0.01, 9)
    await read(fleet.router.stream(request, wanted))

    expect(costOfBreaking(fleet, {})).toBeCloseTo(0.01, 9)
    const once = costOfBreaking(fleet, wanted)
    expect(once).toBeLessThan(0.007)
    await read(fleet.router.stream(request, wanted))
    expect(costOfBreaking(fleet, wanted)).toBeLessThan(once)
  })

  test('counts the penalty while none has come whole', async () => {
    await using fleet = await pair(cut, { text: 'one too many' })
    await read(fleet.router.stream(request, wanted))

    expect(costOfBreaking(fleet, wanted)).toBeCloseTo(0.01, 9)
  })
})
