import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { isIP } from 'node:net'
import { createGateway } from './gateway.ts'
import type { GatewayCloseOptions } from './gateway.ts'
import { gatewayDefaults } from './gateway-options.ts'
import type { GatewayServerOptions } from './gateway-options.ts'
import { requireInteger } from './require-integer.ts'

/** How often connections are checked for their time limits, in ms. */
const checkIntervalMs = 5_000

/** A gateway that listens. */
export interface RunningGateway {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly port: number
  /** Stops listening, drains the gateway and closes every connection. May be called again. Does not close the router. */
  close(options?: GatewayCloseOptions): Promise<void>
}

/**
 * Starts an HTTP server around a gateway. Resolves once it listens.
 *
 * @throws RangeError when an option is out of range, or when others could reach a gateway that has no keys; the system's
 * error, e.g. with code `EADDRINUSE`, when it cannot listen.
 */
export async function startGateway(options: GatewayServerOptions): Promise<RunningGateway> {
  const settings = { ...gatewayDefaults, ...options }
  validate(settings)
  const gateway = createGateway(settings)
  const server = createServer(
    {
      keepAliveTimeout: settings.keepAliveMs,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      maxHeaderSize: settings.maxHeaderBytes,
      connectionsCheckingInterval: checkIntervalMs,
    },
    gateway.handler,
  )
  server.on('checkContinue', gateway.handler)
  server.maxConnections = settings.maxConnections
  server.listen({ host: settings.host, port: settings.port })
  await once(server, 'listening')
  const port = portOf(server)
  let closing: Promise<void> | undefined
  return {
    url: `http://${isIP(settings.host) === 6 ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    close(closeOptions) {
      closing ??= closeServer(server, gateway.close(closeOptions))
      return closing
    },
  }
}

async function closeServer(server: Server, drained: Promise<void>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await drained
  server.closeAllConnections()
  await closed
}

function validate(settings: Required<GatewayServerOptions>): void {
  requireInteger('port', settings.port, [0, 65_535])
  requireInteger('keepAliveMs', settings.keepAliveMs, [1_000, 3_600_000])
  requireInteger('headersTimeoutMs', settings.headersTimeoutMs, [1_000, 600_000])
  requireInteger('requestTimeoutMs', settings.requestTimeoutMs, [settings.headersTimeoutMs, 3_600_000])
  requireInteger('maxHeaderBytes', settings.maxHeaderBytes, [1_024, 1_048_576])
  requireInteger('maxConnections', settings.maxConnections, [1, 1_000_000])
  if (settings.apiKeys.length > 0 || settings.allowUnauthenticated || isLoopback(settings.host)) return
  throw new RangeError(
    `host: ${settings.host} can be reached by others, and there are no keys: set apiKeys (server.api_keys in a file), ` +
      'or allowUnauthenticated (server.allow_unauthenticated)',
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('host: the server has no port')
  return address.port
}
