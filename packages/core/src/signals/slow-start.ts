/** Least share of its usual traffic that an endpoint gets in a slow start, so that it can show what it does. */
const leastShare = 0.1

/**
 * Returns the share of its usual traffic that an endpoint is to get `sinceMs` after it was let in, 0.1..1:
 * `max(0.1, since / ramp)`, 1 from `rampMs` on. Caches and pools that were idle fill up before the whole load is back.
 * Source: the slow start of Envoy's and NGINX's upstream balancers.
 */
export function slowStartShare(sinceMs: number, rampMs: number): number {
  if (!(sinceMs < rampMs)) return 1
  return Math.max(leastShare, sinceMs / rampMs)
}
