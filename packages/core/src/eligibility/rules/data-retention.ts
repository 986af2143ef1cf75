import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** A caller may insist that nothing of a prompt is kept. */
export function dataRetention(
  { dataPolicy }: Endpoint,
  { preferences }: ExclusionQuestion,
): string | undefined {
  if (preferences.zeroDataRetention !== true || dataPolicy.zeroDataRetention) return undefined
  return 'zero data retention is required, and the provider may retain prompts'
}
