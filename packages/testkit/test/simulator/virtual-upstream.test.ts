import type { ChatRequest, TokenUsage } from '@nextbest/core'
import fc from 'fast-check'
import type { AttemptHandle, AttemptListener } from 'nextbest'
import { describe, expect, test } from 'vitest'
import type { AttemptScript, AttemptStep } from '../../src/simulator/attempt-script.ts'
import { createVirtualUpstream, type VirtualUpstream } from '../../src/simulator/virtual-upstream.ts'
import { createVirtualClock, type VirtualClock } from '../../src/virtual-clock.ts'
import { accountOf, endpointOf, recorder } from './account.ts'

const request: ChatRequest = { model: 'lab/large', messages: [{ role: 'user', content: 'Hello' }] }
const endpoint = endpointOf()

const usage: TokenUsage = {
  promptTokens: 3,
  completionTokens: 2,
  cachedPromptTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
}

const answer: AttemptScript = [
  { type: 'head', afterMs: 10, status: 200, headers: {} },
  { type: 'liveness', afterMs: 20 },
  { type: 'content', afterMs: 30, text: 'forty ' },
  { type: 'content', afterMs: 30, text: 'two' },
  { type: 'end', afterMs: 50, usage },
]

interface Scene {
  readonly clock: VirtualClock
  readonly upstream: VirtualUpstream
  readonly heard: readonly string[]
  readonly handle: AttemptHandle
}

function scene(
  script: AttemptScript,
  {
    stream = true,
    listener = {},
  }: { readonly stream?: boolean; readonly listener?: Partial<AttemptListener> } = {},
): Scene {
  const clock = createVirtualClock()
  const upstream = createVirtualUpstream({
    account: accountOf(clock, [endpoint]),
    provider: { arrive: () => script },
  })
  const ears = recorder(() => clock.nowMs())
  const handle = upstream.send({ endpoint, request, stream }, { ...ears, ...listener })
  return { clock, upstream, heard: ears.heard, handle }
}

describe('an attempt on a virtual upstream', () => {
  test('tells a stream as its script has it, what comes at one instant in one batch', () => {
    const { clock, heard, upstream } = scene(answer)
    expect(heard).toEqual([])

    clock.advance(100)

    expect(heard).toEqual([
      '10 head 200',
      '20 liveness',
      '20 batch end',
      '30 content forty',
      '30 content two',
      '30 batch end',
      '50 liveness  2 tokens',
      '50 batch end',
      '50 end',
    ])
    expect(upstream.ledger).toMatchObject({
      attempts: 1,
      inFlight: 0,
      answered: 1,
      pieces: 2,
      completionTokens: 2,
    })
  })

  test('tells an answer that is not a stream at its end, whole', () => {
    const { clock, heard } = scene(answer, { stream: false })

    clock.advance(100)

    expect(heard).toEqual(['10 head 200', '50 answer forty two'])
  })

  test('fails where its script says so, after what came before', () => {
    const { clock, heard, upstream } = scene([
      { type: 'content', afterMs: 5, text: 'for' },
      { type: 'failure', afterMs: 5, evidence: { type: 'incomplete', detail: 'cut' } },
    ])

    clock.advance(100)

    expect(heard).toEqual(['5 content for', '5 batch end', '5 failure incomplete'])
    expect(upstream.ledger).toMatchObject({ failed: 1, inFlight: 0 })
  })

  test('takes an end without content for an empty answer', () => {
    const { clock, heard } = scene([{ type: 'end', afterMs: 5, usage: undefined }])

    clock.advance(100)

    expect(heard).toEqual(['5 failure empty'])
  })

  test('hangs at the end of a script without a last step, on no timer', () => {
    const { clock, heard, upstream } = scene([{ type: 'liveness', afterMs: 5 }])

    clock.advance(1_000_000)

    expect(heard).toEqual(['5 liveness', '5 batch end'])
    expect([clock.pendingTimers, upstream.ledger.inFlight]).toEqual([0, 1])
  })

  test('tells nothing once it is cancelled, from wherever', () => {
    const { clock, heard, handle, upstream } = scene(answer, {
      listener: { onBatchEnd: () => handle.cancel() },
    })

    clock.advance(100)

    expect(heard).toEqual(['10 head 200', '20 liveness'])
    expect([clock.pendingTimers, upstream.ledger.cancelled]).toEqual([0, 1])
  })

  test('holds back what comes while it is paused, and tells it when it goes on', () => {
    const { clock, heard, handle } = scene(answer)
    clock.advance(15)
    handle.pause()
    clock.advance(20)
    expect(heard).toEqual(['10 head 200'])
    expect(clock.pendingTimers).toBe(0)

    handle.resume()
    clock.advance(0)
    expect(heard.slice(1)).toEqual(['35 liveness', '35 content forty', '35 content two', '35 batch end'])

    clock.advance(100)
    expect(heard.at(-1)).toBe('50 end')
  })

  test('fails when its listener throws', () => {
    const { clock, heard } = scene(answer, {
      listener: {
        onBatchEnd: () => {
          throw new TypeError('no')
        },
      },
    })

    clock.advance(100)

    expect(heard).toEqual(['10 head 200', '20 liveness', '20 failure network'])
  })

  test.for([[-1], [Number.NaN], [Infinity]])('refuses a script with a step after %s ms', ([afterMs = 0]) => {
    expect(() => scene([{ type: 'liveness', afterMs }])).toThrow(
      `afterMs must be a finite number of at least 0, got ${afterMs}`,
    )
  })

  test('refuses a script that goes backwards', () => {
    const script: AttemptScript = [
      { type: 'liveness', afterMs: 5 },
      { type: 'liveness', afterMs: 4 },
    ]
    expect(() => scene(script)).toThrow('afterMs must be a finite number of at least 5, got 4')
  })

  test('fails when its upstream is closed, and leaves nothing in the clock', async () => {
    const { clock, heard, upstream } = scene(answer)

    await upstream.close()

    expect(heard).toEqual(['0 failure network'])
    expect(clock.pendingTimers).toBe(0)
  })

  test('never tells anything after its last word or a cancellation, nor leaves a timer, whatever happens to it', () => {
    const action = fc.record({
      atMs: fc.nat(60),
      what: fc.constantFrom('cancel', 'pause', 'resume'),
    })
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 6 }),
        scriptArbitrary,
        fc.boolean(),
        (actions, script, stream) => {
          const { clock, heard, handle, upstream } = scene(script, { stream })
          let heardBefore = Infinity
          for (const { atMs, what } of actions) {
            clock.setTimer(atMs, () => {
              handle[what]()
              if (what === 'cancel') heardBefore = Math.min(heardBefore, heard.length)
            })
          }
          clock.advance(1_000)
          handle.cancel()

          expect(heard.length).toBeLessThanOrEqual(heardBefore)
          const last = heard.findIndex((line) => /\d (end|answer|failure)/.test(line))
          expect([-1, heard.length - 1]).toContain(last)
          expect([clock.pendingTimers, upstream.ledger.inFlight]).toEqual([0, 0])
          const { answered, failed, cancelled } = upstream.ledger
          expect(answered + failed + cancelled).toBe(1)
        },
      ),
    )
  })
})

const scriptArbitrary: fc.Arbitrary<AttemptScript> = fc
  .array(
    fc.record({
      afterMs: fc.nat(50),
      type: fc.constantFrom('head', 'liveness', 'content', 'content', 'end', 'failure'),
    }),
    { maxLength: 8 },
  )
  .map((steps) =>
    steps
      .toSorted((one, other) => one.afterMs - other.afterMs)
      .map(({ type, afterMs }): AttemptStep => {
        if (type === 'head') return { type, afterMs, status: 200, headers: {} }
        if (type === 'content') return { type, afterMs, text: 'word ' }
        if (type === 'end') return { type, afterMs, usage }
        return type === 'failure'
          ? { type, afterMs, evidence: { type: 'empty' } }
          : { type: 'liveness', afterMs }
      }),
  )

describe('a virtual upstream', () => {
  test('asks its provider once for each attempt and tells it of each end, with how many are under way', () => {
    const clock = createVirtualClock()
    const seen: string[] = []
    const upstream = createVirtualUpstream({
      account: accountOf(clock, [endpoint]),
      provider: {
        arrive({ nowMs, inFlight }) {
          seen.push(`arrive ${nowMs} ${inFlight}`)
          return answer
        },
        depart: (_attempt, nowMs) => void seen.push(`depart ${nowMs}`),
      },
    })
    const send = (): AttemptHandle =>
      upstream.send(
        { endpoint, request, stream: true },
        recorder(() => clock.nowMs()),
      )

    send()
    clock.advance(10)
    send().cancel()
    clock.advance(100)

    expect(seen).toEqual(['arrive 0 0', 'arrive 10 1', 'depart 10', 'depart 50'])
  })

  test('has a breaker for each of its endpoints, the same each time, and for no other', () => {
    const clock = createVirtualClock()
    const upstream = createVirtualUpstream({
      account: accountOf(clock, [endpoint]),
      provider: { arrive: () => [] },
    })

    expect(upstream.breakerOf(endpoint)).toBe(upstream.breakerOf(endpoint))
    expect(() => upstream.breakerOf(endpointOf({ model: 'lab/small' }))).toThrow(
      'p:lab/small is not an endpoint of p',
    )
  })

  test('lets calls wait in the queue of an endpoint, and ends their waits when it is closed', async () => {
    const clock = createVirtualClock()
    const upstream = createVirtualUpstream({
      account: accountOf(clock, [endpoint]),
      provider: { arrive: () => [] },
    })
    const wait = upstream.waitFor(endpoint, {
      deadlineAtMs: 1_000,
      tryAdmit: () => 10_000,
      abandoned: () => false,
    })
    expect(upstream.waiting).toBe(1)

    await upstream.close()

    await expect(wait).resolves.toBe('abandoned')
    expect([upstream.waiting, clock.pendingTimers]).toEqual([0, 0])
  })
})
