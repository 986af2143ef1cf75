import type { Endpoint } from '../catalog/endpoint.ts'
import type { Breaker } from '../signals/breaker.ts'
import type { EndpointSignals } from '../signals/endpoint-signals.ts'
import type { RefusalReason } from '../call/call-event.ts'

/** An endpoint with all that is known of it. */
export interface KnownEndpoint {
  readonly endpoint: Endpoint
  readonly signals: EndpointSignals
  readonly breaker: Breaker
}

/** Why an endpoint that could serve cannot serve now. */
export interface Unavailability {
  readonly reason: RefusalReason
  /** When it may; undefined where nobody knows. */
  readonly retryAtMs: number | undefined
}

/** How soon an endpoint whose attempts in flight are as many as it takes is worth asking again, in ms. */
const concurrencyRetryMs = 250

/** Returns why an endpoint cannot take an attempt of so many tokens now, or nothing if it can. */
export function unavailabilityOf(
  known: KnownEndpoint,
  tokens: number,
  nowMs: number,
): Unavailability | undefined {
  const { gate, permits } = known.signals
  if (gate.isClosed(nowMs)) return { reason: 'rate-gate', retryAtMs: gate.opensAtMs }
  const freeAtMs = permits.availableAtMs(tokens, nowMs)
  if (freeAtMs > nowMs)
    return { reason: 'no-permit', retryAtMs: retryAtMs(known, { tokens, freeAtMs, nowMs }) }
  const { coldStart } = known.signals
  if (coldStart?.admits(known.signals.inFlight) === false)
    return { reason: 'no-permit', retryAtMs: nowMs + concurrencyRetryMs }
  return known.breaker.admits ? undefined : { reason: 'breaker-open', retryAtMs: known.breaker.opensUntilMs }
}

interface PermitAnswer {
  readonly tokens: number
  readonly freeAtMs: number
  readonly nowMs: number
}

/** Never, if a minute does not hold so many tokens; unknown but soon, if an attempt in flight must end first. */
function retryAtMs(
  { endpoint }: KnownEndpoint,
  { tokens, freeAtMs, nowMs }: PermitAnswer,
): number | undefined {
  if (Number.isFinite(freeAtMs)) return freeAtMs
  return tokens > (endpoint.limits.tokensPerMinute ?? Infinity) ? undefined : nowMs + concurrencyRetryMs
}
