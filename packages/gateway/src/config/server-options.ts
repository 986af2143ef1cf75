import type { GatewayServerOptions } from '../server/gateway-options.ts'
import type { Config } from './config.ts'
import { withoutUndefined } from '../without-undefined.ts'

/** Returns the options of a gateway's server that a configuration states. */
export function serverOptionsOf({ server = {} }: Config): Omit<GatewayServerOptions, 'router'> {
  return withoutUndefined({
    host: server.host,
    port: server.port,
    apiKeys: server.api_keys,
    allowUnauthenticated: server.allow_unauthenticated,
    bodyLimitBytes: server.body_limit_bytes,
    keepAliveMs: server.keep_alive_ms,
    headersTimeoutMs: server.headers_timeout_ms,
    requestTimeoutMs: server.request_timeout_ms,
    maxHeaderBytes: server.max_header_bytes,
    maxConnections: server.max_connections,
  })
}
