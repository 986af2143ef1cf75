import type { Route, RouteAttempt, RouterError, RouterErrorKind } from 'nextbest'

/** Exclusions and attempts that one error lists. */
const listedItems = 20

/** OpenAI's error object; `metadata` is OpenRouter's place for more. */
export interface ErrorObject {
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string
  readonly metadata?: object
}

/** OpenRouter's stable names of what went wrong. */
const errorTypes: Readonly<Record<RouterErrorKind, string>> = Object.freeze({
  'invalid-request': 'invalid_request',
  'model-unknown': 'not_found',
  'no-endpoint': 'not_found',
  'all-failed': 'provider_unavailable',
  refused: 'content_policy_violation',
  busy: 'rate_limit_exceeded',
  'deadline-exceeded': 'timeout',
  'answer-broken': 'provider_unavailable',
  aborted: 'unmapped',
  closed: 'provider_overloaded',
})

/** Writes an error down in OpenAI's shape. */
export function errorObject(error: RouterError): ErrorObject {
  return {
    message: error.message,
    type: error.type,
    param: error.field ?? null,
    code: error.code,
    metadata: { error_type: errorTypes[error.kind], ...routeSummary(error.route) },
  }
}

/**
 * Returns what tells a client's own retries whether to go on: headers for a failure that was answered before anything else
 * was sent. A call whose endpoints are exhausted must not be multiplied by its client; one that only has to wait says how long.
 */
export function retryHeaders(error: RouterError): readonly string[] {
  const { retryAfterMs } = error
  const headers: string[] = []
  if (retryAfterMs !== undefined) {
    headers.push(
      'retry-after',
      String(Math.ceil(retryAfterMs / 1_000)),
      'retry-after-ms',
      String(Math.ceil(retryAfterMs)),
    )
  }
  const advice = retryAdvice(error)
  if (advice !== undefined) headers.push('x-should-retry', advice)
  return headers
}

function retryAdvice({ kind, retryAfterMs }: RouterError): 'true' | 'false' | undefined {
  // Another instance may be there to answer when this one closes down.
  if (kind === 'closed') return undefined
  return kind === 'busy' && retryAfterMs !== undefined ? 'true' : 'false'
}

function routeSummary(route: Route | undefined): object {
  if (route === undefined) return {}
  return {
    ...(route.attempts.length === 0
      ? {}
      : { attempts: route.attempts.slice(0, listedItems).map(attemptSummary) }),
    ...(route.exclusions.length === 0 ? {} : { exclusions: route.exclusions.slice(0, listedItems) }),
  }
}

function attemptSummary(attempt: RouteAttempt): object {
  return {
    endpoint: attempt.endpoint,
    outcome: attempt.outcome,
    kind: attempt.failure?.kind ?? null,
    status: attempt.failure?.status ?? null,
    duration_ms: Math.round(attempt.durationMs),
  }
}
