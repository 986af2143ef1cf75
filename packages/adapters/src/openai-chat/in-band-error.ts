import { isObject, type WireAnswer, type WireChoice } from './wire-answer.ts'

const errorWithoutDetail = Object.freeze({ message: 'the provider ended the answer with an error' })

/**
 * Returns the error that a provider put into a 200: beside the choices, in place of them (`object: "error"`), in one of
 * them, or as a choice that finished with `error`.
 */
export function errorIn(answer: WireAnswer): unknown {
  if (isError(answer.error)) return answer.error
  if (answer.object === 'error') return answer
  const blocked = blockedBy(answer.promptFeedback) ?? blockedBy(answer.prompt_feedback)
  if (blocked !== undefined) return blocked
  if (!Array.isArray(answer.choices)) return undefined
  for (const choice of answer.choices as readonly unknown[]) {
    const error = isObject(choice) ? errorOf(choice) : undefined
    if (error !== undefined) return error
  }
  return undefined
}

/** A prompt that was blocked has no choices, or empty ones, and is said to be blocked beside them. */
function blockedBy(feedback: unknown): unknown {
  if (!isObject(feedback)) return undefined
  const {
    blockReason,
    block_reason: reason = blockReason,
  }: { blockReason?: unknown; block_reason?: unknown } = feedback
  return typeof reason === 'string' && reason !== ''
    ? { code: 'content_filter', message: `the prompt was blocked: ${reason}` }
    : undefined
}

function errorOf(choice: WireChoice): unknown {
  if (isError(choice.error)) return choice.error
  return choice.finish_reason === 'error' ? errorWithoutDetail : undefined
}

/** Some providers send `error` with every answer and leave it empty. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false
}
