import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { decide } from '../../src/ranking/decide.ts'
import { BreakerPolicy } from '../../src/signals/breaker-policy.ts'
import type { BreakerVerdict } from '../../src/signals/breaker-policy.ts'
import { breakerDefaults } from '../../src/signals/breaker.ts'
import type { BreakerOptions, HealthOutcome } from '../../src/signals/breaker.ts'
import { RateGate } from '../../src/signals/gate.ts'
import { fleetOf, nowMs, question, steady } from '../ranking/fleet.ts'

function breaker(options: Partial<BreakerOptions> = {}): BreakerPolicy {
  return new BreakerPolicy({ ...breakerDefaults, ...options }, () => 1)
}

/** Sends attempts one after the other, and returns what became of the last outcome. */
function attempts(
  policy: BreakerPolicy,
  outcomes: readonly HealthOutcome[],
  atMs = 0,
): BreakerVerdict | undefined {
  let verdict: BreakerVerdict | undefined
  for (const outcome of outcomes) {
    const permit = policy.tryAcquire(atMs)
    verdict = permit && policy.report(permit, outcome, atMs)
  }
  return verdict
}

function times(count: number, outcome: HealthOutcome): readonly HealthOutcome[] {
  return Array.from({ length: count }, () => outcome)
}

/** One that is half-open from 5,000 ms on. */
function halfOpen(): BreakerPolicy {
  const policy = breaker()
  attempts(policy, times(5, 'failure'))
  return policy
}

describe('breaker and cooldown', () => {
  // case 1
  test('so many failures in a row open a breaker, and a success in between starts the row anew', () => {
    const policy = breaker({ failureRateBound: 1 })

    expect(attempts(policy, [...times(4, 'failure'), 'success', ...times(4, 'failure')])).toBe('counted')
    expect(attempts(policy, ['failure'])).toBe('opened')
  })

  // case 2
  test('of many calls at once one probes a half-open endpoint; its end makes room for the next, its failure for none', () => {
    const policy = halfOpen()
    const asked = Array.from({ length: 20 }, () => policy.tryAcquire(5_000))
    const [probe] = asked
    expect(asked.filter((permit) => permit !== undefined)).toEqual([probe])

    if (probe !== undefined) policy.report(probe, 'success', 5_000)
    const next = policy.tryAcquire(5_000)
    expect(policy.tryAcquire(5_000)).toBeUndefined()

    if (next !== undefined) policy.report(next, 'failure', 5_000)
    expect(policy.tryAcquire(14_999)).toBeUndefined()
    expect(policy.tryAcquire(15_000)?.probe).toBe(true)
  })

  // case 3
  test('a probe that ends in a 429, a cancellation or an abandoned stream leaves room for another and records nothing', () => {
    const policy = halfOpen()
    for (let probe = 0; probe < 100; probe += 1) expect(attempts(policy, ['neutral'], 5_000)).toBe('ignored')

    expect(policy.state(5_000)).toBe('half-open')
    expect(attempts(policy, ['success', 'success'], 5_000)).toBe('closed')
  })

  // case 4
  test('a success that comes after the breaker has opened again changes nothing', () => {
    const policy = breaker()
    const slow = policy.tryAcquire(0)
    attempts(policy, times(5, 'failure'))
    attempts(policy, ['failure'], 5_000)

    expect(slow && policy.report(slow, 'success', 6_000)).toBe('ignored')
    expect([policy.state(6_000), policy.opensUntilMs, policy.openings]).toEqual(['open', 15_000, 2])
  })

  // case 6
  test('a call that our own full queue turned away says nothing of the provider’s health', () => {
    const { kind } = classify({
      type: 'network',
      code: 'ERR_TOO_MANY_WAITING',
      message: '',
      phase: 'connecting',
    })

    expect(failurePolicies[kind]).toMatchObject({ health: 0, billing: 'free', next: 'failover' })
  })

  // case 7. Others leave the only endpoint in use after a 429; here it is waited for, since it said when it will serve.
  test('an endpoint that answered 429 is out at once, and the only one is waited for', () => {
    const [busy, free] = fleetOf([steady, steady])
    busy?.signals.gate.close(7_000, nowMs, () => 0)
    const planned = decide(
      [busy, free].flatMap((one) => one ?? []),
      question(),
    ).plan
    const alone = decide(
      [busy].flatMap((one) => one ?? []),
      question(),
    )

    expect(planned.map(({ endpoint }) => endpoint)).toEqual([free?.endpoint])
    expect(alone).toMatchObject({ plan: [], panic: false, standby: [{ retryAtMs: nowMs + 7_000 }] })
  })

  // case 9
  test('three failures of three, or of ten, keep an endpoint in; 41 of 81 take it out', () => {
    expect(attempts(breaker(), times(3, 'failure'))).toBe('counted')
    const ten = [...times(3, 'failure'), ...times(7, 'success')]
    fc.assert(
      fc.property(fc.shuffledSubarray(ten, { minLength: 10 }), (outcomes) => {
        const policy = breaker()
        attempts(policy, outcomes)
        expect(policy.state(0)).toBe('closed')
      }),
    )

    const policy = breaker()
    for (let i = 0; i < 81; i += 1) attempts(policy, [i % 2 === 0 ? 'failure' : 'success'])
    expect(policy.state(0)).toBe('open')
  })

  // case 9. Others take the only endpoint out after a thousand failures; here its breaker opens after five, and it is tried all the
  // same, as long as there is nobody else.
  test('the only endpoint is still tried however often it failed, with two attempts at most', () => {
    const dead = fleetOf([{ ...steady, breaker: 'open' }])

    expect(decide(dead, question())).toMatchObject({ panic: true, maxAttempts: 2, plan: [{}] })
  })

  // case 10. Others count the failures that are allowed, so that one more takes the endpoint out; here it is the failures that do.
  test('with a hundred failures in a row as the bound, the 99th keeps an endpoint in and the 100th takes it out', () => {
    const policy = breaker({ consecutiveFailures: 100, failureRateBound: 1 })

    expect(attempts(policy, times(99, 'failure'))).toBe('counted')
    expect(attempts(policy, ['failure'])).toBe('opened')
  })

  // case 11. An open time of none would be no breaker, so it is refused; a provider that refuses and asks for no wait gets a second.
  test('a time of zero means none where that makes sense, never the default, and is refused elsewhere', () => {
    const policy = breaker({ slowStartMs: 0 })
    attempts(policy, times(5, 'failure'))
    attempts(policy, ['success', 'success'], 5_000)
    expect(policy.admitShare(5_000)).toBe(1)

    expect(() => breaker({ openMs: 0 })).toThrow(/openMs.*100/)
    const gate = new RateGate()
    gate.close(0, 0, () => 0)
    expect(gate.opensAtMs).toBe(1_000)
  })

  // case 13
  test('of two cooldowns in a row the one that ends later holds', () => {
    for (const [first, second] of [
      [1_000, 60_000],
      [60_000, 1_000],
    ] as const) {
      const gate = new RateGate()
      gate.close(first, 0, () => 0)
      gate.close(second, 0, () => 0)

      expect([gate.isClosed(59_999), gate.isClosed(60_000)]).toEqual([true, false])
    }
  })
})
