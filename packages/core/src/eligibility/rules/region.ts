import type { Endpoint } from '../../catalog/endpoint.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Only the listed regions may serve; an endpoint whose region is not known may not. Case is ignored. */
export function region(endpoint: Endpoint, { preferences }: ExclusionQuestion): string | undefined {
  const { regions } = preferences
  if (regions === undefined) return undefined
  const own = endpoint.region?.toLowerCase()
  if (regions.some((region) => region.toLowerCase() === own)) return undefined
  return `only ${listed(regions)} may serve, and its region is ${endpoint.region ?? 'not known'}`
}
