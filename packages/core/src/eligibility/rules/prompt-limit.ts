import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** The prompt, at the upper bound of its estimate, must not exceed the provider's limit. */
export function promptLimit({ limits }: Endpoint, { demand }: ExclusionQuestion): string | undefined {
  if (limits.maxPromptTokens === undefined || demand.promptTokensMax <= limits.maxPromptTokens)
    return undefined
  return `up to ${demand.promptTokensMax} prompt tokens exceed its limit of ${limits.maxPromptTokens}`
}
