import type { Route } from './route.ts'

/** Why a call failed, named by what to do next. */
export type RouterErrorKind =
  /** The request is wrong; change it. */
  | 'invalid-request'
  /** No endpoint offers the model; ask for another. */
  | 'model-unknown'
  /** Endpoints offer the model, but none can serve this request; the message names every exclusion. */
  | 'no-endpoint'
  /** Every endpoint that was tried failed; the message names each attempt. */
  | 'all-failed'
  /** A failure that no other endpoint could mend, e.g. refused content. */
  | 'refused'
  /** Every endpoint is busy or gated, and waiting does not fit the deadline; try again after `retryAfterMs`. */
  | 'busy'
  /** The deadline passed. */
  | 'deadline-exceeded'
  /** The answer broke off after part of it was delivered. */
  | 'answer-broken'
  /** The caller cancelled. */
  | 'aborted'
  /** The router is closed. */
  | 'closed'

/** The one error that calls fail with. It holds no key and nothing of the prompt. */
export class RouterError extends Error {
  /** Marks the class across copies of this package. */
  readonly '~nextbest': 'router-error' = 'router-error' as const
  override readonly name: string = 'RouterError'
  readonly kind: RouterErrorKind
  /** The HTTP status that says it: 400..599. */
  readonly status: number
  /** Machine-readable, e.g. `no_endpoint_available`. */
  readonly code: string
  /** OpenAI's error type, e.g. `invalid_request_error`. */
  readonly type: string
  /** The field of the request that is wrong, where there is one. */
  readonly field: string | undefined
  /** When trying again may help, in ms from now. */
  readonly retryAfterMs: number | undefined
  /** The route as far as it went, where one was begun. */
  readonly route: Route | undefined

  constructor(message: string, details: RouterErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = details.kind
    this.status = details.status
    this.code = details.code
    this.type = details.type
    this.field = details.field
    this.retryAfterMs = details.retryAfterMs
    this.route = details.route
  }

  /** Recognises a RouterError of any copy of this package. */
  static is(error: unknown): error is RouterError {
    return (
      typeof error === 'object' &&
      error !== null &&
      (error as { '~nextbest'?: unknown })['~nextbest'] === 'router-error'
    )
  }
}

export interface RouterErrorDetails {
  readonly kind: RouterErrorKind
  readonly status: number
  readonly code: string
  readonly type: string
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly route?: Route | undefined
  readonly cause?: unknown
}
