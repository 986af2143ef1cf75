import { matchesProvider } from '@nextbest/core'
import type { ChatRequest, Endpoint } from '@nextbest/core'
import type { SeenCall } from '../seen-call.ts'

/** What stands in the way of an endpoint that a call's own words rule out. */
export type Obstacle = 'model' | 'disabled' | 'names' | 'window' | 'parameters' | 'price' | 'data'

/**
 * Returns what a call's own words rule an endpoint out by, or nothing. It is worked out anew, plainly, from the request and the
 * endpoint; where the engine allows for an estimate's error, the estimate itself is taken here.
 */
export function obstacleOf(endpoint: Endpoint, call: SeenCall): Obstacle | undefined {
  if (endpoint.model !== call.model) return 'model'
  if (endpoint.disabled === true) return 'disabled'
  if (!isNamed(endpoint, call)) return 'names'
  if (!fitsWindow(endpoint, call)) return 'window'
  if (!knowsParameters(endpoint, call)) return 'parameters'
  if (isTooDear(endpoint, call)) return 'price'
  return keepsToPolicy(endpoint, call) ? undefined : 'data'
}

function isNamed(endpoint: Endpoint, { preferences }: SeenCall): boolean {
  const { only, ignore, order, allowFallbacks } = preferences
  const among = (selectors: readonly string[]): boolean =>
    selectors.some((selector) => matchesProvider(selector, endpoint))
  if (only !== undefined && !among(only)) return false
  if (ignore !== undefined && among(ignore)) return false
  return allowFallbacks !== false || order === undefined || among(order)
}

function fitsWindow({ limits }: Endpoint, { request, promptTokens = 0 }: SeenCall): boolean {
  const outputTokens = request.max_tokens ?? 1
  return (
    promptTokens + outputTokens <= limits.contextTokens &&
    promptTokens <= (limits.maxPromptTokens ?? Infinity) &&
    (request.max_tokens ?? 0) <= (limits.maxOutputTokens ?? Infinity)
  )
}

/** Without these an answer is another one. */
const essential: ReadonlySet<string> = new Set(['tools', 'response_format'])
const fields = [
  'max_tokens',
  'tools',
  'response_format',
  'reasoning',
  'temperature',
  'top_k',
] as const satisfies readonly (keyof ChatRequest)[]

function knowsParameters({ capabilities }: Endpoint, { request, preferences }: SeenCall): boolean {
  return fields.every(
    (field) =>
      request[field] === undefined ||
      capabilities.parameters.has(field) ||
      !(preferences.requireParameters === true || essential.has(field)),
  )
}

function isTooDear({ pricing }: Endpoint, { preferences }: SeenCall): boolean {
  const { promptUsdPerMillion = Infinity, completionUsdPerMillion = Infinity } = preferences.maxPrice ?? {}
  return (
    pricing.promptPicoUsd > promptUsdPerMillion * 1e6 ||
    pricing.completionPicoUsd > completionUsdPerMillion * 1e6
  )
}

function keepsToPolicy(
  { dataPolicy, region, quantization = 'unknown' }: Endpoint,
  { preferences }: SeenCall,
): boolean {
  const { dataCollection, zeroDataRetention, regions, quantizations } = preferences
  if (dataCollection === 'deny' && dataPolicy.collectsData) return false
  if (zeroDataRetention === true && !dataPolicy.zeroDataRetention) return false
  if (regions !== undefined && !(region !== undefined && regions.includes(region))) return false
  return quantizations === undefined || quantizations.includes(quantization)
}
