import { describe, expect, test } from 'vitest'
import { createRouter } from '../src/index.ts'
import type { ChatStream } from '../src/index.ts'
import { attemptsOf, failureOf, read } from './outcomes.ts'
import { model, request, scriptedFleet } from './scripted-fleet.ts'

const keyed = { idempotencyKey: 'tenant-1 order-7' }

/** Reads until so much text has come, and leaves the rest. */
async function beginningOf(
  iterator: AsyncIterator<{
    readonly choices: readonly { readonly delta: { readonly content?: string | null } }[]
  }>,
  words: number,
): Promise<string> {
  let text = ''
  while (text.split(' ').length <= words) {
    const { value, done } = await iterator.next()
    if (done === true) break
    text += value.choices[0]?.delta.content ?? ''
  }
  return text
}

describe('invariant 54: a call with the key of one under way is never sent a second time', () => {
  test('two whole answers are one: the same reply, and one request upstream', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 50, text: 'once' } } })

    const [one, other] = await Promise.all([
      fleet.router.chat(request, keyed),
      fleet.router.chat(request, keyed),
    ])

    expect(other).toBe(one)
    expect(fleet.upstreams['only']?.received).toHaveLength(1)
  })

  test('a stream that joins later hears everything from the first chunk on', async () => {
    await using fleet = await scriptedFleet({
      only: { behaviour: { outputTokens: 40, tokensPerSecond: 200 } },
    })

    const first = fleet.router.stream(request, keyed)
    const iterator = first[Symbol.asyncIterator]()
    const beginning = await beginningOf(iterator, 5)
    const second = await read(fleet.router.stream(request, keyed))
    let whole = beginning
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      whole += next.value.choices[0]?.delta.content ?? ''

    expect(second).toMatchObject({ text: whole, error: undefined })
    expect(fleet.upstreams['only']?.received).toHaveLength(1)
  })

  test('both hear of the same failure', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { status: 401 } } })

    const [one, other] = await Promise.all([
      failureOf(fleet.router.chat(request, keyed)),
      failureOf(fleet.router.chat(request, keyed)),
    ])

    expect(other).toBe(one)
    expect(fleet.upstreams['only']?.received).toHaveLength(1)
  })

  test('a caller who is gone already sends nothing, and joins nothing', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 20, text: 'stay' } } })
    const gone = { ...keyed, signal: AbortSignal.abort() }

    expect((await failureOf(fleet.router.chat(request, gone))).kind).toBe('aborted')
    expect(fleet.upstreams['only']?.received).toHaveLength(0)
    const staying = fleet.router.chat(request, keyed)
    expect((await failureOf(fleet.router.chat(request, gone))).kind).toBe('aborted')
    expect((await staying).text).toBe('stay')
  })

  test('once it is over, the key begins another call', async () => {
    await using fleet = await scriptedFleet({ only: {} })

    await fleet.router.chat(request, keyed)
    await fleet.router.chat(request, keyed)

    expect(fleet.upstreams['only']?.received).toHaveLength(2)
  })

  test('another key, or none, is another call', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 20 } } })

    await Promise.all([
      fleet.router.chat(request, keyed),
      fleet.router.chat(request, { idempotencyKey: 'other' }),
      fleet.router.chat(request),
    ])

    expect(fleet.upstreams['only']?.received).toHaveLength(3)
  })
})

describe('one of several callers of a call', () => {
  test('may go away: the others are answered', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 100, text: 'stay' } } })
    const controller = new AbortController()

    const leaving = failureOf(fleet.router.chat(request, { ...keyed, signal: controller.signal }))
    const staying = fleet.router.chat(request, keyed)
    controller.abort()

    expect(await leaving).toMatchObject({ kind: 'aborted', status: 499 })
    expect((await staying).text).toBe('stay')
  })

  test('cancels the call when it is the last to go', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { hang: 'before-headers' } } })
    const one = new AbortController()
    const other = new AbortController()
    const calls = [one, other].map(({ signal }) =>
      failureOf(fleet.router.chat(request, { ...keyed, signal })),
    )
    await expect.poll(() => fleet.upstreams['only']?.received.length).toBe(1)

    one.abort()
    other.abort()
    const errors = await Promise.all(calls)

    expect(errors.map((error) => error.kind)).toEqual(['aborted', 'aborted'])
    expect(attemptsOf(errors[1]?.route)).toEqual(['only cancelled'])
    await fleet.upstreams['only']?.whenIdle()
    expect(fleet.upstreams['only']?.received).toMatchObject([{ outcome: 'client-closed' }])
  })

  test('may read slowly: it holds up nobody and loses nothing', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { outputTokens: 500 } } })

    const slow = fleet.router.stream(request, keyed)
    const iterator = slow[Symbol.asyncIterator]()
    await iterator.next()
    const fast = await read(fleet.router.stream(request, keyed))

    expect(fast.error).toBeUndefined()
    expect((await rest(iterator)).length).toBe(fast.chunks.length - 1)
  })

  test('is refused when its request is another one', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { latencyMs: 20 } } })

    const first = fleet.router.chat(request, keyed)
    const error = await failureOf(fleet.router.chat({ ...request, temperature: 1 }, keyed))

    expect(error).toMatchObject({ kind: 'invalid-request', status: 409, code: 'idempotency_conflict' })
    await first
  })
})

async function rest(iterator: ReturnType<ChatStream[typeof Symbol.asyncIterator]>): Promise<unknown[]> {
  const chunks: unknown[] = []
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
    chunks.push(next.value)
  return chunks
}

test.each([
  [{ idempotencyKey: '' }, /^length of idempotencyKey: .*1 to 256.*0/],
  [{ holdBackMs: 2_001 }, /^holdBackMs: .*0 to 2000.*2001/],
  [{ holdBackTokens: 0.5 }, /^holdBackTokens: .*0 to 64.*0\.5/],
  [{ maxCostUsd: 0 }, /^maxCostUsd: must be above 0, and is 0/],
])('the option %j is refused by name, bound and value', async (options, message) => {
  const router = createRouter({
    upstreams: [
      {
        provider: 'a',
        baseUrl: 'https://a.example/v1',
        models: [{ model, contextTokens: 1_000, price: { prompt: 1, completion: 1 } }],
      },
    ],
  })

  await expect(router.chat(request, options)).rejects.toThrow(message)
  await router.close()
})
