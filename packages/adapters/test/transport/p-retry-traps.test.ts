import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FailureEvidence } from '@nextbest/core'
import fc from 'fast-check'
import pRetry from 'p-retry'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { networkFailure, sendOver, sentOver } from './scripted-transport.ts'

/** What p-retry does by itself; and that our one reconnect, which is all that it is used for, does not do it. */

vi.mock(import('p-retry'), { spy: true })

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  vi.clearAllMocks()
})

const failed = (): Promise<never> => Promise.reject(new Error('failed'))
const ignore = (): void => undefined

/** The options that the last use of p-retry gave it. */
const lastOptions = (): Parameters<typeof pRetry>[1] => vi.mocked(pRetry).mock.lastCall?.[1]

test('trap P1: p-retry drops a result that comes with the abort, and what it holds stays open; ours has told its end by then, or closes', async () => {
  const controller = new AbortController()
  const close = vi.fn()
  const result = pRetry(
    () => {
      controller.abort(new Error('cancelled'))
      return Promise.resolve({ close })
    },
    { signal: controller.signal },
  )
  await expect(result).rejects.toThrow('cancelled')
  expect(close).not.toHaveBeenCalled()

  const ended = await sentOver(networkFailure())
  ended.transport.exchanges[1]?.end(200)
  ended.exchange.cancel()
  await vi.advanceTimersByTimeAsync(0)
  expect(ended.recorder.events).toEqual(['response', 'end'])
  const open = await sentOver(networkFailure())
  open.exchange.cancel()
  await vi.advanceTimersByTimeAsync(0)
  expect([open.recorder.events, open.transport.exchanges[1]?.cancelled]).toEqual([[], true])
})

test('trap P2: p-retry does not interrupt a try that runs; ours cancels it at once', async () => {
  const controller = new AbortController()
  const settled = vi.fn()
  const running = Promise.withResolvers<void>()
  const result = pRetry(() => running.promise, { signal: controller.signal }).then(settled, settled)
  controller.abort()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(settled).not.toHaveBeenCalled()
  running.resolve()
  await result

  const { transport, exchange } = await sentOver(networkFailure())
  expect(transport.exchanges.map(({ cancelled }) => cancelled)).toEqual([false, false])
  exchange.cancel()
  expect(transport.exchanges.at(-1)?.cancelled).toBe(true)
})

test('trap P3: p-retry’s longest time bounds no try; ours gives none, and the deadline of the call ends the try', async () => {
  const slow = pRetry(() => new Promise((resolve) => setTimeout(() => resolve('late'), 600_000)), {
    maxRetryTime: 100,
  })
  await vi.advanceTimersByTimeAsync(600_000)
  await expect(slow).resolves.toBe('late')

  const { transport, recorder, exchange } = await sentOver(networkFailure())
  setTimeout(() => exchange.cancel(), 5_000)
  await vi.advanceTimersByTimeAsync(5_000)
  expect([transport.exchanges[1]?.cancelled, recorder.events]).toEqual([true, []])
  expect(lastOptions()?.maxRetryTime).toBe(Infinity)
})

test('trap P4: p-retry makes eleven tries in 1,023 s, and its jitter only lengthens; ours makes one more, at once, with every option given', async () => {
  const triesAtSec = async (options: { readonly randomize?: boolean }): Promise<readonly number[]> => {
    const startMs = Date.now()
    const tries: number[] = []
    const run = (): Promise<never> => {
      tries.push((Date.now() - startMs) / 1_000)
      return failed()
    }
    pRetry(run, options).catch(ignore)
    await vi.runAllTimersAsync()
    return tries
  }
  expect(await triesAtSec({})).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023])
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
  expect((await triesAtSec({ randomize: true })).at(-1)).toBe(1_534.5)
  random.mockRestore()

  const timers = vi.spyOn(globalThis, 'setTimeout')
  const { transport, recorder } = await sentOver(networkFailure(), networkFailure())
  expect([transport.exchanges.length, recorder.events]).toEqual([2, ['failure']])
  expect(timers).not.toHaveBeenCalled()
  expect(lastOptions()).toEqual({
    retries: 1,
    factor: 1,
    minTimeout: 0,
    maxTimeout: 0,
    maxRetryTime: Infinity,
    randomize: false,
    unref: false,
    signal: expect.any(AbortSignal),
    onFailedAttempt: expect.any(Function),
    shouldRetry: expect.any(Function),
    shouldConsumeRetry: expect.any(Function),
  })
  timers.mockRestore()
})

test('trap P5: p-retry retries an argument that will never do, and an abort; ours retries only a connection that was lost', async () => {
  const hopeless = [
    Object.assign(new Error('invalid header'), { code: 'UND_ERR_INVALID_ARG' }),
    new DOMException('aborted', 'AbortError'),
  ]
  for (const error of hopeless) {
    const run = vi.fn(() => Promise.reject(error))
    await expect(pRetry(run, { retries: 3, minTimeout: 0 })).rejects.toBe(error)
    expect(run).toHaveBeenCalledTimes(4)
  }

  const triesAfter = async (first: FailureEvidence): Promise<number> =>
    (await sentOver(first, 200)).transport.exchanges.length
  for (const code of ['UND_ERR_INVALID_ARG', 'AbortError', 'ERR_TOO_MANY_WAITING', 'UND_ERR_DESTROYED']) {
    expect([code, await triesAfter(networkFailure(code))]).toEqual([code, 1])
  }
  for (const code of ['ECONNRESET', 'UND_ERR_SOCKET', 'EAI_AGAIN']) {
    expect([code, await triesAfter(networkFailure(code))]).toEqual([code, 2])
    expect([code, await triesAfter(networkFailure(code, 'sent'))]).toEqual([code, 1])
  }
})

test('trap P6: p-retry goes by the words of a TypeError; ours goes by codes, whatever the words and the class', async () => {
  const triesOf = async (cause: Error): Promise<number> => {
    const run = vi.fn(() => Promise.reject(cause))
    await pRetry(run, { retries: 1, minTimeout: 0 }).catch(ignore)
    return run.mock.calls.length
  }
  expect(await triesOf(new TypeError('fetch failed'))).toBe(2)
  expect(await triesOf(new TypeError('fetch has failed'))).toBe(1)
  expect(await triesOf(new Error('fetch has failed'))).toBe(2)

  for (const message of ['fetch failed', 'fetch has failed', 'terminated', '']) {
    const lost = await sentOver({ ...networkFailure('ECONNRESET'), message } as FailureEvidence, 200)
    const refused = await sentOver({ ...networkFailure('ECONNREFUSED'), message } as FailureEvidence, 200)
    expect([message, lost.transport.exchanges.length]).toEqual([message, 2])
    expect([message, refused.transport.exchanges.length]).toEqual([message, 1])
  }
})

test('trap P7: p-retry tries without end where a retry is not counted; ours never makes a third try, whatever happens', async () => {
  let tries = 0
  const shouldConsumeRetry = (): boolean => ++tries > 100
  await expect(pRetry(failed, { retries: 1, minTimeout: 0, shouldConsumeRetry })).rejects.toThrow('failed')
  expect(tries).toBeGreaterThan(100)

  const failure = fc
    .record({
      code: fc.constantFrom('ECONNRESET', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'ECONNREFUSED', 'HPE_INVALID'),
      phase: fc.constantFrom('connecting' as const, 'sent' as const, 'receiving' as const),
    })
    .map(({ code, phase }) => networkFailure(code, phase))
  await fc.assert(
    fc.asyncProperty(fc.array(failure, { minLength: 3, maxLength: 3 }), async (failures) => {
      const { transport, recorder } = await sentOver(...failures)
      expect(transport.exchanges.length).toBeLessThanOrEqual(2)
      expect(recorder.evidence).toEqual(failures[transport.exchanges.length - 1])
    }),
  )
  expect(lastOptions()?.shouldConsumeRetry?.({} as never)).toBe(true)
})

test('trap P8: p-retry ends the process in the middle of a wait that is unref’d; ours waits for nothing and unrefs nothing', async () => {
  vi.useRealTimers()
  const script = `import pRetry from 'p-retry'
    await pRetry(() => Promise.reject(new Error('failed')), { minTimeout: 60_000, unref: true })`
  const ended = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  })
  // Node's code for a promise at the top that nothing will settle any more.
  await expect(ended).rejects.toMatchObject({ code: 13 })

  const { recorder } = sendOver(networkFailure(), 200)
  await recorder.over
  expect(recorder.events).toEqual(['response', 'end'])
  expect(lastOptions()).toMatchObject({ unref: false, minTimeout: 0, maxTimeout: 0 })
})

test('trap P9: p-retry knows no Retry-After; ours tells an answer as it is and tries nothing again, as failover is the call’s', async () => {
  const startMs = Date.now()
  const run = vi.fn(() =>
    Promise.reject(Object.assign(new Error('busy'), { headers: { 'retry-after': '7' } })),
  )
  pRetry(run, { retries: 1 }).catch(ignore)
  await vi.runAllTimersAsync()
  expect([run.mock.calls.length, Date.now() - startMs]).toEqual([2, 1_000])

  for (const status of [429, 503]) {
    const { transport, recorder } = await sentOver(status, 200)
    expect([transport.exchanges.length, recorder.status, recorder.events]).toEqual([
      1,
      status,
      ['response', 'end'],
    ])
  }
})

test('trap P10: p-retry takes the clock, the timers and the randomness of the process; ours asks for none of them', async () => {
  const clock = vi.spyOn(performance, 'now')
  const random = vi.spyOn(Math, 'random')
  const run = vi.fn(failed)
  clock.mockReturnValueOnce(0).mockReturnValue(1e12)
  await expect(pRetry(run, { minTimeout: 0, maxRetryTime: 1_000 })).rejects.toThrow('failed')
  expect(run).toHaveBeenCalledTimes(1)
  pRetry(failed, { retries: 1, randomize: true }).catch(ignore)
  await vi.advanceTimersByTimeAsync(0)
  expect([random.mock.calls.length, vi.getTimerCount()]).toEqual([1, 1])
  vi.clearAllTimers()

  for (const now of [Number.NaN, -1e12, 1e12]) {
    clock.mockReturnValueOnce(0).mockReturnValue(now)
    const { transport, recorder } = await sentOver(networkFailure(), 200)
    expect([transport.exchanges.length, recorder.events]).toEqual([2, ['response', 'end']])
  }
  expect([random.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0])
  for (const spy of [clock, random]) spy.mockRestore()
})
