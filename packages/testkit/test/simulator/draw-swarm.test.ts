import { classify, failurePolicies } from '@nextbest/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/seeded-random.ts'
import { meaningOf } from '../../src/simulator/invariants/evidence.ts'
import { Dice } from '../../src/simulator/swarm/dice.ts'
import { incidentKinds, type IncidentKind } from '../../src/simulator/swarm/incident-kinds.ts'
import { callOf, drawSwarm, type Swarm } from '../../src/simulator/swarm/swarm.ts'

function callsOf(swarm: Swarm): unknown[] {
  return Array.from({ length: swarm.calls }, (_, number) => callOf(swarm, number))
}

function plainly(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Set ? [...part] : part))
}

describe('a swarm', () => {
  test('is a function of its seed and its number of calls', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), (seed, calls) => {
        const [one, other] = [drawSwarm(seed, calls), drawSwarm(seed, calls)]
        expect(plainly([one, callsOf(one)])).toBe(plainly([other, callsOf(other)]))
      }),
      { numRuns: 30 },
    )
  })

  test('has 1 to 12 endpoints of 1 to 4 models, each id once, and arrivals in order', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { accounts, arrivals } = drawSwarm(seed, 200)
        const endpoints = accounts.flatMap((account) => account.endpoints)
        expect(endpoints.length).toBeGreaterThanOrEqual(1)
        expect(endpoints.length).toBeLessThanOrEqual(12)
        expect(new Set(endpoints.map(({ id }) => id)).size).toBe(endpoints.length)
        expect(new Set(endpoints.map(({ model }) => model)).size).toBeLessThanOrEqual(4)
        expect(arrivals.atMs).toEqual(arrivals.atMs.toSorted((one, other) => one - other))
      }),
    )
  })

  test('keeps the rest as it was, whatever is left out', () => {
    const whole = drawSwarm(5, 400)
    const kind = whole.incidents[0]?.kind ?? 'cut'
    const less = drawSwarm(5, 400, {
      fromCall: 100,
      untilCall: 300,
      calls: new Set([150]),
      kinds: new Set([kind]),
    })

    expect(less.incidents).toEqual(whole.incidents.filter((incident) => incident.kind !== kind))
    expect(callOf(less, 99)).toBeUndefined()
    expect(callOf(less, 150)).toBeUndefined()
    expect(callOf(less, 300)).toBeUndefined()
    expect(callOf(less, 200)).toEqual(callOf(whole, 200))
  })
})

describe('incidents', () => {
  const kinds = Object.keys(incidentKinds).filter((kind): kind is IncidentKind => kind in incidentKinds)

  test.for(kinds)(
    '%s makes scripts whose failures mean to the rules what they mean to the engine',
    (kind) => {
      for (let seed = 0; seed < 200; seed++) {
        const script = incidentKinds[kind]({
          dice: new Dice(seededRandom(seed)),
          nowMs: 1_000,
          fromMs: 0,
          inFlight: 5,
          honest: () => [
            { type: 'content', afterMs: 100, text: 'one ' },
            { type: 'content', afterMs: 200, text: 'two ' },
            { type: 'end', afterMs: 300, usage: undefined },
          ],
        })
        for (const step of script ?? []) {
          if (step.type !== 'failure') continue
          const { health, state, billing, holdScope } = failurePolicies[classify(step.evidence).kind]
          const { unhealthy, gateMs, hold, free } = meaningOf(step.evidence)
          expect({ unhealthy, gated: gateMs !== undefined, hold, free }).toEqual({
            unhealthy: health > 0,
            gated: state === 'gate',
            hold: holdScope === undefined ? undefined : { key: 'account', model: 'endpoint' }[holdScope],
            free: billing === 'free',
          })
          const { retryAfterMs = 0 } = classify(step.evidence)
          if (gateMs !== undefined) expect(gateMs).toBe(retryAfterMs > 0 ? retryAfterMs : 1_000)
        }
      }
    },
  )
})
