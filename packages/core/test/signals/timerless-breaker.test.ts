import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { breakerDefaults, type BreakerPermit } from '../../src/signals/breaker.ts'
import { BreakerPolicy } from '../../src/signals/breaker-policy.ts'
import { TimerlessBreaker } from '../../src/signals/timerless-breaker.ts'

type Step = {
  readonly waitMs: number
  readonly report: number
  readonly outcome: 'success' | 'failure' | 'neutral'
  /** Whether the answer breaks off after that. */
  readonly late: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.nat(8_000)),
  report: fc.nat(20),
  outcome: fc.oneof(
    { weight: 3, arbitrary: fc.constant('failure' as const) },
    fc.constantFrom('success', 'neutral'),
  ),
  late: fc.boolean(),
})
const steps = fc.array(step, { maxLength: 100, size: 'max' })

describe('a timerless breaker', () => {
  test('never has two probes under way, nor gives a permit that it says it would not, whatever happens', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        let nowMs = 0
        const breaker = new TimerlessBreaker({
          ...breakerDefaults,
          nowMs: () => nowMs,
          random: seededRandom(seed),
        })
        const underWay: BreakerPermit[] = []

        for (const { waitMs, report, outcome } of steps) {
          nowMs += waitMs
          const { admits, state } = breaker
          const permit = breaker.tryAcquire()
          expect(permit !== undefined).toBe(admits)
          expect(permit?.probe ?? false).toBe(permit !== undefined && state === 'half-open')
          if (state === 'open') expect(admits).toBe(false)
          if (state === 'closed') expect(admits).toBe(true)
          expect(breaker.openings === 0).toBe(state === 'closed')

          if (permit !== undefined) underWay.push(permit)
          const generation = Math.max(...underWay.map((permit) => permit.generation))
          const probes = underWay.filter((permit) => permit.probe && permit.generation === generation)
          expect(probes.length).toBeLessThanOrEqual(1)
          const [reported] = underWay.splice(report, 1)
          if (reported !== undefined) breaker.report(reported, outcome)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('whenever it is asked, says what its policy says at that instant', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (steps, seed) => {
        let nowMs = 0
        const options = { ...breakerDefaults, consecutiveFailures: 2 }
        const policy = new BreakerPolicy(options, seededRandom(seed))
        const breaker = new TimerlessBreaker({ ...options, nowMs: () => nowMs, random: seededRandom(seed) })
        const ask = (): void => {
          const state = policy.state(nowMs)
          expect(breaker).toMatchObject({
            state,
            admits: policy.admits(nowMs),
            openings: policy.openings,
            opensUntilMs: state === 'open' ? policy.opensUntilMs : undefined,
          })
          expect(breaker.admitShare(nowMs)).toBe(policy.admitShare(nowMs))
        }

        for (const { waitMs, outcome, late } of steps) {
          nowMs += waitMs
          const [permit, expected] = [breaker.tryAcquire(), policy.tryAcquire(nowMs)]
          expect(permit).toEqual(expected)
          ask()
          if (permit === undefined || expected === undefined) continue
          breaker.report(permit, outcome)
          policy.report(expected, outcome, nowMs)
          if (late) {
            breaker.reportLateFailure(permit)
            policy.reportLateFailure(expected, nowMs)
          }
          ask()
        }
        breaker.dispose()
        policy.dispose()
        ask()
      }),
    )
  })

  test('asks for a random number once for each opening', () => {
    let asked = 0
    const random = (): number => {
      asked++
      return 0.5
    }
    let nowMs = 0
    const breaker = new TimerlessBreaker({ ...breakerDefaults, nowMs: () => nowMs, random })
    const fail = (): void => {
      const permit = breaker.tryAcquire()
      if (permit !== undefined) breaker.report(permit, 'failure')
    }

    for (let failures = 0; failures < 4; failures++) fail()
    expect(asked).toBe(0)
    fail()
    expect(asked).toBe(1)

    nowMs = 3_749
    expect(breaker.state).toBe('open')
    nowMs = 3_750
    expect(breaker.state).toBe('half-open')
    fail()
    expect(asked).toBe(2)
    nowMs = 3_750 + 7_500
    expect(breaker.state).toBe('half-open')
  })

  test('opens when another instance’s has opened', () => {
    let nowMs = 500
    const breaker = new TimerlessBreaker({ ...breakerDefaults, nowMs: () => nowMs, random: () => 0 })
    breaker.openedElsewhere(1_000)
    expect(breaker.opensUntilMs).toBe(1_500)

    nowMs = 1_500
    expect(breaker.state).toBe('half-open')
  })
})
