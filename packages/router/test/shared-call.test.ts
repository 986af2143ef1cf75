import type { ChatChunk } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallEnding, CallHandle, CallSink, Route } from '../src/index.ts'
import { SharedCall } from '../src/shared-call.ts'
import type { SharedRun } from '../src/shared-call.ts'
import { request } from './scripted-fleet.ts'

function chunk(number: number): ChatChunk {
  const delta = { content: `${number} ` }
  return { id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta }] }
}

const ending = { usage: {}, route: {} } as unknown as CallEnding

/** A call under way, of which the test says what it brings. */
class FakeRun implements SharedRun {
  readonly callId = 'gen-1'
  readonly route = {} as Route
  cancelled = false
  paused = false

  cancel(): void {
    this.cancelled = true
  }
  pause(): void {
    this.paused = true
  }
  resume(): void {
    this.paused = false
  }
}

/** One caller, and what it has heard. */
class Listener implements CallSink {
  readonly heard: string[] = []
  handle: CallHandle | undefined

  onChunk(told: ChatChunk): void {
    this.heard.push(told.choices[0]?.delta.content ?? '')
  }
  onEnd(): void {
    this.heard.push('end')
  }
  onReply(): void {
    this.heard.push('reply')
  }
  onError(): void {
    this.heard.push('error')
  }
}

function joinedTo(call: SharedCall): Listener {
  const listener = new Listener()
  listener.handle = call.join(listener, undefined)
  return listener
}

const command = fc.record({
  type: fc.constantFrom('chunk', 'chunk', 'chunk', 'join', 'pause', 'resume', 'turn'),
  who: fc.nat(5),
})

describe('a call with several callers', () => {
  test('whoever joins whenever and reads however slowly, each hears all of it in order, and its end once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const run = new FakeRun()
        const call = new SharedCall(request, () => undefined)
        const listeners = [joinedTo(call)]
        call.begin(run)
        let told = 0
        for (const { type, who } of commands) {
          if (type === 'chunk') call.onChunk(chunk(told++))
          else if (type === 'join') listeners.push(joinedTo(call))
          else if (type === 'turn') await Promise.resolve()
          else listeners[who % listeners.length]?.handle?.[type]()
        }
        call.onEnd(ending)
        for (const listener of listeners) listener.handle?.resume()
        await Promise.resolve()

        const all = [...Array.from({ length: told }, (_, i) => `${i} `), 'end']
        for (const listener of listeners) expect(listener.heard).toEqual(all)
      }),
    )
  })

  test('is paused only while nobody reads', () => {
    const run = new FakeRun()
    const call = new SharedCall(request, () => undefined)
    const [one, other] = [joinedTo(call), joinedTo(call)]
    call.begin(run)

    one.handle?.pause()
    expect(run.paused).toBe(false)
    other.handle?.pause()
    expect(run.paused).toBe(true)
    one.handle?.resume()
    expect(run.paused).toBe(false)
  })

  test('goes on when somebody joins whom those before have left waiting', () => {
    const run = new FakeRun()
    const call = new SharedCall(request, () => undefined)
    call.begin(run)
    joinedTo(call).handle?.pause()
    expect(run.paused).toBe(true)

    joinedTo(call)
    expect(run.paused).toBe(false)
  })

  test('ends once for a caller who goes away when it is over and was not heard to its end', () => {
    const call = new SharedCall(request, () => undefined)
    call.begin(new FakeRun())
    const slow = joinedTo(call)
    slow.handle?.pause()
    call.onChunk(chunk(0))
    call.onEnd(ending)
    slow.handle?.cancel()
    slow.handle?.resume()

    expect(slow.heard).toEqual(['error'])
  })

  test('goes on for the others when a paused one leaves, and is cancelled when the last does', () => {
    const run = new FakeRun()
    const call = new SharedCall(request, () => undefined)
    const [one, other] = [joinedTo(call), joinedTo(call)]
    call.begin(run)
    one.handle?.pause()
    call.onChunk(chunk(0))
    one.handle?.cancel()

    expect(one.heard).toEqual(['error'])
    expect(other.heard).toEqual(['0 '])
    expect(run.cancelled).toBe(false)
    other.handle?.cancel()
    expect(run.cancelled).toBe(true)
  })

  test('keeps 16,384 chunks and no more: then nobody can join, and whoever lags behind pauses it', async () => {
    const run = new FakeRun()
    const call = new SharedCall(request, () => undefined)
    const [fast, slow] = [joinedTo(call), joinedTo(call)]
    call.begin(run)
    slow.handle?.pause()
    for (let i = 0; i < 16_384; i++) call.onChunk(chunk(i))
    expect(call.isReplayable).toBe(true)
    expect(run.paused).toBe(false)

    call.onChunk(chunk(16_384))

    expect(call.isReplayable).toBe(false)
    expect(run.paused).toBe(true)
    expect(slow.heard).toEqual(fast.heard)
    slow.handle?.resume()
    expect(run.paused).toBe(false)
  })
})
