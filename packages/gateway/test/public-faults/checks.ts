import { referenceText, referenceTokens } from '@nextbest/testkit/wall'
import type { FaultMode } from '@nextbest/testkit/wall'
import { errorWords } from '../faults/checks/ending.ts'
import { askedModel } from '../faults/names.ts'
import type { ObservedArrival, ObservedCall } from './observation.ts'
import type { PublicCheck } from './scenario.ts'

/** Every caller gets the whole answer, once. */
export const answersAreWhole: PublicCheck = ({ calls, mode }) => {
  const wrong = calls.findIndex((call) => faultIn(call, mode) !== undefined)
  const call = calls[wrong]
  return call === undefined ? undefined : `call ${wrong + 1}: ${faultIn(call, mode)}`
}

function faultIn({ answer }: ObservedCall, mode: FaultMode): string | undefined {
  const [error] = answer.errors
  if (answer.unreadable !== undefined) return answer.unreadable
  if (error !== undefined) return `${answer.status} ${errorWords(error)}`
  if (answer.text !== referenceText)
    return `a success with ${answer.text.length} of ${referenceText.length} characters, or other ones`
  if (answer.finishReasons.join(', ') !== 'stop')
    return `it finishes with "${answer.finishReasons.join('", "')}"`
  const endMarks = mode === 'stream' ? 1 : 0
  return answer.endMarks === endMarks ? undefined : `${answer.endMarks} end marks`
}

/** The caller gets one error, with this status and code, and no content. */
export function endsInError(status: number, code: string): PublicCheck {
  return ({ calls }) => {
    const answer = calls[0]?.answer
    const [error, ...more] = answer?.errors ?? []
    if (answer === undefined || error === undefined) return `expected ${status} ${code}, got an answer`
    if (answer.status === status && error.code === code && answer.text === '' && more.length === 0)
      return undefined
    return `expected ${status} ${code} and nothing else, got ${answer.status} ${errorWords(error)}`
  }
}

/** The primary sees at least and at most so many requests. */
export function asksPrimary(least: number, most: number = least): PublicCheck {
  return ({ primary }) => countFault('primary', primary, [least, most])
}

/** The fallback sees at least and at most so many requests. */
export function asksFallback(least: number, most: number = least): PublicCheck {
  return ({ fallback }) => countFault('fallback', fallback, [least, most])
}

function countFault(
  provider: string,
  { length }: readonly ObservedArrival[],
  [least, most]: readonly [number, number],
): string | undefined {
  if (length >= least && length <= most) return undefined
  return `${length} requests at the ${provider} instead of ${least}..${most}`
}

/** Between the first two requests at the primary is a pause of at least so long. */
export function pausesFor(leastMs: number): PublicCheck {
  return ({ primary: [first, second] }) => {
    if (first === undefined || second === undefined) return 'no second request at the primary'
    const pauseMs = second.atMs - first.atMs
    return pauseMs >= leastMs ? undefined : `${Math.round(pauseMs)} ms before the second request`
  }
}

/** Of the requests at the primary at most so many come within so long of the first. */
export function asksAtMost(most: number, windowMs: number): PublicCheck {
  return ({ primary }) => {
    const fromMs = primary[0]?.atMs ?? 0
    const within = primary.filter(({ atMs }) => atMs - fromMs < windowMs).length
    return within <= most ? undefined : `${within} requests at the primary within ${windowMs} ms`
  }
}

/** Every call ends in at most so long. */
export function takesAtMost(mostMs: number): PublicCheck {
  return ({ calls }) => {
    const longestMs = Math.max(...calls.map(({ tookMs }) => tookMs))
    return longestMs <= mostMs ? undefined : `${Math.round(longestMs)} ms instead of ${mostMs}`
  }
}

/** The caller is told what the answer is accounted for: what the good answer reports, and nothing of what failed. */
export const usageIsTold: PublicCheck = ({ calls }) => {
  const usage = calls.at(-1)?.answer.usage
  if (usage === undefined) return 'no usage'
  const { promptTokens, completionTokens } = usage
  if (promptTokens === 7 && completionTokens === referenceTokens.length) return undefined
  return `a usage of ${String(promptTokens)} and ${String(completionTokens)} tokens`
}

/**
 * The answer says who gave it. Its `model` is the one that was asked for, which both providers serve; `provider` names the fallback.
 */
export const fallbackIsNamed: PublicCheck = ({ calls }) => {
  const call = calls.at(-1)
  const told = `${call?.answer.models.join(', ')} from ${call?.providers.join(', ')}`
  return told === `${askedModel} from fallback` ? undefined : `it says to be ${told}`
}

/** The primary answers again in at most so long after an outage that began with its first request. */
export function returnsWithin(mostMs: number, outageMs: number): PublicCheck {
  return ({ primary }) => {
    const first = primary[0]
    const back = primary.find(({ tokensBilled }) => tokensBilled > 0)
    if (first === undefined || back === undefined) return 'the primary never answered again'
    const afterMs = back.atMs - first.atMs - outageMs
    return afterMs <= mostMs
      ? undefined
      : `back on the primary only ${Math.round(afterMs)} ms after its recovery`
  }
}

/** Another call of the same gateway is answered well afterwards. */
export const isAlive: PublicCheck = ({ isAliveAfter }) =>
  isAliveAfter ? undefined : 'the call after it was not answered well'

/** Nothing was seen that must never be. */
export const isSound: PublicCheck = ({ unsound }) => (unsound.length === 0 ? undefined : unsound.join('; '))
