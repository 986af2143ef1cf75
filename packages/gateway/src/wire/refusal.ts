import { RouterError } from 'nextbest'

/** What a refusal says beside its message. */
export interface RefusalDetails {
  /** 400..499. */
  readonly status: number
  readonly code: string
  /** OpenAI's error type. Default: `invalid_request_error`. */
  readonly type?: string
  /** The field or header that is wrong, where there is one. */
  readonly field?: string
}

/** Returns the error for a request that the gateway refuses before a call begins. */
export function refusal(message: string, details: RefusalDetails): RouterError {
  return new RouterError(message, { kind: 'invalid-request', type: 'invalid_request_error', ...details })
}

/** Returns the error for a field of the body whose value is wrong; `problem` goes on where the field's name ends. */
export function invalidField(field: string, problem: string): RouterError {
  return refusal(`${field} ${problem}`, { status: 400, code: 'invalid_request', field })
}

/** Returns the error for a body that is not a JSON text. */
export function invalidBody(message: string): RouterError {
  return refusal(message, { status: 400, code: 'invalid_json' })
}
