import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BreakerPolicy, type BreakerVerdict } from '../../src/signals/breaker-policy.ts'
import {
  breakerDefaults,
  type BreakerOptions,
  type BreakerPermit,
  type HealthOutcome,
} from '../../src/signals/breaker.ts'
import { wilsonLowerBound } from '../../src/signals/wilson.ts'
import { gapMs, share, timed } from './arbitraries.ts'

const { consecutiveFailures, failureRateBound, halfLifeMs, maxOpenMs, minimumSamples, openMs } =
  breakerDefaults

const policyOf = (options: Partial<BreakerOptions> = {}, random = 1): BreakerPolicy =>
  new BreakerPolicy({ ...breakerDefaults, ...options }, () => random)

/** Takes a permit, if there is one, and reports its outcome. */
function attempt(policy: BreakerPolicy, outcome: HealthOutcome, nowMs: number): BreakerVerdict | undefined {
  const permit = policy.tryAcquire(nowMs)
  return permit === undefined ? undefined : policy.report(permit, outcome, nowMs)
}

function repeat(
  policy: BreakerPolicy,
  outcome: HealthOutcome,
  { times, nowMs }: { times: number; nowMs: number },
): void {
  for (let time = 0; time < times; time++) attempt(policy, outcome, nowMs)
}

const outcome = fc.constantFrom<HealthOutcome>('success', 'failure', 'failure', 'neutral')

/** Permits are taken and reported in any order, some late, some never. */
const step = fc.oneof(
  fc.record({ gapMs, type: fc.constant('acquire' as const) }),
  fc.record({ gapMs, type: fc.constant('report' as const), index: fc.nat(8), outcome }),
  fc.record({ gapMs, type: fc.constant('attempt' as const), outcome }),
  fc.record({ gapMs, type: fc.constant('fail late' as const), index: fc.nat(8) }),
)
const steps = fc.array(step, { maxLength: 80, size: 'max' })
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value & { readonly atMs: number } : never

/** Takes steps with a policy and remembers the permits that are under way. */
class Driver {
  readonly policy: BreakerPolicy
  readonly underWay: BreakerPermit[] = []
  /** How often it has opened in all. */
  generation = 0
  #succeeded: BreakerPermit[] = []

  constructor(policy: BreakerPolicy) {
    this.policy = policy
  }

  take(step: Step): void {
    if (this.#verdictOf(step) === 'opened') this.generation++
  }

  #verdictOf(step: Step): BreakerVerdict | undefined {
    const { policy, underWay } = this
    if (step.type === 'fail late') {
      const [permit] = this.#succeeded.splice(step.index, 1)
      return permit && policy.reportLateFailure(permit, step.atMs)
    }
    if (step.type !== 'report') {
      const permit = policy.tryAcquire(step.atMs)
      if (permit !== undefined) underWay.push(permit)
      if (permit === undefined || step.type === 'acquire') return undefined
    }
    const [permit] = underWay.splice(step.type === 'attempt' ? -1 : step.index, 1)
    if (permit === undefined) return undefined
    if (step.outcome === 'success') this.#succeeded = [...this.#succeeded, permit].slice(-8)
    return policy.report(permit, step.outcome, step.atMs)
  }
}

test('invariant 22: an open breaker is not attempted: it gives no permit before the instant that it named, whatever happens', () => {
  fc.assert(
    fc.property(steps, share, (steps, random) => {
      const driver = new Driver(policyOf({}, random))
      for (const step of timed(steps, 0)) {
        driver.take(step)
        const { policy } = driver
        const open = policy.openings > 0 && step.atMs < policy.opensUntilMs
        expect(policy.state(step.atMs) === 'open').toBe(open)
        if (open) expect(policy.tryAcquire(step.atMs)).toBeUndefined()
      }
    }),
  )
})

test('invariant 23: a half-open breaker has at most one probe in flight, however many calls ask', () => {
  fc.assert(
    fc.property(steps, share, (steps, random) => {
      const driver = new Driver(policyOf({}, random))
      for (const step of timed(steps, 0)) {
        driver.take(step)
        const { policy, underWay } = driver
        if (policy.state(step.atMs) !== 'half-open') continue
        const present = underWay.filter(({ generation }) => generation === driver.generation)
        expect(present.every(({ probe }) => probe)).toBe(true)
        expect(present.length).toBe(policy.admits(step.atMs) ? 0 : 1)
      }
    }),
  )
})

test('invariant 24: failed probes in a row open it for nominal times that never fall and never exceed the longest', () => {
  const ms = fc.integer({ min: 100, max: 3_600_000 })
  fc.assert(
    fc.property(ms, ms, (one, other) => {
      const [openMs, maxOpenMs] = [Math.min(one, other), Math.max(one, other)]
      const policy = policyOf({ openMs, maxOpenMs })
      repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
      let lastMs = openMs
      for (let openings = 1; openings < 20; openings++) {
        expect(policy.openForMs).toBe(Math.min(maxOpenMs, openMs * 2 ** (openings - 1)))
        expect(policy.openForMs).toBeGreaterThanOrEqual(lastMs)
        lastMs = policy.openForMs
        const halfOpenAtMs = policy.opensUntilMs
        expect(policy.state(halfOpenAtMs - 1)).toBe('open')
        expect(attempt(policy, 'failure', halfOpenAtMs)).toBe('opened')
      }
    }),
  )
})

test('it opens for between a half and the whole of the nominal time', () => {
  fc.assert(
    fc.property(share, (random) => {
      const policy = policyOf({}, random)
      repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 7 })

      expect(policy.opensUntilMs - 7).toBe(Math.ceil(openMs * (0.5 + random / 2)))
    }),
  )
})

test('invariant 25: successes in a row close it, and closed it is independent of what came before the opening', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const [veteran, recruit] = [new Driver(policyOf()), new Driver(policyOf())]
      const past = timed(before, 0)
      for (const step of past) veteran.take(step)
      const nowMs = (past.at(-1)?.atMs ?? 0) + maxOpenMs
      for (const { policy, underWay } of [veteran, recruit]) {
        for (const permit of underWay) policy.report(permit, 'neutral', nowMs)
        repeat(policy, 'failure', { times: consecutiveFailures, nowMs })
        expect(policy.openings).toBeGreaterThan(0)
        repeat(policy, 'success', { times: 2, nowMs: nowMs + maxOpenMs })
        expect(policy.state(nowMs + maxOpenMs)).toBe('closed')
      }

      const [old, fresh] = [new Driver(veteran.policy), new Driver(recruit.policy)]
      for (const step of timed(after, nowMs + maxOpenMs)) {
        old.take(step)
        fresh.take(step)
        const told = ({ policy }: Driver) => [
          policy.state(step.atMs),
          policy.openings,
          policy.admitShare(step.atMs),
        ]
        expect(told(old)).toEqual(told(fresh))
        if (old.policy.openings > 0) expect(old.policy.opensUntilMs).toBe(fresh.policy.opensUntilMs)
      }
    }),
  )
})

test('invariant 26: a neutral outcome never changes it, wherever it comes', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const [plain, mixed] = [new Driver(policyOf()), new Driver(policyOf())]
      for (const step of timed(steps, 0)) {
        plain.take(step)
        attempt(mixed.policy, 'neutral', step.atMs)
        mixed.take(step)
        const told = ({ policy }: Driver) => [
          policy.state(step.atMs),
          policy.openings,
          policy.admits(step.atMs),
        ]
        expect(told(mixed)).toEqual(told(plain))
      }
    }),
  )
})

test('invariant 27: a result from before the opening never extends, shortens or ends the open time', () => {
  const late = fc.record({ atShare: share, outcome })
  fc.assert(
    fc.property(fc.array(late, { minLength: 1, maxLength: 20 }), fc.nat(3), (lates, reopenings) => {
      const policy = policyOf()
      const permits = lates.map(() => policy.tryAcquire(0))
      repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
      for (let openings = 0; openings < reopenings; openings++)
        attempt(policy, 'failure', policy.opensUntilMs)
      const [startMs, untilMs] = [policy.opensUntilMs - policy.openForMs, policy.opensUntilMs]
      const openings = policy.openings

      for (const [i, { atShare, outcome }] of lates.toSorted((a, b) => a.atShare - b.atShare).entries()) {
        const permit = permits[i]
        if (permit !== undefined) policy.report(permit, outcome, startMs + atShare * 2 * policy.openForMs)
        expect(policy.opensUntilMs).toBe(untilMs)
        expect(policy.openings).toBe(openings)
      }
      expect(policy.state(untilMs - 1)).toBe('open')
      expect(attempt(policy, 'success', untilMs)).toBe('probed')
    }),
  )
})

test('invariant 33: it never shuts an endpoint out for good: with no probe under way it admits one within the longest open time', () => {
  fc.assert(
    fc.property(steps, share, (steps, random) => {
      const driver = new Driver(policyOf({}, random))
      const history = timed(steps, 0)
      for (const step of history) driver.take(step)
      const lastMs = history.at(-1)?.atMs ?? 0
      for (const permit of driver.underWay) driver.policy.report(permit, 'neutral', lastMs)

      expect(driver.policy.admits(lastMs + maxOpenMs)).toBe(true)
    }),
  )
})

test('invariant 51: more failures never open it later, and a success never opens it', () => {
  const event = fc.record({ gapMs: fc.nat(30_000), failed: fc.boolean(), added: fc.boolean() })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80, size: 'max' }), (events) => {
      const [fewer, more] = [policyOf(), policyOf()]
      for (const { atMs, failed, added } of timed(events, 0)) {
        if (more.openings > 0) return
        if (added) attempt(more, 'failure', atMs)
        attempt(more, failed ? 'failure' : 'success', atMs)
        const verdict = attempt(fewer, failed ? 'failure' : 'success', atMs)
        if (!failed) expect(verdict).toBe('counted')
        if (fewer.openings > 0) expect(more.openings).toBeGreaterThan(0)
      }
    }),
  )
})

/** Why a failure opens a breaker that has heard these outcomes, from the definitions of both rules. */
function reasonToOpen(
  past: readonly { readonly atMs: number; readonly failed: boolean }[],
): 'row' | 'rate' | undefined {
  const nowMs = past.at(-1)?.atMs ?? 0
  const weightOf = (list: typeof past): number =>
    list.reduce((sum, one) => sum + 2 ** ((one.atMs - nowMs) / halfLifeMs), 0)
  const n = weightOf(past)
  const expected = n * failureRateBound
  const excess = weightOf(past.filter((one) => one.failed)) - expected
  if (past.length >= 5 && past.slice(-5).every((one) => one.failed)) return 'row'
  return n >= minimumSamples && excess > 1.64 * Math.sqrt(expected * (1 - failureRateBound))
    ? 'rate'
    : undefined
}

test('it opens exactly when the last failures or the decayed rate say so, by their definitions', () => {
  // Odd gaps, so that no sum of weights is a bound but for rounding.
  const event = fc.record({ gapMs: fc.nat(20_000).map((ms) => ms + 0.37), failed: fc.boolean() })
  const reached = new Set<string>()
  fc.assert(
    fc.property(fc.array(event, { minLength: 10, maxLength: 80, size: 'max' }), (events) => {
      const policy = policyOf()
      const history = timed(events, 0)
      for (const [i, { atMs, failed }] of history.entries()) {
        attempt(policy, failed ? 'failure' : 'success', atMs)
        const reason = failed ? reasonToOpen(history.slice(0, i + 1)) : undefined
        expect(policy.openings).toBe(reason === undefined ? 0 : 1)
        if (reason === undefined) continue
        reached.add(reason)
        return
      }
    }),
    { numRuns: 300 },
  )
  expect([...reached].toSorted()).toEqual(['rate', 'row'])
})

test('an attempt that fails late counts as one failure from then on, and no more as a success', () => {
  const [cut, failed] = [policyOf({ consecutiveFailures: 100 }), policyOf({ consecutiveFailures: 100 })]
  for (let attempts = 0; attempts < 7; attempts++) {
    const permit = cut.tryAcquire(attempts * 30_000)
    if (permit === undefined) throw new Error('a closed breaker gives a permit')
    cut.report(permit, 'success', attempts * 30_000)
    cut.reportLateFailure(permit, attempts * 30_000 + 20_000)
    attempt(failed, 'failure', attempts * 30_000 + 20_000)
  }
  const verdicts = [0, 1, 2, 3, 4, 5].map((i) => [
    attempt(cut, 'failure', 200_001 + i),
    attempt(failed, 'failure', 200_001 + i),
  ])

  expect(verdicts.every(([one, other]) => one === other)).toBe(true)
  expect(verdicts.flat()).toContain('opened')
})

test('a dead endpoint costs five attempts and a probe for each open time; revived, it serves after two probes', () => {
  const policy = policyOf()
  const revivesAtMs = 3_600_000
  let failures = 0
  let nowMs = 0
  for (; nowMs < revivesAtMs; nowMs += 100) if (attempt(policy, 'failure', nowMs) !== undefined) failures++
  const waits = [5_000, 10_000, 20_000, 40_000]
  const probes = waits.length + Math.floor((revivesAtMs - 400 - 75_000) / maxOpenMs)
  expect(failures).toBe(5 + probes)

  nowMs = policy.opensUntilMs
  expect(nowMs - revivesAtMs).toBeLessThanOrEqual(maxOpenMs)
  expect([attempt(policy, 'success', nowMs), attempt(policy, 'success', nowMs)]).toEqual(['probed', 'closed'])
})

test('its share of traffic is a tenth until it has closed, then grows to the whole', () => {
  const policy = policyOf()
  expect(policy.admitShare(0)).toBe(1)
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
  repeat(policy, 'success', { times: 2, nowMs: 5_000 })

  expect([5_000, 8_000, 20_000, 35_000, 1e9].map((nowMs) => policy.admitShare(nowMs))).toEqual([
    0.1, 0.1, 0.5, 1, 1,
  ])
})

test('its share of traffic is a tenth while it is open, however long ago it had closed', () => {
  const policy = policyOf()
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
  repeat(policy, 'success', { times: 2, nowMs: openMs })
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 1_000_000 })

  expect(policy.admitShare(1_000_000)).toBe(0.1)
})

test('one that never opened has no instant at which it became half-open', () => {
  expect(policyOf().opensUntilMs).toBe(-Infinity)
})

/** Reports attempts of one instant, each failed or not, and returns what became of the last. */
function attemptAll(policy: BreakerPolicy, failed: readonly boolean[]): BreakerVerdict | undefined {
  return failed.map((one) => attempt(policy, one ? 'failure' : 'success', 0)).at(-1)
}

const sixOfEight = [true, true, true, false, false, true, true, true]

test('it opens by the rate as soon as the least number of attempts counts', () => {
  expect(attemptAll(policyOf({ minimumSamples: 8 }), sixOfEight)).toBe('opened')
  expect(attemptAll(policyOf({ minimumSamples: 9 }), sixOfEight)).toBe('counted')
})

test('a rate whose lower bound is just the one that is allowed does not open it', () => {
  const bound = wilsonLowerBound(6, 8)

  expect(attemptAll(policyOf({ failureRateBound: bound }), sixOfEight)).toBe('counted')
  expect(attemptAll(policyOf({ failureRateBound: bound - 1e-9 }), sixOfEight)).toBe('opened')
})

test('closed again, it has forgotten the rate that opened it', () => {
  const policy = policyOf({ consecutiveFailures: 100 })
  repeat(policy, 'failure', { times: minimumSamples, nowMs: 0 })
  expect(policy.state(0)).toBe('open')
  repeat(policy, 'success', { times: 2, nowMs: openMs })

  expect(attempt(policy, 'failure', openMs)).toBe('counted')
})

test('a failure that is reported again and again counts once', () => {
  const policy = policyOf()
  const permit = policy.tryAcquire(0)
  if (permit === undefined) throw new Error('a closed breaker gives a permit')
  const verdicts = Array.from({ length: consecutiveFailures }, () => policy.report(permit, 'failure', 0))

  expect(verdicts).toEqual(['counted', 'ignored', 'ignored', 'ignored', 'ignored'])
})

test.each(['failure', 'neutral'] as const)('an attempt whose outcome was %s cannot fail late', (outcome) => {
  const policy = policyOf()
  for (let attempts = 0; attempts < consecutiveFailures - 1; attempts++) {
    const permit = policy.tryAcquire(0)
    if (permit === undefined) throw new Error('a closed breaker gives a permit')
    policy.report(permit, outcome, 0)
    expect(policy.reportLateFailure(permit, 0)).toBe('ignored')
  }

  expect(policy.state(0)).toBe('closed')
})

test('an attempt from before the opening that fails late changes nothing', () => {
  const policy = policyOf()
  const permit = policy.tryAcquire(0)
  if (permit === undefined) throw new Error('a closed breaker gives a permit')
  policy.report(permit, 'success', 0)
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })

  expect(policy.reportLateFailure(permit, openMs - 1)).toBe('ignored')
  expect(policy.opensUntilMs).toBe(openMs)
  expect(policy.openings).toBe(1)
})

test('whenever another instance’s opens, a closed one opens for as long and up to half of that longer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_600_000 }), share, (forMs, random) => {
      const policy = policyOf({}, random)

      expect(policy.openedElsewhere(forMs, 70)).toBe('opened')
      expect(policy.opensUntilMs).toBe(70 + Math.ceil(forMs * (1 + random / 2)))
    }),
  )
})

test('another instance is believed for an hour at most', () => {
  const policy = policyOf({}, 0)
  policy.openedElsewhere(1e12, 0)

  expect(policy.openForMs).toBe(3_600_000)
})

test('an opening of another instance counts as the first: one failed probe opens it again, for twice the first time', () => {
  const policy = policyOf()
  policy.openedElsewhere(1_000, 0)

  expect(attempt(policy, 'failure', policy.opensUntilMs)).toBe('opened')
  expect(policy.openings).toBe(2)
  expect(policy.openForMs).toBe(2 * openMs)
})

test('for a second after a success of its own it does not open because another instance’s did', () => {
  const policy = policyOf()
  attempt(policy, 'success', 5_000)

  expect(policy.openedElsewhere(1_000, 6_000)).toBe('ignored')
  expect(policy.state(6_000)).toBe('closed')
  expect(policy.openedElsewhere(1_000, 6_001)).toBe('opened')
})

test('an open one and a half-open one stay as they are when another instance’s opens', () => {
  const policy = policyOf()
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })

  for (const nowMs of [1, openMs]) expect(policy.openedElsewhere(60_000, nowMs)).toBe('ignored')
  expect(policy.opensUntilMs).toBe(openMs)
  expect(policy.openings).toBe(1)
})

test.each([0, -1, Number.NaN])('an opening of another instance for %d ms opens nothing', (forMs) => {
  const policy = policyOf()

  expect(policy.openedElsewhere(forMs, 0)).toBe('ignored')
  expect(policy.openings).toBe(0)
})

test('a disposed one admits everything at once, open or half-open with a probe under way', () => {
  for (const probeAtMs of [0, openMs]) {
    const policy = policyOf()
    repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
    policy.tryAcquire(probeAtMs)
    policy.dispose()

    expect(policy.state(probeAtMs)).toBe('closed')
    expect(policy.tryAcquire(probeAtMs)).toMatchObject({ probe: false })
  }
})

test('nothing opens a disposed one', () => {
  const policy = policyOf()
  policy.dispose()
  repeat(policy, 'failure', { times: consecutiveFailures, nowMs: 0 })
  policy.openedElsewhere(1_000, 0)

  expect(policy.openings).toBe(0)
})

test('a permit of nobody changes nothing', () => {
  const policy = policyOf()
  for (let time = 0; time < 9; time++) {
    expect(policy.report({ generation: 0, probe: false }, 'failure', 0)).toBe('ignored')
    expect(policy.reportLateFailure({ generation: 0, probe: false }, 0)).toBe('ignored')
  }
})

test.each([
  [{ consecutiveFailures: 0 }, 'breaker.consecutiveFailures must be an integer of 1..100, got 0'],
  [{ minimumSamples: 1_001 }, 'breaker.minimumSamples must be an integer of 1..1000, got 1001'],
  [{ halfLifeMs: 999 }, 'breaker.halfLifeMs must be an integer of 1000..3600000, got 999'],
  [{ maxOpenMs: 3_600_001 }, 'breaker.maxOpenMs must be an integer of 100..3600000, got 3600001'],
  [{ openMs: 60_001 }, 'breaker.openMs must be an integer of 100..60000, got 60001'],
  [{ probesToClose: 1.5 }, 'breaker.probesToClose must be an integer of 1..10, got 1.5'],
  [{ slowStartMs: -1 }, 'breaker.slowStartMs must be an integer of 0..600000, got -1'],
  [{ failureRateBound: 0 }, 'breaker.failureRateBound must be above 0 and at most 1, got 0'],
  [{ failureRateBound: 1.01 }, 'breaker.failureRateBound must be above 0 and at most 1, got 1.01'],
])('the option %j is refused by name, bound and value', (options, message) => {
  expect(() => policyOf(options)).toThrow(new RangeError(message))
})

test('with a bound of 1 it opens by failures in a row only', () => {
  const policy = policyOf({ failureRateBound: 1, consecutiveFailures: 100 })
  repeat(policy, 'failure', { times: 99, nowMs: 0 })

  expect(policy.state(0)).toBe('closed')
  expect(attempt(policy, 'failure', 0)).toBe('opened')
})
