import type { FaultHealth } from '@nextbest/testkit/wall'
import type { ObservedAttempt, ObservedHealth } from '../observation.ts'
import { attemptsOn } from './attempts.ts'
import type { Check } from './check.ts'

/** Time in which an outcome loses half its weight, in ms: that of core's outcome counts. */
const halfLifeMs = 60_000

/** What rounding may do to a sum of weights. */
const tolerance = 1e-6

/** How much longer than it was told the router stays away, so that instances do not come back together: that of core's gate. */
const jitter = 1.2

/** Longest first wait where the provider names none, in ms; it doubles with each. */
const unnamedWaitMs = 1_000

/** Largest probability to begin at an endpoint that is avoided: what is left to find out whether it has recovered. */
const explored = 0.05

/** How much of a failure each word stands for. */
const weights: Readonly<Record<FaultHealth, number>> = {
  failure: 1,
  half: 0.5,
  gate: 0,
  'half-gate': 0.5,
  'hold-key': 0,
  'hold-model': 0,
  none: 0,
}

/** What counts against the primary's health is the failure, as heavy as it is meant to be. */
export const healthIsCounted: Check = (observation, { health }) => {
  const [primary] = observation.places
  if (primary === undefined) return undefined
  const expected = samplesOf(attemptsOn(observation, primary.provider), weights[health])
  const { samples } = primary.health
  if (Math.abs(samples - expected) < tolerance) return undefined
  return `expected ${rounded(expected)} outcomes counted for the primary, got ${rounded(samples)}`
}

/** As of the end of the last attempt. */
function samplesOf(attempts: readonly ObservedAttempt[], weight: number): number {
  const endMs = attempts.at(-1)?.endedAfterMs ?? 0
  const weightOf = { answered: 1, failed: weight, cancelled: 0 }
  return attempts.reduce(
    (sum, { outcome, endedAfterMs }) => sum + weightOf[outcome] * 2 ** ((endedAfterMs - endMs) / halfLifeMs),
    0,
  )
}

/** A failure raises the rate of failures before content, or after it, compared with an endpoint that was never asked. */
export const rateRises: Check = (observation, { health, action }) => {
  const [primary] = observation.places
  if (primary === undefined) return undefined
  const attempts = attemptsOn(observation, primary.provider)
  const failed = weights[health] > 0 && attempts.some(({ outcome }) => outcome === 'failed')
  const isLate = action === 'break-off'
  const rose = risen(primary.health, observation.untouched)
  if (rose.early !== (failed && !isLate))
    return `its rate of early failures ${rose.early ? 'rose' : 'did not rise'}`
  if (rose.late !== (failed && isLate))
    return `its rate of late failures ${rose.late ? 'rose' : 'did not rise'}`
  return undefined
}

function risen(
  one: ObservedHealth,
  other: ObservedHealth,
): { readonly early: boolean; readonly late: boolean } {
  return {
    early: one.earlyFailureRate > other.earlyFailureRate,
    late: one.lateFailureRate > other.lateFailureRate,
  }
}

/** The primary is left alone for a while, or until a person may have acted, exactly where that is required. */
export const isLeftAlone: Check = ({ places }, { health }) => {
  const [primary] = places
  if (primary === undefined) return undefined
  const expected = stateWords({
    gated: health === 'gate' || health === 'half-gate',
    held: health === 'hold-key' || health === 'hold-model',
    siblingHeld: health === 'hold-key',
    siblingGated: false,
  })
  const seen = stateWords({
    gated: primary.health.gatedForMs > 0,
    held: primary.health.heldForMs > 0,
    siblingHeld: primary.sibling.heldForMs > 0,
    siblingGated: primary.sibling.gatedForMs > 0,
  })
  return seen === expected ? undefined : `expected the primary ${expected}, is ${seen}`
}

function stateWords(states: {
  readonly gated: boolean
  readonly held: boolean
  readonly siblingHeld: boolean
  readonly siblingGated: boolean
}): string {
  const words = [
    states.gated ? 'gated' : '',
    states.held ? 'held' : '',
    states.siblingHeld ? 'held with its sibling' : '',
    states.siblingGated ? 'gated with its sibling' : '',
  ]
  return words.filter((word) => word !== '').join(' and ') || 'neither gated nor held'
}

/** It is left alone for as long as the provider asks, and hardly longer. */
export const waitIsHeeded: Check = (observation, { retryAfterMs }) => {
  const [primary] = observation.places
  if (primary === undefined || retryAfterMs === undefined) return undefined
  const attempts = attemptsOn(observation, primary.provider)
  const unnamed = unnamedWaitMs * 2 ** Math.max(0, attempts.length - 1)
  const least = retryAfterMs > 0 ? retryAfterMs : Number.MIN_VALUE
  const most = (retryAfterMs > 0 ? retryAfterMs : unnamed) * jitter
  const { gatedForMs } = primary.health
  if (gatedForMs >= least * (1 - tolerance) && gatedForMs <= most) return undefined
  return `expected a wait of ${retryAfterMs} ms and a fifth of it at most, got ${Math.round(gatedForMs)}`
}

/** Where nothing failed and the endpoint is to be avoided all the same, the next call begins elsewhere. */
export const nextBeginsElsewhere: Check = ({ places }, { avoided }) => {
  const [primary, ...others] = places
  if (avoided !== true || primary === undefined || others.length === 0) return undefined
  if (primary.nextShare <= explored) return undefined
  return `the next call begins at the primary with probability ${rounded(primary.nextShare)}`
}

/** Nobody else suffers. */
export const othersAreUnharmed: Check = ({ places }) => {
  const [, ...others] = places
  const harmed = others.filter(({ health }) => health.gatedForMs > 0 || health.heldForMs > 0)
  return harmed.length === 0
    ? undefined
    : `${harmed.map(({ provider }) => provider).join(', ')} is gated or held`
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
