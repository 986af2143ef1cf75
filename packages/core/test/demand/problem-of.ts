import { InvalidRequest } from '../../src/demand/invalid-request.ts'

/** What a validation says is wrong; other errors are thrown on. */
export function problemOf(validate: () => unknown): string {
  try {
    validate()
  } catch (error) {
    if (InvalidRequest.is(error)) return error.message
    throw error
  }
  return 'valid'
}
