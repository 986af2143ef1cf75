import type { RouterEvent } from 'nextbest'
import { describe, expect, test } from 'vitest'
import { question } from '../support/client.ts'
import { cutsAnswers, failures, worldOf } from './world.ts'
import type { World } from './world.ts'

const dead = `bluepeak:${question.model}`
const callsBefore = 10
const callsDuring = 60

/** Answers of calls one after the other, every other one streamed. */
async function answersOf(world: World, calls: number): Promise<boolean[]> {
  const answers: boolean[] = []
  for (let n = 0; n < calls; n += 1) {
    answers.push(await world.call(n % 2 === 0))
    world.clock.advance(50)
  }
  return answers
}

/** Attempts on the dead one: those before its breaker opened, and those that came later. */
function attemptsOn(events: readonly RouterEvent[]): readonly [number, number] {
  const opened = events.findIndex(isOpening)
  const starts = events.filter((event) => event.type === 'attempt-start' && event.endpoint === dead)
  const before = starts.filter((start) => opened === -1 || events.indexOf(start) < opened).length
  return [before, starts.length - before]
}

/** Its breaker opened, for the first time or because a probe failed. */
function isOpening(event: RouterEvent): boolean {
  return event.type === 'breaker-change' && event.endpoint === dead && event.state === 'open'
}

describe('with one of three providers dead', () => {
  test.each(Object.keys(failures))(
    '%s fails no call, and costs five attempts and probes at most',
    async (way) => {
      const world = await worldOf({ seed: 1 })
      expect(await answersOf(world, callsBefore)).not.toContain(false)
      const { length } = world.events

      await failures[way]?.(world, world.providers[0])
      const answers = await answersOf(world, callsDuring)

      const events = world.events.slice(length)
      const [before, after] = attemptsOn(events)
      expect(answers.filter(Boolean)).toHaveLength(callsDuring)
      expect(before).toBeGreaterThan(0)
      expect(before).toBeLessThanOrEqual(5)
      expect(after).toBe(Math.max(0, events.filter(isOpening).length - 1))
    },
  )

  test('a cut breaks five streams and those of probes at most, and no whole answer', async () => {
    const world = await worldOf({ seed: 1 })
    await answersOf(world, callsBefore)
    const { length } = world.events

    cutsAnswers(world.providers[0])
    const answers = await answersOf(world, callsDuring)

    const events = world.events.slice(length)
    const broken = answers.filter((answered) => !answered).length
    expect(answers.filter((_, n) => n % 2 === 1)).not.toContain(false)
    expect(broken).toBeGreaterThan(0)
    expect(broken).toBeLessThanOrEqual(5 + attemptsOn(events)[1])
  })

  test('a cut fails no call where another provider may go on', async () => {
    const world = await worldOf({ seed: 1, continueBroken: true })
    await answersOf(world, callsBefore)
    const { length } = world.events

    cutsAnswers(world.providers[0])
    const answers = await answersOf(world, callsDuring)

    const [before] = attemptsOn(world.events.slice(length))
    expect(answers.filter(Boolean)).toHaveLength(callsDuring)
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThanOrEqual(5)
  })
})
