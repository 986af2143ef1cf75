import pRetry from 'p-retry'
import { expect, test, vi } from 'vitest'

/** What p-retry alone would do; why each of its options is given, and how a cancelled try is cleaned up. */

test('p-retry drops a result that comes with the abort: whoever tries must close what it opened', async () => {
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
})

test('p-retry does not interrupt a try that runs', async () => {
  const controller = new AbortController()
  const settled = vi.fn()
  const running = Promise.withResolvers<void>()

  const result = pRetry(() => running.promise, { signal: controller.signal }).then(settled, settled)
  controller.abort()
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).not.toHaveBeenCalled()

  running.resolve()
  await result
  expect(settled).toHaveBeenCalledTimes(1)
})

test('p-retry makes eleven tries unless told otherwise', async () => {
  const run = vi.fn(() => Promise.reject(new Error('failed')))

  await expect(pRetry(run, { minTimeout: 0 })).rejects.toThrow('failed')

  expect(run).toHaveBeenCalledTimes(11)
})

test('p-retry tries without end where a retry is not counted', async () => {
  let tries = 0
  const run = (): Promise<never> => Promise.reject(new Error('failed'))
  const shouldConsumeRetry = (): boolean => ++tries > 100

  await expect(pRetry(run, { retries: 1, minTimeout: 0, shouldConsumeRetry })).rejects.toThrow('failed')

  expect(tries).toBeGreaterThan(100)
})
