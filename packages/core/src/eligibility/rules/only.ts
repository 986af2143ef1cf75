import type { Endpoint } from '../../catalog/endpoint.ts'
import { matchesProvider } from '../../catalog/slug.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Only the listed providers may serve; an empty list leaves none. */
export function only(endpoint: Endpoint, { preferences }: ExclusionQuestion): string | undefined {
  const selectors = preferences.only
  if (selectors === undefined || selectors.some((selector) => matchesProvider(selector, endpoint)))
    return undefined
  return `only ${listed(selectors)} may serve, and this is ${endpoint.tag}`
}
