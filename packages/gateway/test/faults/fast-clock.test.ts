import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { FastClock } from './fast-clock.ts'

function clockWith(options: Partial<ConstructorParameters<typeof FastClock>[0]> = {}): FastClock {
  const clock = new FastClock({ factor: 1_000, longestStepMs: Infinity, ...options })
  onTestFinished(() => clock.stop())
  return clock
}

function due(clock: FastClock, atMs: number): Promise<number> {
  return new Promise((resolve) => {
    clock.setTimer(atMs, () => resolve(clock.nowMs()))
  })
}

function holdUp(forMs: number): void {
  const untilMs = performance.now() + forMs
  while (performance.now() < untilMs) continue
}

test('timers fire in the order of their instants, and never early', async () => {
  const clock = clockWith()
  const fired: number[] = []

  await Promise.all(
    [3_000, 1_000, 2_000].map(async (atMs) => {
      expect(await due(clock, atMs)).toBeGreaterThanOrEqual(atMs)
      fired.push(atMs)
    }),
  )

  expect(fired).toEqual([1_000, 2_000, 3_000])
})

test('a timer that is cancelled never fires, not even by one that is due with it', async () => {
  const clock = clockWith()
  const fired: string[] = []
  const later = clock.setTimer(1_001, () => fired.push('later'))
  clock.setTimer(1_000, () => later.cancel())

  await due(clock, 5_000)

  expect(fired).toEqual([])
})

test('it stands still within a turn of the loop', () => {
  const clock = clockWith()
  const beforeMs = clock.nowMs()

  holdUp(3)

  expect(clock.nowMs()).toBe(beforeMs)
})

test('what the process is held up counts up to the longest step', async () => {
  const [limited, honest] = [clockWith({ longestStepMs: 2, factor: 1 }), clockWith({ factor: 1 })]
  await Promise.all([due(limited, 1), due(honest, 1)])
  const [limitedMs, honestMs] = [limited.nowMs(), honest.nowMs()]

  holdUp(50)
  while (honest.nowMs() === honestMs || limited.nowMs() === limitedMs) await setImmediate()

  expect(honest.nowMs() - honestMs).toBeGreaterThanOrEqual(50)
  expect(limited.nowMs() - limitedMs).toBeLessThan(honest.nowMs() - honestMs)
})

test('it keeps the process alive only while something is due', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const timeouts = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length - before
  const clock = clockWith()
  expect(timeouts()).toBe(0)

  const timer = clock.setTimer(1e9, () => undefined)
  expect(timeouts()).toBe(1)

  timer.cancel()
  expect(timeouts()).toBe(0)
})
