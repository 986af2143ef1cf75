import type { FaultExpectation } from '@nextbest/testkit/wall'
import type { Ending } from '../checks/ending.ts'
import { expectedAnswer } from '../checks/expected-answer.ts'
import type { ExpectedAnswer } from '../checks/expected-answer.ts'

/** What is required of a call that may meet several faults. */
export interface Composition {
  /** Every way in which it may end. */
  readonly endings: readonly Ending[]
  /** What a provider's answer is, should the call end with it. */
  readonly answerOf: (provider: string) => ExpectedAnswer
}

/** A provider, and what is required where it is met; a good one requires nothing. */
export interface ComposedPlace {
  readonly provider: string
  readonly expectation: FaultExpectation | undefined
}

/**
 * Places in the order in which they are tried, each with a larger window than those before it: the first that ends the call decides. One
 * whose fault may pass may answer after all, when it is asked again.
 */
export function composePlaces(places: readonly ComposedPlace[]): Composition {
  const end = places.findIndex(({ expectation }) => !movesOn(expectation))
  const asked = end === -1 ? places : places.slice(0, end + 1)
  const last = asked.at(-1)
  const passed = asked.slice(0, -1).filter(({ expectation }) => expectation?.action === 'retry')
  return {
    endings: [
      last === undefined ? { type: 'error' } : endingAt(last),
      ...passed.map(({ provider }) => ({ type: 'whole', from: provider }) as const),
    ],
    answerOf: (provider) => expectedAnswer(places.find((place) => place.provider === provider)?.expectation),
  }
}

/**
 * One place that has a fault at its first request and another one after that, and a good place behind it. A second request is allowed
 * where the first fault may pass, never required.
 */
export function composeScript(
  { provider, expectation: first }: ComposedPlace,
  second: FaultExpectation,
  fallback: string,
): Composition {
  const good = { provider: fallback, expectation: undefined }
  const once = composePlaces([{ provider, expectation: first }, good])
  if (first?.action !== 'retry') return once
  const again = composePlaces([{ provider, expectation: second }, good])
  return { endings: [...once.endings, ...again.endings], answerOf: again.answerOf }
}

function movesOn(expectation: FaultExpectation | undefined): boolean {
  return expectation?.action === 'failover' || expectation?.action === 'retry'
}

function endingAt({ provider, expectation }: ComposedPlace): Ending {
  switch (expectation?.action) {
    case undefined:
    case 'tolerate':
      return { type: 'whole', from: provider }
    case 'break-off':
      return { type: 'broken', from: provider }
    case 'stop':
      return { type: 'error' }
    case 'failover':
    case 'retry':
      // Nobody is left: what is no error is passed on.
      return expectation?.client === undefined ? { type: 'whole', from: provider } : { type: 'error' }
  }
}
