import { invariants } from '../checks/all.ts'
import { attemptsOn } from '../checks/attempts.ts'
import { endingOf, endingWords } from '../checks/ending.ts'
import type { Observation, ObservedAttempt } from '../observation.ts'
import type { Composition } from './compose.ts'

/** Returns what is wrong with a call that met several faults. */
export function judgePair(observation: Observation, composition: Composition): readonly string[] {
  return [
    endingDifference(observation, composition),
    attemptsDifference(observation),
    ...invariants.map((check) => check(observation)),
  ].filter((words) => words !== undefined)
}

function endingDifference(observation: Observation, { endings, answerOf }: Composition): string | undefined {
  const ending = endingOf(observation, answerOf)
  const allowed = endings.map(endingWords)
  if (allowed.includes(endingWords(ending))) return undefined
  // A second failure that says nothing is taken as the request's own.
  const unknown = observation.attempts.filter(({ failure }) => failure?.kind === 'unknown')
  if (ending.type === 'error' && unknown.length > 1) return undefined
  return `expected ${allowed.join(' or ')}, got ${endingWords(ending)} after ${observation.attempts.map(attemptWords).join(', ')}`
}

function attemptWords({ provider, failure }: ObservedAttempt): string {
  return failure === undefined ? `${provider} answered` : `${provider} ${failure.kind} (${failure.message})`
}

/** The first place may have a second chance; no other has. */
function attemptsDifference(observation: Observation): string | undefined {
  const tooMany = observation.places.filter(
    ({ provider }, index) => attemptsOn(observation, provider).length > (index === 0 ? 2 : 1),
  )
  return tooMany.length === 0
    ? undefined
    : `asked too often: ${tooMany.map(({ provider }) => provider).join(', ')}`
}
