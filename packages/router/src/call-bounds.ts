import type { CallBounds } from './call/call-context.ts'
import type { RouterOptions } from './router-options.ts'
import type { CallOptions } from './router.ts'

const longestCallMs = 86_400_000

/** What a router and its calls are bounded by where nothing else is said. */
export const routerDefaults: CallBounds = Object.freeze({
  timeoutMs: 600_000,
  maxAttempts: 3,
  maxWaitMs: 30_000,
})

/**
 * Returns the bounds of one call: its own, else the router's, else the defaults.
 * @throws RangeError when one is out of range.
 */
export function callBounds(router: RouterOptions, call: CallOptions): CallBounds {
  const bounds = {
    timeoutMs: call.timeoutMs ?? router.timeoutMs ?? routerDefaults.timeoutMs,
    maxAttempts: call.maxAttempts ?? router.maxAttempts ?? routerDefaults.maxAttempts,
    maxWaitMs: router.maxWaitMs ?? routerDefaults.maxWaitMs,
  }
  requireInteger('timeoutMs', bounds.timeoutMs, { low: 1, high: longestCallMs })
  requireInteger('maxAttempts', bounds.maxAttempts, { low: 1, high: 10 })
  requireInteger('maxWaitMs', bounds.maxWaitMs, { low: 0, high: longestCallMs })
  if (call.priority !== undefined) requireInteger('priority', call.priority, { low: 0, high: 9 })
  checkWishes(call)
  return bounds
}

function checkWishes({
  holdBackMs = 0,
  holdBackTokens = 0,
  maxCostUsd = 1,
  idempotencyKey = ' ',
}: CallOptions): void {
  requireInteger('holdBackMs', holdBackMs, { low: 0, high: 2_000 })
  requireInteger('holdBackTokens', holdBackTokens, { low: 0, high: 64 })
  requireInteger('length of idempotencyKey', idempotencyKey.length, { low: 1, high: 256 })
  if (!(maxCostUsd > 0)) throw new RangeError(`maxCostUsd: must be above 0, and is ${String(maxCostUsd)}`)
}

/**
 * Checks what the upstreams do not check themselves.
 * @throws RangeError or TypeError naming the option.
 */
export function validateOptions(options: RouterOptions): void {
  if (!Array.isArray(options.upstreams) || options.upstreams.length === 0) {
    throw new TypeError('upstreams: at least one is needed, e.g. { provider, baseUrl, apiKey, models }')
  }
  callBounds(options, {})
}

function requireInteger(
  name: string,
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new RangeError(`${name}: must be an integer from ${low} to ${high}, and is ${String(value)}`)
}
