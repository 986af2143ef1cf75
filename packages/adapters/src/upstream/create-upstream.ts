import type { Adapter, WireRequest } from '../adapter.ts'
import { withReconnect } from '../transport/reconnect.ts'
import { createTransport } from '../transport/undici-transport.ts'
import { Attempt, thrown } from './attempt.ts'
import type { ReadingPlan } from './body-reader.ts'
import { createEndpointGuards } from './endpoint-guards.ts'
import type { AttemptListener, Upstream, UpstreamAttempt } from './upstream.ts'
import { resolveLimits, type UpstreamLimits, type UpstreamOptions } from './upstream-options.ts'

/**
 * Returns an upstream: the endpoints of one provider account, with their connections, breakers and waiting queues.
 *
 * `send` reports nothing to a breaker: what an outcome says of an endpoint's health is known where it is classified.
 *
 * @throws TypeError or RangeError when an option cannot work.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { provider, endpoints, adapter } = options
  const limits = resolveLimits(options.limits)
  const encode = createEncode(options)
  const guards = createEndpointGuards(options, limits.maxQueued)
  const transport = withReconnect(
    createTransport({
      ...options.transport,
      baseUrl: options.baseUrl,
      allowPrivateNetwork: options.allowPrivateNetwork ?? false,
    }),
  )

  return {
    provider,
    endpoints,
    breakerOf: (endpoint) => guards.breakerOf(endpoint),
    waitFor: (endpoint, wait) => guards.waitFor(endpoint, wait),
    send(attempt: UpstreamAttempt, listener: AttemptListener) {
      const running = new Attempt(listener, planOf(attempt, adapter, limits), attempt.stream)
      try {
        running.start(transport, encode(attempt))
      } catch (error) {
        // Not before the caller has its handle.
        queueMicrotask(() => running.fail(thrown(error, 'connecting')))
      }
      return running
    },
    async close() {
      guards.close()
      await transport.close()
    },
  }
}

function planOf(
  { endpoint, request }: UpstreamAttempt,
  adapter: Adapter,
  limits: UpstreamLimits,
): Omit<ReadingPlan, 'tellPart'> {
  const { maxEventBytes, maxAnswerBytes } = limits
  // An image comes whole, in one event.
  const textOnly = [...endpoint.capabilities.outputModalities].every((modality) => modality === 'text')
  return {
    adapter,
    limits,
    maxEventBytes: textOnly ? maxEventBytes : Math.max(maxEventBytes, maxAnswerBytes),
    choices: request.n ?? 1,
  }
}

/** Returns the encoder of attempts; the key is read at each one and kept nowhere. */
function createEncode({
  adapter,
  apiKey,
  headers = {},
}: UpstreamOptions): (attempt: UpstreamAttempt) => WireRequest {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const hasOwn = Object.keys(own).length > 0
  return ({ endpoint, request, stream }) => {
    const key = typeof apiKey === 'function' ? apiKey() : apiKey
    const wire = adapter.encode(request, {
      endpoint,
      stream,
      ...(key === undefined ? undefined : { apiKey: key }),
    })
    return hasOwn ? { ...wire, headers: { ...wire.headers, ...own } } : wire
  }
}
