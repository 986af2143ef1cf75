import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** The prompt, at the upper bound of its estimate, and the output asked for must fit the window; one token of it at least. */
export function contextWindow({ limits }: Endpoint, { demand }: ExclusionQuestion): string | undefined {
  const outputTokens = demand.maxOutputTokens ?? 1
  const neededTokens = demand.promptTokensMax + outputTokens
  if (neededTokens <= limits.contextTokens) return undefined
  return `up to ${demand.promptTokensMax} prompt tokens and ${outputTokens} output tokens do not fit its window of ${limits.contextTokens}`
}
