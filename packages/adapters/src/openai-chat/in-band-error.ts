import { isObject, type WireAnswer, type WireChoice } from './wire-answer.ts'

const errorWithoutDetail = Object.freeze({ message: 'the provider ended the answer with an error' })

/**
 * Returns the error that a provider put into a 200: beside the choices, in place of them (`object: "error"`), in one of
 * them, or as a choice that finished with `error`.
 */
export function errorIn(answer: WireAnswer): unknown {
  if (isError(answer.error)) return answer.error
  if (answer.object === 'error') return answer
  if (!Array.isArray(answer.choices)) return undefined
  for (const choice of answer.choices as readonly unknown[]) {
    const error = isObject(choice) ? errorOf(choice) : undefined
    if (error !== undefined) return error
  }
  return undefined
}

function errorOf(choice: WireChoice): unknown {
  if (isError(choice.error)) return choice.error
  return choice.finish_reason === 'error' ? errorWithoutDetail : undefined
}

/** Some providers send `error` with every answer and leave it empty. */
function isError(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false
}
