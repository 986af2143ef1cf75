import { describe, expect, test } from 'vitest'
import { failures, worldOf } from './world.ts'
import type { World } from './world.ts'

/** Longest time for which good attempts count for those that follow, and a pace that fills it with a few hundred calls. */
const windowMs = 130_000
const everyMs = 500
const calls = windowMs / everyMs

/** Attempts and answers of so many calls. */
async function loadOf(
  { call, clock, events }: World,
  calls: number,
): Promise<{ readonly attempts: number; readonly answered: number }> {
  const { length } = events
  let answered = 0
  for (let n = 0; n < calls; n += 1) {
    if (await call(n % 2 === 0)) answered += 1
    clock.advance(everyMs)
  }
  return { attempts: events.slice(length).filter(({ type }) => type === 'attempt-start').length, answered }
}

describe('with every provider dead', () => {
  test.each([[['a 500', 'a 500', 'a 500']], [['a closed port', 'a 500', 'a reset']]])(
    '%j makes no storm of attempts',
    async (ways) => {
      const world = await worldOf({ seed: 1 })
      expect(await loadOf(world, 20)).toEqual({ attempts: 20, answered: 20 })

      for (const [n, provider] of world.providers.entries()) await failures[ways[n] ?? '']?.(world, provider)
      const inWindow = await loadOf(world, calls)
      const after = await loadOf(world, calls)

      expect([inWindow.answered, after.answered]).toEqual([0, 0])
      expect(inWindow.attempts).toBeLessThanOrEqual(1.2 * calls + (10 * windowMs) / 1_000)
      expect(after.attempts).toBeLessThanOrEqual(calls)
    },
  )
})
