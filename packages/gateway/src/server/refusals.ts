import { RouterError } from 'nextbest'
import type { Route } from 'nextbest'
import { refusal } from '../wire/refusal.ts'

export function noRoute(): RouterError {
  return refusal('there is nothing at this path', { status: 404, code: 'route_not_found' })
}

export function wrongMethod(allowed: string): RouterError {
  return refusal(`this path takes ${allowed} only`, { status: 405, code: 'method_not_allowed' })
}

export function shuttingDown(route: Route | undefined): RouterError {
  const details = { kind: 'closed', status: 503, code: 'shutting_down', type: 'server_error', route } as const
  return new RouterError('the gateway is shutting down; try again', details)
}

export function internalError(): RouterError {
  const details = { kind: 'all-failed', status: 500, code: 'internal_error', type: 'server_error' } as const
  return new RouterError('the gateway failed', details)
}
