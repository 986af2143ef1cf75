import { answerHasContent, type FailureEvidence } from '@nextbest/core'
import type { DecodedAnswer } from '../adapter.ts'
import { errorIn } from './in-band-error.ts'
import { toCompletion } from './to-completion.ts'
import { usageIn } from './usage-in.ts'
import { isObject, parseJson } from './wire-answer.ts'

/**
 * Decodes the body of an answer that is not a stream. What the provider sent is kept as it is, unknown fields included;
 * only missing fields of the envelope are filled in. White space around it is what some providers send to keep the
 * connection alive.
 */
export function decodeAnswer(body: string): DecodedAnswer {
  const value = parseJson(body.startsWith('\uFEFF') ? body.slice(1) : body)
  if (value === undefined) return failure({ type: 'malformed', detail: 'the body is not JSON' })
  if (!isObject(value)) return failure({ type: 'malformed', detail: 'the body is not a JSON object' })
  const error = errorIn(value)
  if (error !== undefined) return failure({ type: 'in-band', error, committed: false })
  const completion = toCompletion(value)
  if (completion === undefined)
    return failure({ type: 'malformed', detail: 'the body has no choices with a message' })
  const usage = usageIn(completion)
  if (answerHasContent(completion)) return { type: 'answer', completion, usage }
  return failure({ type: 'empty', completion, ...(usage !== undefined && { usage }) })
}

function failure(evidence: FailureEvidence): DecodedAnswer {
  return { type: 'failure', evidence }
}
