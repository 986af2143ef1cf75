import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { RouterError } from 'nextbest'
import type { ExchangeContext } from './chat-exchange.ts'
import { Exchanges } from './exchanges.ts'
import { gatewayDefaults } from './gateway-options.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { keyGuard, refuseAmbiguity } from './guard.ts'
import { otherRoutes } from './other-routes.ts'
import { chatPaths, isPublic, plainPathOf } from './paths.ts'
import { requireInteger } from './require-integer.ts'
import { noRoute } from './refusals.ts'
import { newRequestId, sendError } from './send.ts'
import { Stage } from './stage.ts'

/** The routes of a gateway, for a `node:http` server. */
export interface Gateway {
  /** Answers any request. For `request` events, and for `checkContinue` events so that refusals come before the body. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Stops taking calls, lets those under way finish, and breaks off what is left after the time. */
  close(options?: GatewayCloseOptions): Promise<void>
}

export interface GatewayCloseOptions {
  /** How long calls under way may go on, in ms. 0..3,600,000. Default: 30,000. */
  readonly drainMs?: number
}

export const drainDefaultMs = 30_000

/**
 * Creates the routes over a router. The way of a chat call runs on `node:http` itself; all other routes run on hono.
 *
 * @throws RangeError when an option is out of range.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const settings = { ...gatewayDefaults, ...options }
  validate(settings)
  const { router } = settings
  const checkKey = keyGuard(settings.apiKeys)
  const providers = new Map(router.catalog.endpoints.map((endpoint) => [endpoint.id, endpoint.provider]))
  const context: ExchangeContext = {
    router,
    bodyLimitBytes: settings.bodyLimitBytes,
    heartbeatSeconds: Math.ceil(settings.heartbeatMs / 1_000),
    stallSeconds: Math.ceil(settings.stallTimeoutMs / 1_000),
    providerOf: (endpoint) => providers.get(endpoint) ?? endpoint,
    onFault: settings.onFault,
    arrivals: new Stage(),
    departures: new Stage(),
  }
  const exchanges = new Exchanges()
  const others = otherRoutes(context, () => exchanges.draining)
  const listener = getRequestListener(others.fetch, { overrideGlobalObjects: false })

  function refuse(request: IncomingMessage, path: string): RouterError | undefined {
    return refuseAmbiguity(request) ?? (isPublic(path) ? undefined : checkKey(request))
  }

  function handler(request: IncomingMessage, response: ServerResponse): void {
    // A pipelined request waits for its turn, so that one connection has one call at a time.
    if (response.socket === null) return void response.once('socket', () => handler(request, response))
    const path = plainPathOf(request.url)
    if (path === undefined) return sendError(request, response, { error: noRoute() })
    const error = refuse(request, path)
    if (error !== undefined) return sendError(request, response, { error })
    if (chatPaths.has(path)) return exchanges.serve(request, response, context)
    response.setHeader('x-request-id', newRequestId())
    return void listener(request, response)
  }

  return { handler, close: ({ drainMs = drainDefaultMs } = {}) => exchanges.drain(drainMs) }
}

function validate(settings: Required<GatewayOptions>): void {
  requireInteger('bodyLimitBytes', settings.bodyLimitBytes, [1, 1_073_741_824])
  requireInteger('heartbeatMs', settings.heartbeatMs, [1_000, 600_000])
  requireInteger('stallTimeoutMs', settings.stallTimeoutMs, [1_000, 600_000])
  for (const [i, { length }] of settings.apiKeys.entries()) {
    requireInteger(`apiKeys[${i}].length`, length, [1, 1_024])
  }
}
