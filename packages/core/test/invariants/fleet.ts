import fc from 'fast-check'
import { fleets } from '../../../testkit/src/arbitraries/endpoint.ts'
import type { Endpoint } from '../../src/catalog/endpoint.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import type { Decision } from '../../src/ranking/decide.ts'
import type { Breaker, BreakerState } from '../../src/signals/breaker.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import type { OutcomeRates } from '../../src/signals/outcome-counts.ts'
import { knownEndpoint, nowMs, steady } from '../ranking/fleet.ts'

/** Whether an endpoint admits an attempt now, and what speaks against it. */
export interface Standing {
  readonly state: BreakerState
  /** Half-open, with its probe under way: it admits nobody. */
  readonly probing: boolean
  readonly share: number
  /** How long its rate gate stays closed, in ms; 0 where it is open. */
  readonly gatedForMs: number
  /** Whether it has all the attempts in flight that it takes. */
  readonly busy: boolean
  /** Whether its credentials are at fault. */
  readonly held: boolean
  /** Parameters that it has refused. */
  readonly refused: readonly string[]
}

/** An endpoint that nothing holds back. */
export const atEase: Standing = {
  state: 'closed',
  probing: false,
  share: 1,
  gatedForMs: 0,
  busy: false,
  held: false,
  refused: [],
}

/** An endpoint by the numbers that its index is made of. */
export interface Numbers {
  readonly promptPicoUsd: number
  readonly completionPicoUsd: number
  readonly rates: Readonly<OutcomeRates>
  readonly ttftMs: number
  readonly msPerToken: number
  readonly standing: Standing
}

const rarely = fc.nat(4).map((drawn) => drawn === 4)

const shares: fc.Arbitrary<number> = fc.double({ min: 0.1, max: 1, noNaN: true })

export const standings: fc.Arbitrary<Standing> = fc.record({
  state: fc.constantFrom('closed', 'closed', 'open', 'half-open'),
  probing: fc.boolean(),
  share: shares,
  gatedForMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 1, max: 3_600_000 })),
  busy: rarely,
  held: rarely,
  refused: fc.subarray(['temperature', 'tools', 'top_p', 'reasoning'], { maxLength: 1 }),
})

/** Rates from the harmless to the hopeless. */
export const rates: fc.Arbitrary<OutcomeRates> = fc
  .tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1e-6, max: 1, noNaN: true }))
  .map(([one, other]) => {
    const [low, high] = [Math.min(one, other) * 0.999_99, Math.max(one, other) * 0.999_99 + 1e-6]
    return { early: low, late: high - low, success: 1 - high }
  })
  .filter(({ early, late, success }) => Math.min(early, late, success) >= 1e-9)

/** Endpoints that all can serve, with any numbers; the breakers' states are those given. */
export function numbersIn(...states: readonly BreakerState[]): fc.Arbitrary<Numbers> {
  return fc.record({
    promptPicoUsd: fc.nat(20_000_000),
    completionPicoUsd: fc.nat(60_000_000),
    rates,
    ttftMs: fc.integer({ min: 1, max: 60_000 }),
    msPerToken: fc.integer({ min: 1, max: 1_000 }),
    standing: fc.record({ state: fc.constantFrom(...states), share: shares }).map((drawn) => ({
      ...atEase,
      ...drawn,
    })),
  })
}

/** Returns fleets of one to so many endpoints that all can serve. */
export function fleetsOf(numbers: fc.Arbitrary<Numbers>, maxLength = 6): fc.Arbitrary<readonly Numbers[]> {
  return fc.array(numbers, { minLength: 1, maxLength })
}

/** Makes an endpoint of its numbers. `name` is its provider, and its id begins with it. */
export function known(numbers: Numbers, name: string, atMs: number = nowMs): KnownEndpoint {
  const { endpoint } = knownEndpoint(name, steady)
  const { promptPicoUsd, completionPicoUsd, ttftMs, msPerToken } = numbers
  const signals = new EndpointSignals({ limits: {}, prior: { rates: numbers.rates, ttftMs, msPerToken } })
  return standingAs(
    { endpoint: { ...endpoint, pricing: { promptPicoUsd, completionPicoUsd } }, signals },
    numbers.standing,
    atMs,
  )
}

/** Makes endpoints of their numbers, named by their places. */
export function knownAll(fleet: readonly Numbers[], atMs: number = nowMs): readonly KnownEndpoint[] {
  return fleet.map((numbers, i) => known(numbers, `provider-${i}`, atMs))
}

/** Endpoints of a catalog and how each of them stands. */
export type Situation = readonly (readonly [Endpoint, Standing])[]

export const situations: fc.Arbitrary<Situation> = fleets.chain((fleet) =>
  fc.tuple(...fleet.map((endpoint) => standings.map((standing) => [endpoint, standing] as const))),
)

/** Makes every endpoint stand as it is said to. */
export function knownIn(situation: Situation): readonly KnownEndpoint[] {
  return situation.map(([endpoint, standing]) => {
    const signals = new EndpointSignals({ limits: standing.busy ? { maxConcurrent: 1 } : {} })
    return standingAs({ endpoint, signals }, standing, nowMs)
  })
}

function standingAs(
  { endpoint, signals }: Omit<KnownEndpoint, 'breaker'>,
  { state, probing, share, gatedForMs, busy, held, refused }: Standing,
  atMs: number,
): KnownEndpoint {
  if (gatedForMs > 0) signals.gate.closeUntil(atMs + gatedForMs)
  if (busy) signals.permits.tryReserve(1, atMs)
  if (held) signals.hold.place('key rejected', atMs - 1)
  signals.learned.refused(refused, refused.join(' '), atMs - 1)
  const admits = state === 'closed' || (state === 'half-open' && !probing)
  return { endpoint, signals, breaker: { ...still, state, admits, admitShare: () => share } }
}

/** A breaker that stays as it is. */
const still: Breaker = {
  state: 'closed',
  admits: true,
  openings: 0,
  opensUntilMs: undefined,
  admitShare: () => 1,
  tryAcquire: () => undefined,
  report: () => undefined,
  reportLateFailure: () => undefined,
  openedElsewhere: () => undefined,
  dispose: () => undefined,
}

/** Ids in the order in which a call tries them. */
export function planIds({ plan }: Pick<Decision, 'plan'>): readonly string[] {
  return plan.map((planned) => planned.endpoint.id)
}

/** Probability of the first pick by endpoint. */
export function probabilities({ ranked, probabilities }: Decision): ReadonlyMap<string, number> {
  return new Map(ranked.map((scored, i) => [scored.known.endpoint.id, probabilities[i] ?? Number.NaN]))
}

/** Ids of all endpoints that a call may come to try, now or after a wait. */
export function reachable({ plan, standby }: Decision): readonly Endpoint[] {
  return [...plan, ...standby].map((planned) => planned.endpoint)
}
