import type { ObservedError } from '../observation.ts'
import type { Check, Invariant } from './check.ts'
import { endingOfFault, errorWords } from './ending.ts'
import { askedModel } from '../names.ts'
import { expectedAnswer } from './expected-answer.ts'
import type { ExpectedAnswer } from './expected-answer.ts'

/** The error says what is wrong by status and code. */
export const errorIsNamed: Check = (observation, expectation) => {
  const { client } = expectation
  const { answer } = observation
  const { type } = endingOfFault(observation, expectation)
  const [error] = answer.errors
  if (client === undefined || error === undefined || (type !== 'error' && type !== 'broken')) return undefined
  // A stream that breaks off has had its status before.
  const status = type === 'broken' ? client.status : answer.status
  if (status === client.status && error.code === client.code) return undefined
  return `expected ${client.status} ${client.code}, got ${status} ${errorWords(error)}`
}

/** An error is JSON in OpenAI's shape. */
export const errorHasShape: Invariant = ({ answer }) => {
  if (answer.status === 0) return undefined
  if (answer.status !== 200 && !answer.contentType.startsWith('application/json'))
    return `an error of type "${answer.contentType}"`
  if (answer.errors.every(isShaped)) return undefined
  return 'an error without text in message, type or code'
}

function isShaped({ message, type, code }: ObservedError): boolean {
  return [message, type, code].every((member) => typeof member === 'string' && member !== '')
}

/** A client's own retries are told to rest, and how long to wait where every failure said so. */
export const retriesAreAdvised: Invariant = ({ answer, attempts }) => {
  if (answer.status === 200 || answer.status === 0) return undefined
  if (answer.shouldRetry !== 'false')
    return `x-should-retry is ${answer.shouldRetry ?? 'absent'} after all was tried`
  const hints = attempts.map(({ failure }) => failure?.retryAfterMs ?? Number.NaN)
  const soonestMs = hints.length === 0 ? Number.NaN : Math.min(...hints)
  if (Number.isNaN(soonestMs)) return undefined
  if (answer.retryAfter === undefined)
    return 'every failure said how long to wait, and the error has no retry-after'
  const seconds = Number(answer.retryAfter)
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= Math.ceil(soonestMs / 1_000)) return undefined
  return `its retry-after is ${answer.retryAfter}, and the soonest failure asked for ${soonestMs} ms`
}

/** The answer is told to be of the right model. */
export const modelIsTold: Check = (observation, expectation) => {
  const expected = wholeAnswer(observation, expectation)
  const told = observation.answer.models.join(', ')
  // The router's own answer has the provider's name of the model.
  if (expected === undefined || observation.setting === 'continued' || told === askedModel) return undefined
  return `told to be of the model ${told} instead of ${askedModel}`
}

/** A provider that answers with another model than was asked of it is told to. */
export const servedModelIsTold: Check = (observation, expectation) => {
  const expected = wholeAnswer(observation, expectation)
  const told = observation.attempts.findLast(({ outcome }) => outcome === 'answered')?.servedModel
  if (expected === undefined || told === expected.servedModel) return undefined
  return `served by ${told ?? 'the model asked for'} instead of ${expected.servedModel ?? 'the model asked for'}`
}

/** The answer is accounted for by the right tokens, and the caller is told of them. */
export const tokensAreCounted: Check = (observation, expectation) => {
  const { answer, usage } = observation
  const expected = wholeAnswer(observation, expectation)?.usage
  if (expected === undefined) return undefined
  const counted = expected === 'estimated' ? (usage?.source ?? 'not counted') : usageWords(usage)
  const required = expected === 'estimated' ? expected : usageWords(expected)
  if (counted !== required) return `accounted for by ${counted} instead of ${required}`
  const [told, settled] = [usageWords(answer.usage), usageWords(usage)]
  // The router's own answer has what the provider said.
  if (observation.setting === 'continued' || told === settled) return undefined
  return `the caller is told of ${told}, and the route of ${settled}`
}

/** What the provider of a whole answer was to say. */
function wholeAnswer(...[observation, expectation]: Parameters<Check>): ExpectedAnswer | undefined {
  const ending = endingOfFault(observation, expectation)
  if (ending.type !== 'whole') return undefined
  return expectedAnswer(ending.from === observation.places[0]?.provider ? expectation : undefined)
}

function usageWords(
  usage: { readonly promptTokens: unknown; readonly completionTokens: unknown } | undefined,
): string {
  return usage === undefined
    ? 'nothing'
    : `${String(usage.promptTokens)} and ${String(usage.completionTokens)} tokens`
}

/** No text of ours holds a key, an address or the prompt. */
export const secretsAreKept: Invariant = ({ texts, secrets }) => {
  const told = secrets.filter(({ text }) => texts.some((one) => one.includes(text)))
  return told.length === 0 ? undefined : `an error or event tells ${told.map(({ name }) => name).join(', ')}`
}

/** No defect of the gateway itself. */
export const gatewayIsSound: Invariant = ({ gatewayFaults }) =>
  gatewayFaults.length === 0 ? undefined : `the gateway hit ${gatewayFaults.join(', ')}`
