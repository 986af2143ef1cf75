import type { ObservedPlace, Observation } from '../observation.ts'
import { attemptsOn } from './attempts.ts'
import type { Invariant } from './check.ts'

/** The route tells of every request that a provider saw, and of no other. */
export const ledgerMatchesRoute: Invariant = (observation) => {
  for (const place of observation.places) {
    const attempts = attemptsOn(observation, place.provider)
    const answered = attempts.filter(({ outcome }) => outcome === 'answered')
    const least = place.isOrigin ? answered.length : attempts.length
    const most = place.mayResend ? 2 * attempts.length : attempts.length
    const { length } = place.requests
    if (length >= least && length <= most) continue
    return `${place.provider} saw ${length} requests, and the route has ${attempts.length} attempts on it`
  }
  return undefined
}

/** What the route calls free was not billed. */
export const freeIsFree: Invariant = (observation) => {
  const billed = observation.places.filter((place) => isBilledThough(place, observation))
  return billed.length === 0
    ? undefined
    : `the route calls free what ${billed.map(({ provider }) => provider).join(', ')} billed`
}

function isBilledThough(place: ObservedPlace, observation: Observation): boolean {
  const { provider, requests, isOrigin, mayResend } = place
  // Which request is which attempt's is not known there.
  if (isOrigin || mayResend) return false
  const attempts = attemptsOn(observation, provider)
  return attempts.some(({ billing }, index) => billing === 'free' && (requests[index]?.tokensBilled ?? 0) > 0)
}

/** Every attempt and every call ends once, and is told of once. */
export const eventsComeOnce: Invariant = ({ events, attempts }) => {
  const { callStarts, callEnds, attemptStarts, attemptEnds } = events
  if (callStarts !== 1 || callEnds !== 1)
    return `${callStarts} calls were told to start and ${callEnds} to end`
  if (attemptStarts === attempts.length && attemptEnds === attempts.length) return undefined
  return `${attemptStarts} attempts were told to start and ${attemptEnds} to end, and the route has ${attempts.length}`
}

/** No endpoint is believed to be busy with what is over. */
export const nothingIsInFlight: Invariant = ({ inFlight }) =>
  inFlight === 0 ? undefined : `${inFlight} attempts are counted as under way when the call is over`
