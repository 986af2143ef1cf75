import type { Endpoint } from '../../catalog/endpoint.ts'
import { matchesProvider } from '../../catalog/slug.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Without fallbacks, an explicit order is also the list of those that may serve. */
export function fallbacksOff(endpoint: Endpoint, { preferences }: ExclusionQuestion): string | undefined {
  const { order, allowFallbacks } = preferences
  if (allowFallbacks !== false || order === undefined) return undefined
  if (order.some((selector) => matchesProvider(selector, endpoint))) return undefined
  return `fallbacks are off, the order names ${listed(order)}, and this is ${endpoint.tag}`
}
