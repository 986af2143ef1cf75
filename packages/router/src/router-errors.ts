import { clientErrorOf } from '@nextbest/core'
import type { CallOutcome, Catalog, Failure } from '@nextbest/core'
import { RouterError } from './router-error.ts'
import type { RouterErrorDetails } from './router-error.ts'
import type { Route } from './route.ts'

/** Endpoints that one message lists; the route has them all. */
const listedEndpoints = 100

export function invalidRequest(message: string, field: string | undefined): RouterError {
  return new RouterError(message, {
    kind: 'invalid-request',
    status: 400,
    code: 'invalid_request',
    type: 'invalid_request_error',
    field,
  })
}

export function unknownModel(model: string, catalog: Catalog): RouterError {
  const known = catalog.models.slice(0, 5).map((one) => one.id)
  const more = catalog.models.length > known.length ? `, … (${catalog.models.length} in all)` : ''
  return new RouterError(
    `model: no endpoint offers "${model.slice(0, 256)}"; known are ${known.join(', ')}${more}`,
    {
      kind: 'model-unknown',
      status: 404,
      code: 'model_not_found',
      type: 'invalid_request_error',
      field: 'model',
    },
  )
}

export function routerClosed(): RouterError {
  return new RouterError('the router is closed; create another', {
    kind: 'closed',
    status: 503,
    code: 'router_closed',
    type: 'server_error',
  })
}

/** A duplicate that cannot join the call whose key it has. */
export function idempotencyConflict(reason: string): RouterError {
  return new RouterError(`idempotencyKey: ${reason}`, {
    kind: 'invalid-request',
    status: 409,
    code: 'idempotency_conflict',
    type: 'invalid_request_error',
    field: 'idempotencyKey',
  })
}

export function tooManyKeys(): RouterError {
  return new RouterError('too many calls with an idempotencyKey are under way; try again later', {
    kind: 'busy',
    status: 429,
    code: 'too_many_idempotency_keys',
    type: 'rate_limit_error',
    field: 'idempotencyKey',
  })
}

export function callCancelled(route: Route | undefined): RouterError {
  return new RouterError('the caller cancelled the call', {
    ...plain('aborted', 499, 'request_cancelled'),
    route,
  })
}

/** What a call's end without a whole answer means for its caller. */
export interface FailedCall {
  readonly outcome: Exclude<CallOutcome, { readonly type: 'answered' }>
  readonly route: Route
  readonly nowMs: number
  readonly timeoutMs: number
}

export function errorOf({ outcome, route, nowMs, timeoutMs }: FailedCall): RouterError {
  switch (outcome.type) {
    case 'aborted':
      return callCancelled(route)
    case 'broken':
      return new RouterError(`the answer of ${route.endpoint} broke off: ${outcome.failure.message}`, {
        ...clientOf(outcome.failure, 'answer-broken'),
        route,
      })
    case 'failed': {
      const retryAfterMs =
        outcome.retryAtMs === undefined ? undefined : Math.max(0, Math.ceil(outcome.retryAtMs - nowMs))
      return failed(outcome.reason, { route, retryAfterMs, timeoutMs })
    }
  }
}

interface FailedDetails {
  readonly route: Route
  readonly retryAfterMs: number | undefined
  readonly timeoutMs: number
}

type FailureReason = Extract<CallOutcome, { readonly type: 'failed' }>['reason']

function failed(reason: FailureReason, { route, retryAfterMs, timeoutMs }: FailedDetails): RouterError {
  switch (reason) {
    case 'no-endpoint':
      return new RouterError(
        `no endpoint can serve this request for ${route.model}: ${exclusionList(route)}`,
        {
          ...plain('no-endpoint', 404, 'no_endpoint_available'),
          type: 'invalid_request_error',
          route,
        },
      )
    case 'busy':
      return new RouterError(
        `every endpoint for ${route.model} is busy: ${busyList(route)}${retryAdvice(retryAfterMs)}`,
        {
          ...plain('busy', 429, 'all_endpoints_busy'),
          type: 'rate_limit_error',
          retryAfterMs,
          route,
        },
      )
    case 'throttled':
      return new RouterError(
        `every endpoint for ${route.model} fails at present, and this call was held back`,
        {
          ...plain('busy', 503, 'all_endpoints_failing'),
          retryAfterMs,
          route,
        },
      )
    case 'over-budget':
      return new RouterError(
        `no endpoint for ${route.model} is sure to stay within maxCostUsd; allow more, or bound the output with max_tokens`,
        {
          ...plain('no-endpoint', 402, 'max_cost_exceeded'),
          type: 'invalid_request_error',
          route,
        },
      )
    case 'deadline':
      return new RouterError(
        `no answer within ${timeoutMs} ms: ${attemptList(route) || 'no attempt was made'}; allow more time with timeoutMs`,
        {
          ...plain('deadline-exceeded', 504, 'deadline_exceeded'),
          route,
        },
      )
    case 'refused':
    case 'all-failed':
      return attemptsFailed(reason, route, retryAfterMs)
  }
}

function attemptsFailed(
  reason: 'refused' | 'all-failed',
  route: Route,
  retryAfterMs: number | undefined,
): RouterError {
  const failures = route.attempts.flatMap((attempt) => attempt.failure ?? [])
  const last = failures.at(-1)
  const hints = failures.flatMap((failure) => failure.retryAfterMs ?? [])
  const count = route.attempts.length === 1 ? 'the only attempt' : `all ${route.attempts.length} attempts`
  const message =
    reason === 'refused' && last !== undefined
      ? `${route.attempts.at(-1)?.endpoint} refused the request: ${last.message}`
      : `${count} failed: ${attemptList(route)}`
  return new RouterError(message, {
    ...clientOf(last, reason),
    retryAfterMs:
      hints.length === failures.length && hints.length > 0
        ? Math.min(...hints, retryAfterMs ?? Infinity)
        : retryAfterMs,
    route,
  })
}

function clientOf(failure: Failure | undefined, kind: 'refused' | 'all-failed' | 'answer-broken'): Plain {
  if (failure === undefined) return plain(kind, 502, 'provider_unavailable')
  return { kind, ...clientErrorOf(failure) }
}

type Plain = Pick<RouterErrorDetails, 'kind' | 'status' | 'code' | 'type'>

function plain(kind: Plain['kind'], status: number, code: string): Plain {
  return { kind, status, code, type: 'server_error' }
}

function exclusionList(route: Route): string {
  return listed(route.exclusions.map((one) => `${one.endpoint}: ${one.reason}`))
}

function busyList(route: Route): string {
  return listed(route.unavailable.map((one) => `${one.endpoint}: ${one.reason}`))
}

function attemptList(route: Route): string {
  return listed(
    route.attempts.map(
      (one) =>
        `${one.endpoint} ${one.failure?.message ?? one.outcome} (after ${Math.round(one.durationMs)} ms)`,
    ),
  )
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, listedEndpoints).join('; ')
  return items.length > listedEndpoints ? `${shown}; and ${items.length - listedEndpoints} more` : shown
}

function retryAdvice(retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined ? '' : `; try again in ${retryAfterMs} ms`
}
