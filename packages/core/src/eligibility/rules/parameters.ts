import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Parameters without which an answer is of another kind; an endpoint that ignores them has not served the request. */
const essentialParameters: ReadonlySet<string> = new Set([
  'tools',
  'response_format',
  'structured_outputs',
  'logprobs',
])

/** The endpoint must support the essential parameters of the request, and all of them if the caller requires it. */
export function parameters(
  { capabilities }: Endpoint,
  { demand, preferences }: ExclusionQuestion,
): string | undefined {
  for (const parameter of demand.parameters) {
    const required = preferences.requireParameters === true || essentialParameters.has(parameter)
    if (required && !supports(capabilities.parameters, parameter)) {
      return `the request uses ${parameter}, which it does not support`
    }
  }
  return undefined
}

/** Other spellings under which an endpoint may list a parameter; the codec translates between them. */
const spellings: Readonly<Partial<Record<string, string>>> = {
  max_tokens: 'max_completion_tokens',
  reasoning: 'reasoning_effort',
}

function supports(supported: ReadonlySet<string>, parameter: string): boolean {
  const other = spellings[parameter]
  return supported.has(parameter) || (other !== undefined && supported.has(other))
}
