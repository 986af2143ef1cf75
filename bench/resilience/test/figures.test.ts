import { afterEach, describe, expect, test, vi } from 'vitest'
import { mostAttempts } from '../all-dead.ts'
import { mostProbes, wastedOf } from '../attempt-watch.ts'
import type { WatchedAttempt } from '../attempt-watch.ts'
import { createFastClock } from '../fast-clock.ts'
import { tableOf } from '../report.ts'

function attempt(startedAtMs: number, over: Partial<WatchedAttempt> = {}): WatchedAttempt {
  return {
    startedAtMs,
    endedAtMs: startedAtMs + 10,
    judgedAtMs: startedAtMs + 10,
    first: true,
    breaker: 'closed',
    outcome: 'failed',
    failure: 'server-error',
    ...over,
  }
}

describe('attempts on a dead provider', () => {
  test('are told apart by what was known as they started', () => {
    const attempts = [
      attempt(0, { endedAtMs: 100 }),
      attempt(99, { endedAtMs: 100 }),
      attempt(101),
      attempt(301, { breaker: 'half-open' }),
      attempt(302),
      attempt(303, { breaker: 'open' }),
    ]
    const changes = [
      { state: 'open' as const, atMs: 300 },
      { state: 'open' as const, atMs: 400 },
    ]

    expect(wastedOf({ attempts, changes })).toEqual({
      blind: 2,
      doubtful: 1,
      probes: 1,
      relapses: 1,
      despite: 1,
      detectedAfterMs: 300,
    })
  })

  test('are all before a detection that never came', () => {
    const wasted = wastedOf({ attempts: [attempt(0), attempt(50)], changes: [] })

    expect(wasted).toMatchObject({ blind: 1, doubtful: 1, probes: 0, detectedAfterMs: Infinity })
  })

  test('count as probes at once as long as their health is unknown, or as they last', () => {
    const probe = { breaker: 'half-open', judgedAtMs: 10, endedAtMs: 30 } as const
    const attempts = [
      attempt(0, probe),
      attempt(10, { ...probe, judgedAtMs: 20 }),
      attempt(15, { breaker: 'closed', judgedAtMs: 90, endedAtMs: 90 }),
    ]

    expect(mostProbes(attempts, 'judgedAtMs')).toBe(1)
    expect(mostProbes(attempts, 'endedAtMs')).toBe(2)
    expect(mostProbes([], 'endedAtMs')).toBe(0)
  })
})

test('callers may cause a fifth more attempts than calls, and ten in a second', () => {
  expect(mostAttempts({ calls: 100, attempts: 0, answered: 0, seconds: 2 })).toBe(140)
})

describe('a table', () => {
  test('says of every figure with a bar whether it meets it', () => {
    const { text, bars, met } = tableOf(
      'title',
      [
        { head: 'name', value: ({ name }) => name },
        { head: 'share', digits: 1, atLeast: 99.9, value: ({ share }) => share },
        { head: 'free', value: ({ share }) => share },
      ],
      [
        { name: 'good', share: 99.9 },
        { name: 'bad', share: 99.8 },
        { name: 'unknown', share: Number.NaN },
      ],
    )

    expect({ bars, met }).toEqual({ bars: 3, met: 1 })
    expect(text.split('\n').map((line) => line.split(/\s\s+/))).toEqual([
      ['title'],
      ['name', 'share (>= 99.9)', 'free'],
      ['good', '99.9', 'ok', '100'],
      ['bad', '99.8 short', '100'],
      ['unknown', '- short', '-'],
    ])
  })
})

describe('a fast clock', () => {
  afterEach(() => void vi.useRealTimers())

  test('calls back when its own time has come, not before, and not once it is cancelled', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const clock = createFastClock(10)
    const fired: string[] = []
    const atMs = clock.nowMs() + 1_000
    clock.setTimer(atMs, () => fired.push('kept'))
    clock.setTimer(atMs, () => fired.push('cancelled')).cancel()

    vi.advanceTimersByTime(99)
    expect(fired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(fired).toEqual(['kept'])
    expect(clock.nowMs()).toBe(atMs)
  })
})
