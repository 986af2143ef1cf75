import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** The output asked for must not exceed the provider's limit. */
export function outputLimit({ limits }: Endpoint, { demand }: ExclusionQuestion): string | undefined {
  const { maxOutputTokens } = demand
  if (limits.maxOutputTokens === undefined || maxOutputTokens === undefined) return undefined
  if (maxOutputTokens <= limits.maxOutputTokens) return undefined
  return `${maxOutputTokens} output tokens exceed its limit of ${limits.maxOutputTokens}`
}
