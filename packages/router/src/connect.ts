import { createUpstream, openAiChat } from '@nextbest/adapters'
import type { Upstream } from '@nextbest/adapters'
import type { UpstreamAccount } from './router-options.ts'

/** Connects a provider account over HTTP. */
export function connect({ config, endpoints, breaker, clock, random }: UpstreamAccount): Upstream {
  const { provider, baseUrl, apiKey, headers, allowPrivateNetwork } = config
  const { maxConnections, connectTimeoutMs, proxyUrl, http2 } = config
  return createUpstream({
    provider,
    baseUrl,
    adapter: config.adapter ?? openAiChat(),
    endpoints,
    breaker,
    allowPrivateNetwork: allowPrivateNetwork ?? false,
    headers: headers ?? {},
    transport: {
      ...(maxConnections !== undefined && { connections: maxConnections }),
      ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
      ...(proxyUrl !== undefined && { proxyUrl }),
      ...(http2 !== undefined && { http2 }),
    },
    ...(apiKey !== undefined && { apiKey }),
    nowMs: () => clock.nowMs(),
    random,
  })
}
