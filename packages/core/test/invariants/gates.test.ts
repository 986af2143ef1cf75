import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demands } from '../../../testkit/src/arbitraries/demand.ts'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { createVirtualBreaker } from '../../../testkit/src/virtual-breaker.ts'
import { decide } from '../../src/ranking/decide.ts'
import { breakerDefaults } from '../../src/signals/breaker.ts'
import { RateGate } from '../../src/signals/gate.ts'
import { fleetOf, nowMs, question, steady } from '../ranking/fleet.ts'
import { gapMs, share, timed } from '../signals/arbitraries.ts'
import { fleetsOf, knownAll, knownIn, numbersIn, probabilities, reachable, situations } from './fleet.ts'
import type { Situation, Standing } from './fleet.ts'

const retryAfterMs = fc.option(fc.nat(7_200_000), { nil: undefined })
const longestBelievedMs = 3_600_000

function isGated({ gatedForMs }: Standing): boolean {
  return gatedForMs > 0
}

/** Whether its breaker does not admit an attempt. */
function isShutOut({ state, probing }: Standing): boolean {
  return state === 'open' || (state === 'half-open' && probing)
}

/** How each endpoint that the rules let through stands. */
function eligibleIn(situation: Situation, excluded: readonly { readonly endpoint: string }[]): Situation {
  const ids = new Set(excluded.map(({ endpoint }) => endpoint))
  return situation.filter(([{ id }]) => !ids.has(id))
}

// Panic does not ignore gates here: a provider that says when it will serve again is not asked before.
test('invariant 28: no endpoint is tried before its gate opens, in panic neither, and Retry-After is a lower bound', () => {
  const refusal = fc.record({ gapMs, retryAfterMs, jitter: share })
  fc.assert(
    fc.property(fc.array(refusal, { minLength: 1, maxLength: 8 }), fc.boolean(), (refusals, panics) => {
      const breaker = panics ? 'open' : 'closed'
      const endpoints = fleetOf([
        { ...steady, breaker },
        { ...steady, breaker },
      ])
      const [gated] = endpoints
      let earliestMs = -Infinity
      for (const { atMs, retryAfterMs, jitter } of timed(refusals, nowMs)) {
        const decision = decide(endpoints, question({ nowMs: atMs, random: () => 0 }))
        const planned = decision.plan.some(({ endpoint }) => endpoint === gated?.endpoint)
        expect(planned).toBe(atMs >= (gated?.signals.gate.opensAtMs ?? 0))
        if (planned) expect(atMs).toBeGreaterThanOrEqual(earliestMs)
        for (const { retryAtMs } of decision.standby) expect(retryAtMs).toBeGreaterThanOrEqual(earliestMs)

        gated?.signals.gate.close(retryAfterMs, atMs, () => jitter)
        // A provider is believed for an hour at most.
        earliestMs = Math.max(earliestMs, atMs + Math.min(retryAfterMs ?? 0, longestBelievedMs))
      }
    }),
  )
})

test('invariant 29: nothing that a closed gate is told opens it earlier', () => {
  const command = fc.record({
    gapMs,
    type: fc.constantFrom('close', 'close until', 'succeed', 'merge'),
    retryAfterMs,
    jitter: share,
  })
  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const gate = new RateGate()
      for (const { atMs, type, retryAfterMs, jitter } of timed(commands, 0)) {
        const before = gate.opensAtMs
        if (type === 'close') gate.close(retryAfterMs, atMs, () => jitter)
        if (type === 'close until') gate.closeUntil(atMs + (retryAfterMs ?? 0))
        if (type === 'succeed') gate.succeeded()
        if (type === 'merge') gate.merge({ closedForMs: retryAfterMs ?? 0, closings: 1 }, atMs)
        expect(gate.opensAtMs).toBeGreaterThanOrEqual(before)
      }
    }),
  )
})

// The threshold is the least there is: one closed breaker is enough. Whether a probe that is due ends a panic is another question.
test('invariant 32: breakers are ignored when nobody admits a call, never while a closed one does, and for two attempts at most', () => {
  fc.assert(
    fc.property(situations, fc.integer({ min: 1, max: 10 }), (situation, maxAttempts) => {
      const decision = decide(knownIn(situation), question({ maxAttempts }))
      const eligible = eligibleIn(situation, decision.exclusions).map(([, standing]) => standing)
      const free = eligible.filter((one) => !isGated(one) && !one.busy)
      const shutOut = free.filter(isShutOut)

      if (free.some(({ state }) => state === 'closed') || shutOut.length === 0)
        expect(decision.panic).toBe(false)
      if (shutOut.length > 0 && shutOut.length === free.length) expect(decision.panic).toBe(true)
      expect(decision.maxAttempts).toBe(decision.panic ? Math.min(2, maxAttempts) : maxAttempts)
    }),
    { numRuns: 500 },
  )
})

// A breaker that becomes half-open is no sign of recovery yet: the call that carries its probe needs another endpoint too.
test('invariant 32: while everything fails, panic never ends as long as a breaker is open', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 4 }), fc.nat(), (count, seed) => {
      let atMs = 0
      const random = seededRandom(seed)
      const endpoints = fleetOf(Array.from({ length: count }, () => steady)).map((known) => ({
        ...known,
        breaker: createVirtualBreaker({ ...breakerDefaults, random, nowMs: () => atMs }),
      }))
      const underWay: { readonly failsAtMs: number; fail(): void }[] = []
      let panicked = false
      // Ten calls a second, and each failure takes half a second to show.
      for (; atMs < 120_000; atMs += 100) {
        while ((underWay[0]?.failsAtMs ?? Infinity) <= atMs) underWay.shift()?.fail()
        const decision = decide(endpoints, question({ nowMs: nowMs + atMs, random }))
        const isOpen = endpoints.some(({ breaker }) => breaker.state === 'open')
        if (panicked && isOpen) expect(decision.panic).toBe(true)
        panicked ||= decision.panic
        const breaker = endpoints.find(({ endpoint }) => endpoint === decision.plan[0]?.endpoint)?.breaker
        const permit = breaker?.tryAcquire()
        if (permit !== undefined)
          underWay.push({ failsAtMs: atMs + 500, fail: () => breaker?.report(permit, 'failure') })
      }
      expect(panicked).toBe(true)
    }),
    { numRuns: 20, examples: [[2, 1_130_062_462]] },
  )
})

test('invariant 32: a call that may use dead endpoints only never makes another call panic that has a healthy one', () => {
  const endpoints = fleetOf([steady, { ...steady, breaker: 'open' }])

  expect(decide(endpoints, question({ preferences: { only: ['provider-1'] } })).panic).toBe(true)
  expect(decide(endpoints, question()).panic).toBe(false)
})

test('invariant 23: in panic, an endpoint whose probe is under way is not first for certain', () => {
  fc.assert(
    fc.property(fleetsOf(numbersIn('half-open', 'open')), (fleet) => {
      const probing = fleet.map((one) => ({ ...one, standing: { ...one.standing, probing: true } }))
      const decision = decide(knownAll(probing), question())
      expect(decision.panic).toBe(true)
      if (fleet.length > 1) expect(Math.max(...probabilities(decision).values())).toBeLessThan(1)
    }),
  )
})

test('invariant 33: breakers alone never leave a call without an endpoint to try', () => {
  fc.assert(
    fc.property(situations, demands, (situation, demand) => {
      const { plan, exclusions } = decide(knownIn(situation), question({ demand }))
      const eligible = eligibleIn(situation, exclusions)
      if (plan.length === 0) expect(eligible.every(([, one]) => isGated(one) || one.busy)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

// A key is an account, and each account has endpoints of its own; what a fault of a key holds is in the router's tests.
test('invariant 34: a hold keeps out its own endpoint and never another', () => {
  fc.assert(
    fc.property(situations, fc.nat(), (situation, pick) => {
      const at = pick % Math.max(1, situation.length)
      const ids = (held: boolean): readonly string[] => {
        const changed = situation.map(
          ([endpoint, one], i) => [endpoint, { ...one, held: i === at ? held : one.held }] as const,
        )
        return reachable(decide(knownIn(changed), question({ preferences: { sort: 'price' } }))).map(
          ({ id }) => id,
        )
      }
      const without = ids(false).filter((id) => id !== situation[at]?.[0].id)

      expect(ids(true).toSorted()).toEqual(without.toSorted())
    }),
    { numRuns: 300 },
  )
})
