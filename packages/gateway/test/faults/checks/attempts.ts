import type { ObservedAttempt, ObservedFailure, Observation } from '../observation.ts'
import type { Check, Invariant } from './check.ts'
import { hasSuccessor } from './ending.ts'
import { expectedAnswer, isReference } from './expected-answer.ts'

/** Nobody is asked more often than the action allows, and nobody who is not to be asked. */
export const asksAsExpected: Check = (observation, expectation) => {
  const { places } = observation
  const [primary = 0, fallback = 0] = places.map(({ provider }) => attemptsOn(observation, provider).length)
  const allowed = allowedAttempts(observation, expectation)
  const isAllowed = within(primary, allowed.primary) && within(fallback, allowed.fallback)
  if (isAllowed) return undefined
  const expected = `${allowed.primary.join('..')} on the primary and ${allowed.fallback.join('..')} on the fallback`
  return `expected attempts: ${expected}; made: ${primary} and ${fallback}`
}

type Range = readonly [least: number, most: number]

function allowedAttempts(
  observation: Observation,
  expectation: Parameters<Check>[1],
): { readonly primary: Range; readonly fallback: Range } {
  const { action } = expectation
  if (action === 'tolerate' || action === 'stop') return { primary: [1, 1], fallback: [0, 0] }
  if (action === 'break-off') {
    // Where another endpoint cannot go on, that is known only once it has begun.
    const begins = observation.setting === 'continued' ? 1 : 0
    const least = isReference(expectedAnswer(expectation)) ? begins : 0
    return { primary: [1, 1], fallback: [least, begins] }
  }
  // How often the only endpoint is asked is for `retriesAsDocumented`.
  if (!hasSuccessor(observation, expectation)) return { primary: [1, 3], fallback: [0, 0] }
  return action === 'failover' ? { primary: [1, 1], fallback: [1, 1] } : { primary: [1, 2], fallback: [0, 1] }
}

function within(count: number, [least, most]: Range): boolean {
  return count >= least && count <= most
}

/**
 * The same endpoint is asked again only after a 5xx, a conflict or a 424, once, or after a word of waiting, and never after a timeout or
 * where the request may have run (docs/policies/attempts.md).
 */
export const retriesAsDocumented: Invariant = ({ attempts }) => {
  const wrong = attempts.findIndex((attempt, index) => {
    const before = attempts.slice(0, index).filter(({ provider }) => provider === attempt.provider)
    const last = before.at(-1)
    return last !== undefined && !mayFollow(last.failure, before.length)
  })
  if (wrong === -1) return undefined
  const failures = attempts.map(({ provider, failure }) => `${provider} ${failure?.kind ?? 'answered'}`)
  return `attempt ${wrong + 1} asks an endpoint again that must not be: ${failures.join(', ')}`
}

function mayFollow(failure: ObservedFailure | undefined, attemptsBefore: number): boolean {
  if (failure?.kind === 'rate-limited') return true
  if (attemptsBefore > 1) return false
  if (failure?.kind === 'server-error') return (failure.status ?? 0) >= 500 || failure.status === 424
  return failure?.kind === 'overloaded' || failure?.kind === 'conflict'
}

/** Attempts of a call on one provider, in the order of their starts. */
export function attemptsOn(
  { attempts }: Pick<Observation, 'attempts'>,
  provider: string,
): readonly ObservedAttempt[] {
  return attempts.filter((attempt) => attempt.provider === provider)
}
