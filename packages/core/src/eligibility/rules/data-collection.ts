import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** A caller may deny providers the right to collect prompts. */
export function dataCollection(
  { dataPolicy }: Endpoint,
  { preferences }: ExclusionQuestion,
): string | undefined {
  if (preferences.dataCollection !== 'deny' || !dataPolicy.collectsData) return undefined
  return 'data collection is denied, and the provider may collect prompts'
}
