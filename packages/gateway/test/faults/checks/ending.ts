import type { FaultAction, FaultExpectation } from '@nextbest/testkit/wall'
import { isDeepStrictEqual } from 'node:util'
import type { ObservedAnswer, ObservedError, Observation } from '../observation.ts'
import type { Check } from './check.ts'
import { expectedAnswer, isReference } from './expected-answer.ts'
import type { ExpectedAnswer } from './expected-answer.ts'

/** How a call ended for its caller. */
export type Ending =
  /** The whole answer of a provider. */
  | { readonly type: 'whole'; readonly from: string }
  /** The beginning of a provider's answer, and exactly one error event. */
  | { readonly type: 'broken'; readonly from: string }
  /** An error, and nothing else. */
  | { readonly type: 'error' }
  /** What must never be. */
  | { readonly type: 'wrong'; readonly why: string }

/** Returns how a call ended. Whatever passes for success and is not the whole answer of its provider is wrong. */
export function endingOf(observation: Observation, answerOf: (provider: string) => ExpectedAnswer): Ending {
  const { answer, attempts } = observation
  if (answer.unreadable !== undefined) return wrong(answer.unreadable)
  if (answer.status !== 200) return errorEnding(answer)
  const outcome = answer.errors.length > 0 ? 'failed' : 'answered'
  // A blank answer is one where nobody had more to say.
  const blank = attempts.findLast(({ failure }) => failure?.kind === 'empty-response')
  const source = attempts.findLast((attempt) => attempt.outcome === outcome) ?? blank
  const from = source?.provider ?? 'nobody'
  const why =
    outcome === 'failed' ? faultInBroken(answer, answerOf(from)) : faultInWhole(observation, answerOf(from))
  if (why !== undefined) return wrong(why)
  return { type: outcome === 'failed' ? 'broken' : 'whole', from }
}

/** As `endingOf`, where the first place has the fault and all others are good. */
export function endingOfFault(observation: Observation, expectation: FaultExpectation): Ending {
  const [primary] = observation.places
  return endingOf(observation, (provider) =>
    expectedAnswer(provider === primary?.provider ? expectation : undefined),
  )
}

function errorEnding({ errors, text }: ObservedAnswer): Ending {
  if (errors.length !== 1) return wrong(`an error status with ${errors.length} error objects`)
  return text === '' ? { type: 'error' } : wrong('an error with content')
}

function faultInWhole({ answer, mode }: Observation, expected: ExpectedAnswer): string | undefined {
  const { text, refusal, finishReasons, toolCallDeltas, endMarks } = answer
  if (mode === 'stream' && endMarks !== 1) return `a success with ${endMarks} end marks`
  if (text !== expected.text) return `a success with ${described(text, expected.text)}`
  if (refusal !== expected.refusal)
    return `a success with ${described(refusal, expected.refusal)} as its refusal`
  if (!isDeepStrictEqual(finishReasons, [expected.finishReason]))
    return `a success that finishes with "${finishReasons.join('", "')}" instead of "${expected.finishReason}"`
  if (!isDeepStrictEqual(toolCallDeltas, expected.toolCallDeltas)) return 'a success with other tool calls'
  return undefined
}

function faultInBroken(answer: ObservedAnswer, expected: ExpectedAnswer): string | undefined {
  const { text, toolCallDeltas, errors, endMarks, eventsAfterError } = answer
  if (errors.length > 1) return `${errors.length} error events`
  if (endMarks > 0) return 'an end mark beside an error event'
  if (eventsAfterError > 0) return 'events after the error event'
  if (text === '' && toolCallDeltas.length === 0) return 'an error event before any content'
  if (!expected.text.startsWith(text)) return `an error event after ${described(text, expected.text)}`
  if (!isDeepStrictEqual(toolCallDeltas, expected.toolCallDeltas.slice(0, toolCallDeltas.length)))
    return 'an error event after other tool calls'
  return undefined
}

function wrong(why: string): Ending {
  return { type: 'wrong', why }
}

/** Says of a text how it differs from the one that was expected. */
function described(text: string, expected: string): string {
  if (expected.startsWith(text)) return `only ${text.length} of ${expected.length} characters`
  const same = Array.from(text).findIndex((character, index) => character !== Array.from(expected)[index])
  return `a text that differs from character ${same} on: ${JSON.stringify(text.slice(same, same + 40))}`
}

/** Returns an ending in words. */
export function endingWords(ending: Ending): string {
  switch (ending.type) {
    case 'whole':
      return `a whole answer from ${ending.from}`
    case 'broken':
      return `an answer from ${ending.from} that breaks off with one error event`
    case 'error':
      return 'an error'
    case 'wrong':
      return ending.why
  }
}

/** The caller gets what the action leads to. */
export const endsAsExpected: Check = (observation, expectation) => {
  const allowed = expectedEndings(observation, expectation).map(endingWords)
  const ending = endingWords(endingOfFault(observation, expectation))
  if (allowed.includes(ending)) return undefined
  return `expected ${allowed.join(' or ')}, got ${ending}${errorIn(observation.answer)}`
}

function expectedEndings(observation: Observation, expectation: FaultExpectation): readonly Ending[] {
  const { places, setting } = observation
  const [primary = '', fallback = ''] = places.map(({ provider }) => provider)
  const { action } = expectation
  if (action === 'tolerate') return [{ type: 'whole', from: primary }]
  if (action === 'stop') return [{ type: 'error' }]
  if (action === 'break-off') {
    const goesOn = setting === 'continued' && isReference(expectedAnswer(expectation))
    return [goesOn ? { type: 'whole', from: fallback } : { type: 'broken', from: primary }]
  }
  if (hasSuccessor(observation, expectation)) return wholeFrom(action, primary, fallback)
  // What nobody can mend is passed on where it is no error.
  return [expectation.client === undefined ? { type: 'whole', from: primary } : { type: 'error' }]
}

function wholeFrom(action: FaultAction, primary: string, fallback: string): readonly Ending[] {
  const good = { type: 'whole', from: fallback } as const
  return action === 'retry' ? [good, { type: 'whole', from: primary }] : [good]
}

/** Whether another place can mend what the first one could not. */
export function hasSuccessor(
  { setting }: Pick<Observation, 'setting'>,
  { requires }: FaultExpectation,
): boolean {
  if (setting === 'with equal') return requires === undefined
  return setting !== 'alone'
}

function errorIn({ status, errors }: ObservedAnswer): string {
  const [error] = errors
  return error === undefined ? '' : ` (${status} ${errorWords(error)})`
}

/** Returns an error in words, without the times in it: runs that fail alike are to be told together. */
export function errorWords({ code, message }: ObservedError): string {
  return `${String(code)}: ${String(message).replaceAll(/ \(after \d+ ms\)/g, '')}`
}
