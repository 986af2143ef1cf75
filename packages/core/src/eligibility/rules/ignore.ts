import type { Endpoint } from '../../catalog/endpoint.ts'
import { matchesProvider } from '../../catalog/slug.ts'
import type { ExclusionQuestion } from '../question.ts'

/** The listed providers may not serve. */
export function ignore(endpoint: Endpoint, { preferences }: ExclusionQuestion): string | undefined {
  const selector = preferences.ignore?.find((selector) => matchesProvider(selector, endpoint))
  return selector === undefined ? undefined : `${selector} is ignored, and this is ${endpoint.tag}`
}
